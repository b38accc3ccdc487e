"""Signing in, and what a person is told when it does not work."""

from connectors.pax8.connector import Pax8
from connectors.sdk.connector import CheckState
from connectors.sdk.errors import AuthFailed
from connectors.sdk.sandbox import Fault, FaultKind
from tests.connectors.pax8.conftest import Account

EVER = 99


def test_an_account_in_order_says_of_each_stream_how_much_there_is(account: Account) -> None:
    checks = account.check()

    assert [check.name for check in checks] == [
        "Address",
        "Sign-in",
        "Customers",
        *(spec.title for spec in Pax8.manifest.streams),
    ]
    assert {check.state for check in checks} == {CheckState.OK}


def test_a_wrong_secret_is_told_with_the_place_of_the_right_one(account: Account) -> None:
    account.config = account.config.model_copy(update={"client_id": "another"})

    failed = account.check()[-1]
    reading = account.read("invoices")

    assert (failed.name, failed.state) == ("Sign-in", CheckState.FAIL)
    assert "Settings › Integrations › Credentials" in failed.fix
    assert isinstance(reading.error, AuthFailed)
    assert reading.error.message == "Pax8 does not accept the client ID and client secret."


def test_one_list_that_may_not_be_read_does_not_hide_the_others(account: Account) -> None:
    account.plan(Fault(kind=FaultKind.FORBIDDEN, path="/v2/quotes", times=EVER))

    checks = {check.name: check for check in account.check()}

    assert checks["Quotes"].state is CheckState.FAIL
    assert checks["Quotes"].text == "Pax8 does not let this credential read quotes."
    assert "Partner Admin" in checks["Quotes"].fix
    assert checks["Invoices"].state is CheckState.OK
    assert account.read("invoices").whole


def test_names_that_may_not_be_read_are_what_a_read_of_subscriptions_lacks(
    account: Account,
) -> None:
    account.plan(Fault(kind=FaultKind.FORBIDDEN, path="/v1/companies", times=EVER))

    error = account.read("subscriptions").error

    assert isinstance(error, AuthFailed)
    assert (error.of_one_list, error.message) == (
        True,
        "Pax8 does not let this credential read companies.",
    )
    assert account.read("draft_items").whole


def test_companies_are_listed_once_in_a_sync(account: Account) -> None:
    with account.session() as http:
        for stream in ("subscriptions", "missing_details"):
            list(Pax8().read(stream, account.config, account.context(http)))

    listed = [path for _, path, _ in account.requests if path.endswith("/companies")]
    assert len(listed) == 1
