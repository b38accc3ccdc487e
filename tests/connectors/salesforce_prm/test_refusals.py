"""What Salesforce says when it refuses, and pages that lead astray."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.salesforce_prm.config import SalesforcePrmConfig
from connectors.sdk.connector import CheckState
from connectors.sdk.errors import (
    AuthFailed,
    ConfigInvalid,
    ConnectorError,
    FormatChanged,
    Incomplete,
    RateLimited,
    Rejected,
    Unavailable,
)
from connectors.sdk.sandbox import Asked
from tests.connectors.salesforce_prm.conftest import Desk

REFUSALS = [
    (403, "API_DISABLED_FOR_ORG", AuthFailed, "does not let this user use its API", "API Enabled"),
    (403, "API_CURRENTLY_DISABLED", AuthFailed, "use its API", "API Enabled"),
    (401, "INVALID_SESSION_ID", AuthFailed, "does not take that for its API", "scope"),
    (403, "REQUEST_LIMIT_EXCEEDED", RateLimited, "no API calls left", "longer interval"),
    (403, "INSUFFICIENT_ACCESS", AuthFailed, "does not let this user see", "administrator"),
    (403, "", AuthFailed, "does not let this user see the data.", "administrator"),
    (400, "QUERY_TIMEOUT", Unavailable, "took too long", "tried again"),
    (400, "INVALID_QUERY_LOCATOR", Incomplete, "forgot the list", "whole list again"),
    (400, "INVALID_FIELD", Rejected, "refused the request (INVALID_FIELD)", "update"),
    (400, "UNSUPPORTED_API_VERSION", ConfigInvalid, "no such version", "lists"),
    (404, "NOT_FOUND", Rejected, "refused the request (NOT_FOUND)", "update"),
]


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: f"{case[0]} {case[1]}")
def test_each_refusal_has_a_plain_sentence_and_a_remedy(
    desk: Desk, case: tuple[int, str, type[ConnectorError], str, str]
) -> None:
    status, code, error, said, remedy = case
    desk.sandbox.refuses = (status, code)

    found = desk.read("budgets").error

    assert type(found) is error
    assert said in str(found)
    assert remedy in found.remedy
    assert "It is refused." not in str(found)
    if isinstance(found, RateLimited):
        assert (found.until - desk.stage.clock.now()).total_seconds() == 3600
    failed = [c for c in desk.checks().values() if c.state is CheckState.FAIL]
    assert failed
    assert all(check.fix for check in failed)


def test_a_session_that_is_refused_signs_in_once_more_and_not_for_ever(desk: Desk) -> None:
    desk.sandbox.refuses = (401, "INVALID_SESSION_ID")
    desk.read("budgets")
    assert desk.sandbox.tokens.issued == 2


def test_a_refusal_that_nobody_knows_is_told_by_its_code_only(desk: Desk) -> None:
    desk.sandbox.refuses = (400, "SOMETHING_NEW_FROM_2027")
    assert "(SOMETHING_NEW_FROM_2027)" in str(desk.read("budgets").error)
    desk.sandbox.refuses = (400, "not a code <b>")
    assert "<b>" not in str(desk.read("budgets").error)


Change = Callable[[dict[str, Any]], object]
ASTRAY: list[tuple[str, Change, type[ConnectorError]]] = [
    ("another host", lambda b: b.update(nextRecordsUrl="https://evil.example/query"), Incomplete),
    ("no scheme", lambda b: b.update(nextRecordsUrl="//evil.example/services/data"), Incomplete),
    ("elsewhere", lambda b: b.update(nextRecordsUrl="/services/oauth2/revoke"), Incomplete),
    (
        "up and away",
        lambda b: b.update(nextRecordsUrl="/services/data/v61.0/query/../../x"),
        Incomplete,
    ),
    ("nowhere", lambda b: b.pop("nextRecordsUrl"), Incomplete),
    ("done too early", lambda b: b.update(done=True), Incomplete),
    ("more than announced", lambda b: b.update(totalSize=3), Incomplete),
    ("no word of an end", lambda b: b.pop("done"), FormatChanged),
    ("no list", lambda b: b.pop("records"), FormatChanged),
]


@pytest.mark.promise("P2")
@pytest.mark.parametrize(
    ("change", "error"), [case[1:] for case in ASTRAY], ids=[case[0] for case in ASTRAY]
)
def test_pages_that_lead_astray_never_end_a_list(
    desk: Desk, change: Change, error: type[ConnectorError]
) -> None:
    def rewrite(asked: Asked, _content_type: str, body: bytes) -> bytes:
        if not asked.path.endswith("/query"):
            return body
        page = json.loads(body)
        change(page)
        return json.dumps(page).encode()

    desk.stage.host.rewrite("platform", rewrite)
    reading = desk.read("fund_requests")

    assert not reading.whole
    assert type(reading.error) is error, reading.outcome()


def test_a_list_is_read_over_several_pages(desk: Desk) -> None:
    reading = desk.read("fund_requests")
    assert len(reading.records) == 18
    assert [path for _, path, _ in reading.asked if "/query/" in path] == [
        "/services/data/v61.0/query/0r8Hs0000000000AAA-6"
    ]


def test_the_check_says_which_versions_there_are(desk: Desk) -> None:
    desk.sandbox.versions = ("61.0", "62.0", "70.0", "71.0")
    desk.enter(api_version="61.0")
    assert desk.checks()["Version of the API"].state is CheckState.OK
    desk.sandbox.versions = ("62.0", "70.0", "71.0", "61.0")
    desk.enter(api_version="55.0")
    check = desk.checks()["Version of the API"]
    assert check.state is CheckState.WARN
    assert "70.0, 71.0, 61.0" in check.fix


def test_few_calls_left_are_said_before_they_are_gone(desk: Desk) -> None:
    assert desk.checks()["Calls left"].state is CheckState.OK
    desk.sandbox.used = 95_000
    check = desk.checks()["Calls left"]
    assert check.state is CheckState.WARN
    assert "of 100,000 calls" in check.text


SETTINGS = {
    "vendor": "Acme",
    "base_url": "https://acme.my.salesforce.com",
    "consumer_key": "key",
}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Enter the consumer secret, or the user name and the private key"),
        ({"client_secret": "s", "private_key": "k", "username": "u"}, "not both"),
        ({"private_key": "k"}, "user name for whom"),
        ({"client_secret": "s", "base_url": "https://acme.lightning.force.com"}, "browser's"),
        ({"client_secret": "s", "base_url": "https://login.salesforce.com"}, "vendor's own"),
        ({"client_secret": "s", "record_link": "https://p.example/s/"}, "{id}"),
        ({"client_secret": "s", "deal_expires": "Ends__c FROM User"}, "pattern"),
        ({"client_secret": "s", "partner_account": "001' OR Id != '"}, "pattern"),
    ],
)
def test_settings_that_cannot_work_are_refused_when_they_are_entered(
    more: dict[str, str], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        SalesforcePrmConfig.model_validate({**SETTINGS, **more})


def test_what_was_pasted_with_blanks_around_it_is_taken() -> None:
    config = SalesforcePrmConfig.model_validate(
        {
            **SETTINGS,
            "client_secret": "s",
            "consumer_key": " key\n",
            "base_url": " https://acme.my.salesforce.com/ ",
            "deal_number": "  ",
            "currency": "eur",
        }
    )
    assert config.consumer_key == "key"
    assert config.base_url == "https://acme.my.salesforce.com"
    assert config.deal_number is None
    assert config.currency == "EUR"
