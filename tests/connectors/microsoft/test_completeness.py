"""What proves that a list is whole, and what is said where it is not."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from connectors.microsoft.client import Microsoft as Client
from connectors.microsoft.customers import subscriptions
from connectors.microsoft.sandbox_story import CUSTOMERS, guid
from connectors.sdk.errors import AuthFailed, FormatChanged, Incomplete
from connectors.sdk.sandbox import Asked, Fault, FaultKind
from tests.connectors.microsoft.conftest import NAME, Desk, Reading

HARTWELL = guid("tenant", "Hartwell Clinics")


def changed(path: str, change: Callable[[dict[str, Any]], object]) -> Any:
    def rewrite(asked: Asked, _type: str, body: bytes) -> bytes:
        if not asked.path.endswith(path):
            return body
        document = json.loads(body)
        change(document)
        return json.dumps(document).encode()

    return rewrite


class TestPages:
    def test_the_referrals_broken_link_is_never_followed(self, desk: Desk) -> None:
        """It is plain http and leads to a path that does not exist: only its token is used."""
        queries: list[str] = []
        desk.host.before(NAME, lambda asked: queries.append(asked.query))

        reading = desk.read("referrals")

        assert reading.end is not None
        assert len(reading.records) == 6
        assert {path for _, path, _ in desk.asked("/referrals")} == {
            "/referrals/v1.0/engagements/referrals"
        }
        assert [query for query in queries if "skiptoken" in query] == [
            f"%24skiptoken={guid('referral', 'Hartwell Clinics')}"
        ]

    def test_customers_are_asked_for_by_the_token_of_the_page_before(self, desk: Desk) -> None:
        reading = desk.read("subscriptions")

        assert reading.end is not None
        assert len(desk.asked("/v1/customers")) == 2 + len(CUSTOMERS)
        assert {r.account for r in reading.records.values()} == set(CUSTOMERS)

    def test_a_token_that_leads_in_a_circle_ends_the_read(self, desk: Desk) -> None:
        def again(body: dict[str, Any]) -> None:
            body["links"]["next"] = {
                "uri": "/customers?size=4&seekOperation=Next",
                "headers": [{"key": "MS-ContinuationToken", "value": guid("tenant", CUSTOMERS[0])}],
            }

        desk.host.rewrite(NAME, changed("/v1/customers", again))

        assert isinstance(desk.read("subscriptions").error, Incomplete)

    @pytest.mark.parametrize("link", [{}, {"uri": 7}, "/customers?size=4", {"uri": "http://[::"}])
    def test_a_link_that_cannot_be_read_is_no_last_page(self, desk: Desk, link: Any) -> None:
        desk.host.rewrite(
            NAME, changed("/v1/customers", lambda body: body["links"].update(next=link))
        )

        assert isinstance(desk.read("subscriptions").error, FormatChanged)

    @pytest.mark.parametrize("stream", ["messages", "admin_relationships"])
    def test_rows_that_are_fewer_than_announced_prove_nothing(
        self, desk: Desk, stream: str
    ) -> None:
        path = "messages" if stream == "messages" else "delegatedAdminRelationships"
        desk.host.rewrite(NAME, changed(path, lambda body: body.update({"@odata.count": 99})))

        reading = desk.read(stream)

        assert isinstance(reading.error, Incomplete)
        assert "announced 99 rows" in reading.error.message
        assert reading.records

    def test_a_platform_that_counts_nothing_is_read_to_its_last_link(self, desk: Desk) -> None:
        desk.host.rewrite(NAME, changed("messages", lambda body: body.pop("@odata.count", None)))

        assert desk.read("messages").end is not None


class TestCustomers:
    def test_the_subscriptions_of_all_are_read_where_a_sync_can_ask_for_all(
        self, desk: Desk
    ) -> None:
        reading = desk.read("subscriptions")

        assert reading.state == {}
        assert not reading.quarantined

    def test_more_than_a_sync_can_ask_for_are_read_in_turn_and_it_says_so(self, desk: Desk) -> None:
        whole, seen, state = desk.read("subscriptions").records, {}, {}
        for _ in range(3):
            reading = self.some(desk, state, most=2)

            state = dict(reading.state)
            seen |= reading.records
            assert "3 of 5 customers were not asked" in reading.quarantined[0].reason
            assert reading.quarantined[0].external_id is None  # so nothing counts as gone

        assert seen == whole

    def test_the_turn_goes_on_whoever_came_or_left_meanwhile(self, desk: Desk) -> None:
        first = self.some(desk, {}, most=2)
        desk.sandbox.tenant.customers.drop(2)

        second = self.some(desk, first.state, most=2)

        assert second.end is not None
        assert second.records

    @pytest.mark.parametrize("odd", [{"after": 7}, {"after": {"a": 1}}, {"after": "zzzz"}])
    def test_a_state_that_is_odd_begins_anew(self, desk: Desk, odd: dict[str, Any]) -> None:
        assert self.some(desk, odd, most=2).records

    def test_one_whom_microsoft_refuses_costs_only_its_own(self, desk: Desk) -> None:
        desk.host.plan(NAME, Fault(kind=FaultKind.NOT_FOUND, path=HARTWELL))

        reading = desk.read("subscriptions")

        assert reading.end is not None
        (refused,) = reading.quarantined
        assert refused.reason.startswith("customer Hartwell Clinics: Microsoft refused to list CSP")
        assert refused.external_id is None
        assert {r.account for r in reading.records.values()} == set(CUSTOMERS[1:])

    def test_a_customers_list_that_lacks_rows_proves_nothing(self, desk: Desk) -> None:
        desk.host.rewrite(
            NAME, changed(f"{HARTWELL}/subscriptions", lambda body: body.update(totalCount=37))
        )

        reading = desk.read("subscriptions")

        assert "announced 37 rows and gave 3" in reading.quarantined[0].reason
        assert reading.end is not None

    def test_a_refusal_of_all_is_one_of_the_connection(self, desk: Desk) -> None:
        desk.host.plan(NAME, Fault(kind=FaultKind.FORBIDDEN, path="/subscriptions", times=99))

        reading = desk.read("subscriptions")

        assert isinstance(reading.error, AuthFailed)
        assert len(desk.asked("/subscriptions")) == 3

    def test_a_customer_without_a_usable_id_is_named(self, desk: Desk) -> None:
        def spoil(body: dict[str, Any]) -> None:
            body["items"][0]["id"] = "../../invoices"

        desk.host.rewrite(NAME, changed("/v1/customers", spoil))

        reading = desk.read("subscriptions")

        assert all("not the ID of a customer" in row.reason for row in reading.quarantined)
        assert reading.quarantined
        assert not desk.asked("invoices")

    @staticmethod
    def some(desk: Desk, state: Any, *, most: int) -> Reading:
        with desk.session() as http:
            context = desk.context(http, state)
            return Reading().take(subscriptions(Client(desk.config, context), context, most=most))


def test_the_mark_before_partner_centers_json_is_no_part_of_it(desk: Desk) -> None:
    bodies: list[bytes] = []

    def keep(_asked: Asked, _type: str, body: bytes) -> bytes:
        bodies.append(body)
        return body

    desk.host.rewrite(NAME, keep)

    assert desk.read("promotions").end is not None
    assert bodies[-1].startswith(b"\xef\xbb\xbf{")
