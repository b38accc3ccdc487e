"""Sign-in, settings and refusals, as a person meets them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.crayon_cloudiq.config import CrayonCloudiqConfig
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import AuthFailed, Rejected
from connectors.sdk.sandbox import Answer, Fault, FaultKind
from tests.support.desk import Desk

NAMES = [
    "Address",
    "Sign-in",
    "Organization",
    "Agreement reports",
    "Agreements",
    "Subscriptions",
    "Announcements",
    "Reporting day",
]


def checked(desk: Desk) -> dict[str, Check]:
    return {check.name: check for check in desk.check()}


def test_a_connection_in_order_has_every_check_ok(desk: Desk) -> None:
    found = checked(desk)

    assert list(found) == NAMES
    assert {check.state for check in found.values()} == {CheckState.OK}
    assert found["Organization"].text == "The user sees 3."


def test_a_missing_reporting_day_is_a_warning_that_says_what_to_enter(desk: Desk) -> None:
    desk.setting(reporting_day=None)

    warned = checked(desk)["Reporting day"]

    assert warned.state is CheckState.WARN
    assert "Enter the day of the month" in warned.fix


@pytest.mark.parametrize("wrong", ["client_id", "client_secret", "username", "password"])
def test_each_wrong_credential_is_named_by_where_to_find_it(desk: Desk, wrong: str) -> None:
    desk.setting(**{wrong: "something-else"})

    found = checked(desk)

    assert found["Address"].state is CheckState.OK
    assert found["Sign-in"].state is CheckState.FAIL
    assert "cloudiq.crayon.com/users" in found["Sign-in"].fix
    assert "invalid_" in found["Sign-in"].text
    assert list(found) == ["Address", "Sign-in"]


def test_an_address_without_a_cloudiq_says_which_it_is(desk: Desk) -> None:
    desk.plan(Fault(kind=FaultKind.NOT_FOUND, path="/connect/token", times=9))

    found = checked(desk)

    assert found["Address"].state is CheckState.FAIL
    assert "https://api.crayon.com" in found["Address"].fix


def test_a_user_without_any_organization_is_told_so(desk: Desk) -> None:
    desk.sandbox.drop("contacts", 9)

    found = checked(desk)["Organization"]

    assert found.state is CheckState.FAIL
    assert "access" in found.fix


def test_an_organization_that_does_not_exist_fails_the_check_and_the_contacts(desk: Desk) -> None:
    desk.setting(organization_id=9999)

    assert checked(desk)["Organization"].state is CheckState.FAIL
    assert isinstance(desk.read("contacts").error, Rejected)


@pytest.mark.parametrize(
    ("path", "called"),
    [("/Subscriptions", "subscriptions"), ("/CustomerTenants", "customer tenants")],
)
def test_a_list_that_the_user_may_not_read_says_who_has_to_act(
    desk: Desk, path: str, called: str
) -> None:
    desk.plan(Fault(kind=FaultKind.FORBIDDEN, path=path, times=99))

    found = checked(desk)

    assert found["Subscriptions"].state is CheckState.FAIL
    assert found["Subscriptions"].text == f"Cloud-iQ does not let this user read {called}."
    assert "API user" in found["Subscriptions"].fix
    assert found["Agreements"].state is CheckState.OK


def test_crayons_own_sentence_reaches_the_person(desk: Desk) -> None:
    body = json.dumps({"ErrorCode": "400", "Message": "The filter is not valid."}).encode()
    refusal = Answer(status=400, headers=((b"content-type", b"application/json"),), body=body)
    desk.plan(Fault(kind=FaultKind.CHANGED, path="/Agreements", change=lambda _own: refusal))

    error = desk.read("agreements").error

    assert isinstance(error, Rejected)
    assert error.message == "Cloud-iQ refused a request with 400: The filter is not valid."


def test_a_listed_organization_that_is_not_found_keeps_its_contact(desk: Desk) -> None:
    desk.plan(Fault(kind=FaultKind.NOT_FOUND, path="/4001/salescontact", times=9))

    reading = desk.read("contacts")

    assert reading.whole
    assert [row.external_id for row in reading.quarantined] == ["4001"]


def test_a_token_is_used_until_its_hour_ends(desk: Desk) -> None:
    desk.read("agreements")
    desk.read("agreements")
    assert desk.sandbox.tokens.issued == 2  # one for each session

    desk.sandbox.tokens.lifetime = timedelta(0)
    assert isinstance(desk.read("agreements").error, AuthFailed)
    assert desk.sandbox.tokens.issued == 4  # and one new one, not a loop


@pytest.mark.parametrize(
    ("typed", "stored"), [("", None), (" ", None), ("7", 7), ("31", 31)], ids=repr
)
def test_a_reporting_day_may_be_left_empty(typed: str, stored: Any) -> None:
    settings = {"client_id": " c ", "client_secret": "s", "username": "u", "password": "p"}

    made = CrayonCloudiqConfig.model_validate({**settings, "reporting_day": typed})

    assert (made.reporting_day, made.client_id) == (stored, "c")


@pytest.mark.parametrize("typed", ["0", "32", "the tenth"])
def test_a_reporting_day_is_a_day_of_a_month(typed: str) -> None:
    settings = {"client_id": "c", "client_secret": "s", "username": "u", "password": "p"}

    with pytest.raises(ValidationError):
        CrayonCloudiqConfig.model_validate({**settings, "reporting_day": typed})
