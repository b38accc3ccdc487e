"""Sign-in, pages and refusals of StreamOne Ion, as a person meets them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.sdk.conformance.stage import NAME, Stage
from connectors.sdk.connector import CheckState
from connectors.sdk.errors import AuthFailed, ConfigInvalid, FormatChanged, Incomplete, Unavailable
from connectors.sdk.sandbox import Asked, Fault, FaultKind
from connectors.td_synnex_ion.config import IonConfig
from connectors.td_synnex_ion.sandbox import Sandbox

STREAMS = ("subscriptions", "orders_on_hold")


def ion(stage: Stage) -> Sandbox:
    assert isinstance(stage.sandbox, Sandbox)
    return stage.sandbox


def sign_ins(stage: Stage) -> list[int]:
    return [status for _, path, status in stage.requests if path == "/oauth/token"]


def answering(stage: Stage, change: Callable[[int, Any], Any], path: str) -> None:
    """The answers of that path are changed: number of the answer and body in, body out."""
    seen = 0

    def rewrite(asked: Asked, _content_type: str, body: bytes) -> bytes:
        nonlocal seen
        if not asked.path.endswith(path):
            return body
        seen += 1
        return json.dumps(change(seen, json.loads(body))).encode()

    stage.host.rewrite(NAME, rewrite)


class TestTheToken:
    def test_each_read_signs_in_with_what_the_last_one_left(self, stage: Stage) -> None:
        before = ion(stage).refresh.valid
        for stream in STREAMS:
            assert stage.read(stream).whole

        assert sign_ins(stage) == [200, 200]
        assert stage.secrets.current("refresh_token") == ion(stage).refresh.valid != before

    def test_one_that_was_used_is_refused_with_the_way_to_another(self, stage: Stage) -> None:
        ion(stage).refresh.use(ion(stage).refresh.valid)  # another program did

        found = stage.read("subscriptions")

        assert isinstance(found.error, AuthFailed)
        assert "Issue a new refresh token" in found.error.remedy
        assert "no other program" in found.error.remedy
        assert sign_ins(stage) == [400]

    def test_one_that_lay_unused_for_more_than_a_month_is_refused(self, stage: Stage) -> None:
        stage.clock.move(timedelta(days=33))

        assert isinstance(stage.read("subscriptions").error, AuthFailed)

    def test_an_access_token_that_ends_in_the_middle_costs_one_sign_in(self, large: Stage) -> None:
        whole = large.read("subscriptions").hashes
        ion(large).tokens.uses = 2

        found = large.read("subscriptions")

        assert found.whole
        assert found.hashes == whole
        assert sign_ins(large) == [200, 200, 200]

    def test_an_answer_that_is_cut_off_loses_it_and_says_so(self, stage: Stage) -> None:
        """The platform has replaced the token and nobody knows by what."""
        stage.plan(Fault(kind=FaultKind.TRUNCATED, path="/oauth/token"))

        found = stage.read("subscriptions")

        assert isinstance(found.error, AuthFailed)
        assert not [path for _, path, _ in stage.requests if "/api/" in path]


class TestTheLists:
    def test_every_page_is_read_whatever_its_size(self, large: Stage) -> None:
        found = large.read("subscriptions")

        assert found.whole
        assert len([id_ for id_ in found.hashes if ":" not in id_]) == 130
        assert len(found.asked) == 1 + 3

    def test_without_an_announced_length_the_end_is_a_short_page(self, large: Stage) -> None:
        whole = large.read("subscriptions").hashes
        ion(large).announces = False

        found = large.read("subscriptions")

        assert found.whole
        assert found.hashes == whole

    def test_a_length_that_is_not_reached_proves_nothing(self, large: Stage) -> None:
        answering(
            large,
            lambda _, body: {**body, "paginationResponse": {"totalSize": 131}},
            "/subscriptions",
        )
        assert isinstance(large.read("subscriptions").error, Incomplete)

    def test_a_row_that_comes_twice_without_a_length_proves_nothing(self, large: Stage) -> None:
        ion(large).announces = False

        def again(number: int, body: Any) -> Any:
            if number == 1:
                first.append({**body["items"][0], "price": 1})
            return {"items": [*body["items"], *first]} if number == 2 else body

        first: list[Any] = []
        answering(large, again, "/subscriptions")

        found = large.read("subscriptions")

        assert isinstance(found.error, Incomplete)
        assert "twice" in found.error.message

    def test_a_list_left_out_once_is_asked_for_again(self, stage: Stage) -> None:
        whole = stage.read("orders_on_hold").hashes
        answering(stage, lambda number, body: {} if number == 1 else body, "/orders")

        assert stage.read("orders_on_hold").hashes == whole

    def test_a_list_left_out_twice_is_empty(self, stage: Stage) -> None:
        for row in list(ion(stage).orders):
            ion(stage).orders.change(row["name"], status="COMPLETED")

        found = stage.read("orders_on_hold")

        assert found.whole
        assert found.records == ()
        assert [path for _, path, _ in found.asked].count("/api/v3/accounts/7315/orders") == 2

    @pytest.mark.parametrize(
        "body", [{"things": []}, {"items": None}, {"nextPageToken": "x"}, [], "items"], ids=repr
    )
    def test_an_answer_in_another_shape_is_never_an_empty_list(
        self, stage: Stage, body: Any
    ) -> None:
        answering(stage, lambda _, __: body, "/subscriptions")

        assert isinstance(stage.read("subscriptions").error, FormatChanged)

    def test_a_not_found_is_an_empty_list_only_where_ions_own_client_takes_it_for_one(
        self, stage: Stage
    ) -> None:
        stage.plan(Fault(kind=FaultKind.NOT_FOUND, path="/orders", times=9))

        found = stage.read("orders_on_hold")

        assert found.whole
        assert found.records == ()

    def test_another_account_is_a_setting_to_correct(self, stage: Stage) -> None:
        stage.config = IonConfig.model_validate({**stage.values, "account_id": "1"})

        found = stage.read("subscriptions")

        assert isinstance(found.error, ConfigInvalid)
        assert "account ID" in found.error.remedy


class TestTheCheck:
    def test_a_good_connection_is_good_in_every_point(self, stage: Stage) -> None:
        found = {check.name: check for check in stage.check()}

        assert [*found] == ["Address", "Sign-in", "Subscriptions", "Customers", "Orders on hold"]
        assert {check.state for check in found.values()} == {CheckState.OK}
        assert "the new one is kept" in found["Sign-in"].text
        assert stage.read("subscriptions").whole, "a check must not cost the connection its token"

    def test_a_used_token_stops_at_the_sign_in(self, stage: Stage) -> None:
        ion(stage).refresh.issue()

        address, signed = stage.check()

        assert (address.state, signed.state) == (CheckState.OK, CheckState.FAIL)
        assert "Issue a new refresh token" in signed.fix

    def test_a_platform_that_is_down_is_an_address_to_look_at(self, stage: Stage) -> None:
        stage.plan(Fault(kind=FaultKind.BROKEN, path="/oauth", times=99))

        (address,) = stage.check()

        assert (address.name, address.state) == ("Address", CheckState.FAIL)
        assert isinstance(stage.read("subscriptions").error, Unavailable)

    def test_a_list_that_may_not_be_seen_fails_alone(self, stage: Stage) -> None:
        stage.plan(Fault(kind=FaultKind.FORBIDDEN, path="/orders", times=9))

        checks = {check.name: check for check in stage.check()}
        refused = checks.pop("Orders on hold")

        assert (refused.state, refused.text) == (
            CheckState.FAIL,
            "StreamOne Ion does not let this sign-in see orders.",
        )
        assert "somebody who sees orders" in refused.fix
        assert {check.state for check in checks.values()} == {CheckState.OK}
        assert stage.read("subscriptions").whole


class TestTheSandbox:
    def test_each_change_is_seen_by_the_next_read_and_told_in_words(self, stage: Stage) -> None:
        for stream in ("subscriptions", "orders_on_hold", "subscriptions"):
            before = stage.read(stream).hashes
            said = ion(stage).advance()

            assert said
            assert stage.read(stream).hashes != before, said

    def test_it_goes_on_changing_for_as_long_as_it_runs(self, stage: Stage) -> None:
        assert all(ion(stage).advance() for _ in range(40))
        assert all(stage.read(stream).whole for stream in STREAMS)


def test_what_is_pasted_with_blanks_is_forgiven() -> None:
    made = IonConfig.model_validate({"account_id": " 12 ", "refresh_token": " canary \n"})

    assert made.account_id == "12"
    assert made.refresh_token.get_secret_value() == "canary"
    assert "canary" not in f"{made!r}"
