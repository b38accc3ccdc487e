"""Sign-in, pages and refusals of Google Cloud Channel, as a person meets them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.google_cloud_channel.config import GoogleConfig
from connectors.google_cloud_channel.refusals import refusal
from connectors.google_cloud_channel.sandbox import Sandbox
from connectors.google_cloud_channel.sandbox_sign_in import SignIn
from connectors.google_cloud_channel.sandbox_story import ACCOUNT
from connectors.sdk.conformance.stage import NAME, Reading, Stage
from connectors.sdk.connector import CheckState, Complete, NotOffered
from connectors.sdk.errors import AuthFailed, FormatChanged, Incomplete
from connectors.sdk.http import Reply
from connectors.sdk.sandbox import Asked, Fault, FaultKind, SandboxClock

STREAMS = ("entitlements", "offers", "channel_partner_links")


def google(stage: Stage) -> Sandbox:
    assert isinstance(stage.sandbox, Sandbox)
    return stage.sandbox


def change(stage: Stage, **settings: Any) -> None:
    stage.config = GoogleConfig.model_validate({**stage.values, **settings})


def answering(stage: Stage, path: str, made: Callable[[int, Any], Any]) -> None:
    """The answers of that path are changed: number of the answer and body in, body out."""
    seen = 0

    def rewrite(asked: Asked, _content_type: str, body: bytes) -> bytes:
        nonlocal seen
        if not asked.path.endswith(path):
            return body
        seen += 1
        return json.dumps(made(seen, json.loads(body))).encode()

    stage.host.rewrite(NAME, rewrite)


def refused(stage: Stage, stream: str = "entitlements") -> AuthFailed:
    found = stage.read(stream).error
    assert isinstance(found, AuthFailed)
    return found


class TestTheSignIn:
    def test_one_signature_serves_a_whole_read(self, large: Stage) -> None:
        found = large.read("entitlements")

        assert found.whole
        assert [path for _, path, _ in found.asked].count("/token") == 1

    def test_a_user_who_does_not_exist_is_told_from_a_missing_delegation(
        self, stage: Stage
    ) -> None:
        change(stage, acting_user="nobody@halden.example")
        assert "acting user" in refused(stage).remedy

        change(stage)
        google(stage).gate.delegated = False
        assert "Domain-wide delegation" in refused(stage).remedy

    def test_a_machine_whose_clock_is_wrong_is_told_so(self, stage: Stage) -> None:
        google(stage).gate = SignIn(SandboxClock(stage.clock.now() + timedelta(hours=3)))

        assert "clock" in refused(stage).remedy

    def test_the_account_of_somebody_else_is_refused_with_what_to_enter(self, stage: Stage) -> None:
        change(stage, account_id="C0other")

        assert "your own reseller account" in refused(stage).remedy

    def test_an_api_that_is_not_enabled_says_where_to_enable_it(self) -> None:
        details = [{"reason": "SERVICE_DISABLED", "domain": "googleapis.com"}]
        problem = {"error": {"code": 403, "status": "PERMISSION_DENIED", "details": details}}
        reply = Reply(status=403, headers={}, body=json.dumps(problem).encode(), url="")

        assert "Enable the Cloud Channel API" in refusal(reply, "customers").remedy


class TestTheLists:
    def test_every_page_is_read_whatever_its_size(self, large: Stage) -> None:
        found = large.read("entitlements")

        assert found.whole
        assert len(found.hashes) == 120 + 8
        asked = [path for _, path, _ in found.asked]
        assert asked.count(f"/v1/{ACCOUNT}/customers") == 2
        assert asked.count(f"/v1/{ACCOUNT}/customers/S4lSch03/entitlements") == 4

    def test_a_customer_without_anything_is_believed_when_it_is_said_twice(
        self, stage: Stage
    ) -> None:
        found = stage.read("entitlements")

        empty = f"/v1/{ACCOUNT}/customers/S4oFoo04/entitlements"
        assert [path for _, path, _ in found.asked].count(empty) == 2

    def test_a_list_left_out_once_is_asked_for_again(self, stage: Stage) -> None:
        whole = stage.read("offers").hashes
        answering(stage, "/offers", lambda number, body: {} if number == 1 else body)

        assert stage.read("offers").hashes == whole

    def test_an_empty_page_with_a_token_is_not_the_end(self, stage: Stage) -> None:
        whole = stage.read("offers").hashes
        before = {"nextPageToken": ""}

        def first_empty(number: int, body: Any) -> Any:
            """Google filters after it pages: nothing on the first, and the rest behind a token."""
            if number <= 2:
                before["nextPageToken"] = body["nextPageToken"]
                kept.extend(body["offers"])
                return dict(before)
            return {"offers": [*kept[:4], *body["offers"]]}

        kept: list[Any] = []
        answering(stage, "/offers", first_empty)

        assert stage.read("offers").hashes == whole

    @pytest.mark.parametrize("body", [{"things": []}, {"offers": None}, [], "offers"], ids=repr)
    def test_an_answer_in_another_shape_is_never_an_empty_list(
        self, stage: Stage, body: Any
    ) -> None:
        answering(stage, "/offers", lambda _, __: body)

        assert isinstance(stage.read("offers").error, FormatChanged)

    def test_a_customer_who_goes_away_meanwhile_proves_nothing(self, stage: Stage) -> None:
        stage.plan(Fault(kind=FaultKind.NOT_FOUND, path="/entitlements", times=9))

        assert isinstance(stage.read("entitlements").error, Incomplete)

    def test_a_customer_that_cannot_be_read_keeps_all_that_was_seen(self, stage: Stage) -> None:
        """Nothing is lost, and nothing is proven gone either."""
        answering(
            stage,
            "/customers",
            lambda _, body: {**body, "customers": [{"name": "x"}, *body["customers"][1:]]},
        )
        found = stage.read("entitlements")

        assert found.error is None
        assert found.ended is None
        assert "resource name" in found.quarantined[0].reason
        assert found.records

    def test_a_row_that_comes_twice_proves_nothing(self, stage: Stage) -> None:
        def again(number: int, body: Any) -> Any:
            if number == 1:
                first.append({**body["offers"][0], "dealCode": "OTHER"})
            return body if number == 1 else {"offers": [*body["offers"], *first]}

        first: list[Any] = []
        answering(stage, "/offers", again)

        assert isinstance(stage.read("offers").error, Incomplete)


class TestTheLinks:
    def test_whoever_is_no_distributor_is_neither_read_nor_checked_for_any(
        self, stage: Stage
    ) -> None:
        """What was read before stays: a list that is switched off is not an empty one."""
        change(stage, distributor=False)

        named = stage.connector.manifest.streams_of(stage.config)

        assert [spec.name for spec in named] == ["entitlements", "offers"]
        assert "Channel partner links" not in {check.name for check in stage.check()}

    def test_switched_on_in_vain_they_are_not_offered(self, stage: Stage) -> None:
        google(stage).distributor = False

        found = stage.read("channel_partner_links").ended

        assert isinstance(found, NotOffered)
        assert "switch off" in found.why

    def test_whoever_was_a_distributor_keeps_what_was_read_and_hears_of_it(
        self, stage: Stage
    ) -> None:
        before = stage.read("channel_partner_links").ended
        assert isinstance(before, Complete)
        google(stage).distributor = False

        assert isinstance(stage.read("channel_partner_links", state=before.state).error, Incomplete)


class TestTheCheck:
    def test_a_good_connection_is_good_in_every_point(self, stage: Stage) -> None:
        found = {check.name: check for check in stage.check()}

        assert [*found] == [
            "Address",
            "Sign-in",
            "Customers",
            "Products",
            "Offers",
            "Channel partner links",
        ]
        assert {check.state for check in found.values()} == {CheckState.OK}

    def test_a_missing_delegation_stops_at_the_sign_in(self, stage: Stage) -> None:
        google(stage).gate.delegated = False

        _address, signed = stage.check()

        assert (signed.name, signed.state) == ("Sign-in", CheckState.FAIL)
        assert "apps.order" in signed.fix

    def test_a_platform_that_is_down_is_an_address_to_look_at(self, stage: Stage) -> None:
        stage.plan(Fault(kind=FaultKind.BROKEN, path="/token", times=99))

        (address,) = stage.check()

        assert (address.name, address.state) == ("Address", CheckState.FAIL)


def test_each_change_is_seen_by_the_next_read_and_told_in_words(stage: Stage) -> None:
    def hashes() -> dict[str, Reading]:
        return {stream: stage.read(stream) for stream in STREAMS}

    before = hashes()
    for stream in ("entitlements", "channel_partner_links", "offers"):
        said = google(stage).advance()

        assert said
        assert stage.read(stream).hashes != before[stream].hashes, said
    assert all(google(stage).advance() for _ in range(20))
    assert all(reading.whole for reading in hashes().values())
