"""What a partner sees of ArrowSphere, in both dialects, and what a person reads when it refuses."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.sdk.connector import CheckState, NotOffered
from connectors.sdk.errors import Incomplete
from connectors.sdk.records import Deadline, DueDate, Notice, Program
from connectors.sdk.sandbox import Answer, Asked, Fault, FaultKind
from tests.support.desk import Desk, by_id, facts

NAMES = [
    "Address",
    "API key",
    "Program subscriptions",
    "Licences",
    "Campaigns",
    "Notifications",
]


def test_enrolments_are_programs_and_their_ends_are_deadlines(desk: Desk) -> None:
    found = desk.rows("programs")

    silver = found["XSPS9910"]
    assert isinstance(silver, Program)
    assert (silver.title, silver.status, silver.tier) == ("IBMPW", "Validated", "Silver")
    assert silver.eligible is None, "ArrowSphere does not say"
    ends = found["XSPS9910:end"]
    assert isinstance(ends, Deadline)
    assert isinstance(ends.due, DueDate), "a stamp without a zone is a day"
    assert not ends.closed
    assert found["XSPS9602:end"].closed
    assert facts(found["XSPS9951"])["Error"] == "The tax number is not valid."
    assert "XSPS9853:end" not in found


def test_both_dialects_name_the_same_things(desk: Desk) -> None:
    php = {stream: set(desk.rows(stream)) for stream in desk.streams()}

    desk.sandbox.node = True

    assert {stream: set(desk.rows(stream)) for stream in desk.streams()} == php


def test_both_dialects_mean_the_same_days(desk: Desk) -> None:
    php = desk.rows("notifications")
    desk.sandbox.node = True
    node = desk.rows("notifications")

    for key, notice in php.items():
        assert notice.published.at.date() == node[key].published.on


def test_licences_bring_their_warnings_and_no_guess_of_money(desk: Desk) -> None:
    found = desk.rows("licences")

    warned = found["XSP900140"]
    assert warned.summary == "PEC ratio issue: current value is 0 instead of 0.15"
    assert warned.amount is None
    assert found["XSP900101"].title == "Renew licence — Office 365 E3, Hartwell Clinics"
    assert found["XSP900125"].title.startswith("Licence ends")
    assert "XSP900171" not in found, "no term, no end, nothing to renew"


def test_licences_come_in_pages_until_the_announced_number(desk: Desk) -> None:
    desk.sandbox.largest = 3

    found = desk.rows("licences")

    assert len(found) == 6
    assert len([call for call in desk.requests if call[1].endswith("/find")]) == 3


def test_what_changes_by_itself_changes_no_licence(desk: Desk) -> None:
    before = desk.read("licences").hashes
    for row in list(desk.sandbox.licences):
        desk.sandbox.licences.change(
            row["partner_ref"],
            lastUpdate="2027-01-01T00:00:00.000Z",
            active_seats={"number": 0, "lastUpdate": "2027-01-01T00:00:00.000Z"},
            message="An action is being performed",
        )

    assert desk.read("licences").hashes == before


@pytest.mark.parametrize("node", [False, True], ids=["cursor told", "cursor is the last id"])
def test_notifications_are_read_to_their_end(desk: Desk, node: bool) -> None:
    desk.sandbox.node, desk.sandbox.largest = node, 2

    found = desk.rows("notifications")

    assert len(found) == 4
    assert all(isinstance(notice, Notice) for notice in found.values())


def test_a_notification_comes_without_anything_that_runs_or_reports(desk: Desk) -> None:
    (found,) = (n for n in desk.rows("notifications").values() if n.title.startswith("Program"))

    assert "<b>XSPS9910</b>" in found.body
    assert "javascript" not in found.body
    assert "tracker" not in found.body
    assert found.published.at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def test_reading_marks_nothing_as_read(desk: Desk) -> None:
    for stream in desk.streams():
        desk.read(stream)

    methods = {(method, path) for method, path, _ in desk.requests if method != "GET"}
    assert methods == {("POST", "/index.php/api/licenses/v2/find")}


def test_campaigns_are_asked_for_where_the_setting_says(desk: Desk) -> None:
    assert len(desk.rows("campaigns")) == 3

    desk.setting(campaign_location="mcp")

    assert desk.rows("campaigns") == {}


def test_nothing_at_all_is_an_empty_list(desk: Desk) -> None:
    nothing = Answer(status=204, headers=(), body=b"")
    desk.plan(Fault(kind=FaultKind.CHANGED, path="/campaigns", change=lambda _own: nothing))

    assert desk.rows("campaigns") == {}


@pytest.mark.promise("P2")
def test_a_list_that_announces_more_than_it_gives_is_not_whole(desk: Desk) -> None:
    def announce(asked: Asked, content_type: str, body: bytes) -> bytes:
        return json.dumps({**json.loads(body), "pagination": {"total": 99}}).encode()

    desk.host.rewrite("platform", announce)

    assert isinstance(desk.read("programs").error, Incomplete)


@pytest.mark.promise("P2")
@pytest.mark.parametrize("stream", ["programs", "licences", "campaigns"])
def test_a_row_without_an_identity_proves_nothing_about_the_others(desk: Desk, stream: str) -> None:
    names = {"programs": "reference", "licences": "partner_ref", "campaigns": "reference"}
    listing = desk.sandbox.streams[stream]
    listing.change(next(iter(listing))[names[stream]], **{names[stream]: None})

    reading = desk.read(stream)

    assert reading.error is None
    assert reading.ended is None
    assert len(reading.quarantined) == 1
    assert reading.records


def test_each_change_of_the_sandbox_is_seen_by_the_next_read(desk: Desk) -> None:
    before = {stream: desk.read(stream).hashes for stream in desk.streams()}

    for stream in ("licences", "notifications", "programs", "campaigns"):
        said = desk.sandbox.advance()

        assert said
        assert desk.read(stream).hashes != before[stream], said


def test_it_goes_on_changing_for_as_long_as_it_runs(desk: Desk) -> None:
    assert all(desk.sandbox.advance() for _ in range(24))
    desk.clock.move(timedelta(days=10))
    assert all(desk.read(stream).whole for stream in desk.streams())


def checked(desk: Desk) -> dict[str, Any]:
    return {check.name: check for check in desk.check()}


def test_a_connection_in_order_has_every_check_ok(desk: Desk) -> None:
    found = checked(desk)

    assert list(found) == NAMES
    assert {check.state for check in found.values()} == {CheckState.OK}
    assert found["API key"].text == "It is a key of Halden Systems."


def test_a_wrong_key_is_told_with_where_to_make_one(desk: Desk) -> None:
    desk.setting(api_key="another-key-91c4")

    found = checked(desk)

    assert list(found) == ["Address", "API key"]
    assert found["API key"].state is CheckState.FAIL
    assert "API keys" in found["API key"].fix


def test_a_list_that_the_key_may_not_read_is_named_with_who_can_help(desk: Desk) -> None:
    desk.plan(Fault(kind=FaultKind.FORBIDDEN, path="/subscriptions", times=99))

    refused = checked(desk)["Program subscriptions"]

    assert refused.text == "ArrowSphere does not let this API key read program subscriptions."
    assert "somebody who sees all customers and the programs" in refused.fix
    assert checked(desk)["Licences"].state is CheckState.OK


def test_a_wrong_path_is_told_as_an_address(desk: Desk) -> None:
    desk.setting(base_url=f"{desk.url}/index.php")

    found = checked(desk)

    assert list(found) == ["Address"]
    assert "/index.php/api" in found["Address"].fix


def test_notifications_that_the_key_was_never_shown_are_not_offered(desk: Desk) -> None:
    desk.sandbox.token_only = True
    desk.setting(notification_token=None)

    reading = desk.read("notifications")

    assert isinstance(reading.ended, NotOffered)
    assert "switch off" in reading.ended.why
    assert checked(desk)["Notifications"].state is CheckState.WARN
    assert desk.read("programs").whole, "the rest is read"


def test_notifications_that_were_read_and_are_refused_now_grow_old(desk: Desk) -> None:
    state = desk.read("notifications").state
    desk.sandbox.token_only = True
    desk.setting(notification_token=None)

    error = desk.read("notifications", state).error

    assert isinstance(error, Incomplete)
    assert "access token" in error.remedy


def test_an_access_token_opens_notifications_until_it_ends(desk: Desk) -> None:
    desk.sandbox.token_only = True
    assert len(by_id(desk.read("notifications"))) == 4

    desk.setting(notification_token="ended")

    assert isinstance(desk.read("notifications").error, Incomplete)
    assert checked(desk)["Notifications"].state is CheckState.FAIL


def test_notifications_can_be_left_out(desk: Desk) -> None:
    desk.setting(read_notifications=False)

    assert "Notifications" not in checked(desk)
    read = [spec.name for spec in desk.connector.manifest.streams_of(desk.config)]
    assert read == ["programs", "licences", "campaigns"]
    assert not any("/notification" in path for _, path, _ in desk.requests)


def test_an_empty_token_is_none(desk: Desk) -> None:
    desk.setting(notification_token=" ")

    assert desk.config.notification_token is None
