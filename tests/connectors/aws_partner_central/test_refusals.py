"""What AWS refuses, what we make of it, and what a person is told to do."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.aws_partner_central.faults import NotPermitted
from connectors.aws_partner_central.sandbox import Sandbox
from connectors.sdk.connector import CheckState
from connectors.sdk.errors import AuthFailed, ConfigInvalid, ConnectorError, RateLimited, Rejected
from tests.connectors.aws_partner_central.conftest import Connect, Reading, Recorded

Replay = Callable[..., tuple[Reading, Recorded]]


def refusal(reading: Reading, stream: str = "opportunities") -> ConnectorError:
    with pytest.raises(ConnectorError) as raised:
        reading.stream(stream)
    return raised.value


def test_denied_with_status_400_is_a_missing_permission(sandbox: Sandbox, reading: Reading) -> None:
    sandbox.denied = {"partnercentral:ListOpportunities"}

    error = refusal(reading)

    assert isinstance(error, NotPermitted)
    assert '"partnercentral:ListOpportunities"' in error.remedy


def test_denied_by_the_marketplace_names_its_own_action(sandbox: Sandbox, reading: Reading) -> None:
    sandbox.denied = {"aws-marketplace:SearchAgreements"}

    error = refusal(reading, "agreements")

    assert isinstance(error, NotPermitted)
    assert '"aws-marketplace:SearchAgreements"' in error.remedy


def test_a_wrong_secret_is_told_from_an_unknown_key(connect: Connect) -> None:
    wrong = refusal(connect(secret_access_key="not the one"))
    unknown = refusal(connect(access_key_id="AKIAUNKNOWN000000000"))

    assert isinstance(wrong, AuthFailed)
    assert "secret does not belong" in wrong.message
    assert isinstance(unknown, AuthFailed)
    assert "does not know this access key" in unknown.message


@pytest.mark.parametrize("ahead", [timedelta(minutes=20), timedelta(minutes=-20)])
def test_a_wrong_clock_is_told_from_a_wrong_secret(
    sandbox: Sandbox, reading: Reading, ahead: timedelta
) -> None:
    sandbox.ahead = ahead

    error = refusal(reading)

    assert isinstance(error, AuthFailed)
    assert "clock" in error.message
    assert "NTP" in error.remedy


def test_ten_minutes_are_no_wrong_clock(sandbox: Sandbox, reading: Reading) -> None:
    sandbox.ahead = timedelta(minutes=10)

    records, _, _ = reading.stream("opportunities")

    assert records


def test_keys_that_are_over_ask_for_new_ones(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.expired = True

    error = refusal(connect(session_token="FwoGZXIvYXdzEXAMPLE"))

    assert isinstance(error, AuthFailed)
    assert "expired" in error.message


def test_throttling_with_status_400_is_waited_for(sandbox: Sandbox, reading: Reading) -> None:
    sandbox.throttle = 2

    records, _, _ = reading.stream("opportunities")

    assert len(records) == 8
    assert len(reading.slept) == 2


@pytest.mark.parametrize("stream", ["opportunities", "agreements"])
def test_throttling_that_does_not_end_comes_back_later(
    sandbox: Sandbox, reading: Reading, stream: str
) -> None:
    sandbox.throttle = 100

    error = refusal(reading, stream)

    assert isinstance(error, RateLimited)
    assert error.until > reading.now


@pytest.mark.parametrize(
    "members",
    [
        {"ErrorList": [{"FieldName": "Catalog", "Message": "is invalid", "Code": "INVALID_VALUE"}]},
        {"FieldList": [{"Name": "Catalog", "Message": "is invalid"}]},
        {"fields": [{"name": "catalog", "message": "is invalid"}]},
        {"ErrorDetails": [{"FieldValidationError": {"Name": "Catalog", "Message": "is invalid"}}]},
    ],
)
def test_a_refused_catalog_is_a_setting_to_change(replay: Replay, members: Any) -> None:
    reading, _ = replay(ListOpportunities=[(400, {"__type": "a#ValidationException", **members})])

    error = refusal(reading)

    assert isinstance(error, ConfigInvalid)
    assert "is invalid" in error.message
    assert "catalog" in error.remedy


def test_a_refused_field_is_named(replay: Replay) -> None:
    wrong = {"FieldName": "Sort.SortBy", "Message": "is not supported", "Code": "INVALID_VALUE"}
    answer = {"__type": "ValidationException", "Reason": "x", "ErrorList": [wrong, "odd", {}]}
    reading, _ = replay(ListOpportunities=[(400, answer)])

    error = refusal(reading)

    assert isinstance(error, Rejected)
    assert "Sort.SortBy: is not supported" in error.message


@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b"[1]", b'{"__type": null}'])
def test_a_refusal_that_says_nothing_is_still_typed(replay: Replay, body: bytes) -> None:
    for status, kind in ((400, Rejected), (403, AuthFailed), (401, AuthFailed), (404, Rejected)):
        reading, _ = replay(ListOpportunities=[(status, body)])
        assert isinstance(refusal(reading), kind)


@pytest.mark.promise("P8")
def test_no_secret_gets_into_errors_or_logs(
    sandbox: Sandbox, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """AWS's answer to a wrong signature quotes the signed request, session token included."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="botocore")
    secrets = ("SECRET-canary-0001", "TOKEN-canary-0002")
    reading = connect(secret_access_key=secrets[0], session_token=secrets[1])

    error = refusal(reading)
    connect().stream("benefit_allocations")

    seen = caplog.text + repr(error) + str(error) + error.remedy + repr(reading.config)
    seen += repr(error.__context__) + repr(error.__cause__)
    for secret in (*secrets, sandbox.config("")["secret_access_key"], "AwsCreditCode"):
        assert secret not in seen


# --- the check -------------------------------------------------------------------------------


def test_a_good_connection_passes_every_check(reading: Reading) -> None:
    checks = reading.check()

    assert {check.state for check in checks.values()} == {CheckState.OK}
    assert list(checks) == [
        "Address",
        "Sign-in",
        "Catalog",
        "Engagement invitations",
        "Opportunities",
        "Benefit applications",
        "Benefit allocations",
        "Marketplace agreements",
        "Alliance lead",
    ]


def test_the_check_names_the_action_to_allow(sandbox: Sandbox, reading: Reading) -> None:
    sandbox.denied = {
        "partnercentral:ListBenefitAllocations",
        "partnercentral:GetAwsOpportunitySummary",
        "partnercentral:ListPartners",
    }

    checks = reading.check()

    assert checks["Sign-in"].state is CheckState.OK
    assert checks["Benefit allocations"].state is CheckState.FAIL
    assert '"partnercentral:ListBenefitAllocations"' in checks["Benefit allocations"].fix
    assert checks["Opportunities"].state is CheckState.WARN
    assert '"partnercentral:GetAwsOpportunitySummary"' in checks["Opportunities"].fix
    assert "people" in checks["Opportunities"].text
    assert checks["Alliance lead"].state is CheckState.WARN
    assert checks["Benefit applications"].state is CheckState.OK


def test_the_first_permission_may_be_the_missing_one(sandbox: Sandbox, reading: Reading) -> None:
    sandbox.denied = {"partnercentral:ListEngagementInvitations"}

    checks = reading.check()

    assert checks["Catalog"].state is CheckState.OK
    assert checks["Engagement invitations"].state is CheckState.FAIL
    assert checks["Opportunities"].state is CheckState.OK


def test_a_refused_sign_in_ends_the_check_with_its_fix(connect: Connect) -> None:
    checks = connect(secret_access_key="not the one").check()

    assert list(checks) == ["Address", "Sign-in"]
    assert checks["Sign-in"].state is CheckState.FAIL
    assert "secret access key" in checks["Sign-in"].fix


def test_an_address_where_nobody_answers_is_named(connect: Connect) -> None:
    checks = connect(endpoint_url="http://127.0.0.1:9/").check()

    assert list(checks) == ["Address"]
    assert checks["Address"].state is CheckState.FAIL


def test_what_is_switched_off_is_not_checked(connect: Connect) -> None:
    checks = connect(read_benefits=False, read_agreements=False).check()

    assert "Marketplace agreements" not in checks
    assert "Benefit allocations" not in checks
