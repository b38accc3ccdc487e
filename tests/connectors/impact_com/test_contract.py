"""The simulated account, what is asked of it, and what is read, held against the documents."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pydantic import SecretStr

from connectors.impact_com.contracts import contract, goal, tiers
from connectors.impact_com.invoices import lines, payout
from connectors.impact_com.programs import Names, program
from connectors.impact_com.tasks import task
from connectors.sdk.basic import basic
from connectors.sdk.records import DueInstant, Money, validate
from connectors.sdk.sandbox import Asked
from tests.connectors.impact_com.conftest import Account, fact
from tests.support.openapi import Contract

LISTS = {
    "tasks": "Tasks",
    "contracts": "Contracts",
    "invoices": "Invoices",
    "campaigns": "Campaigns",
}
NAMES = {"10306": Names(program="Wayne Enterprises", brand="Acme Corporation")}

Published = Callable[[str], Contract]


def answer(account: Account, name: str, **params: Any) -> tuple[int, Any]:
    """The sandbox's own answer, without the connector."""
    with account.session() as http:
        reply = http.request(
            "GET",
            f"{account.url}/Mediapartners/{account.values['account_sid']}/{name}",
            params=params,
            headers={
                "Accept": "application/json",
                **basic(account.values["account_sid"], SecretStr(account.values["auth_token"])),
            },
        )
        return reply.status, json.loads(reply.body)


@pytest.mark.parametrize("subject", LISTS)
def test_every_list_of_the_simulated_account_is_as_the_schema_says(
    account: Account, published: Published, subject: str
) -> None:
    name = LISTS[subject]
    statuses = ("ACTIVE", "PENDING", "EXPIRED") if name == "Contracts" else (None,)
    for status in statuses:
        _, body = answer(account, name, Status=status)

        assert body[name]
        path = f"/Mediapartners/{{AccountSID}}/{name}"
        assert published(subject).complaints(body, path) == ""


def test_only_what_the_contract_knows_is_asked_for(account: Account, published: Published) -> None:
    asked: list[Asked] = []
    account.before(asked.append)
    for spec in account.connector.manifest.streams:
        account.read(spec.name)

    subjects = {name: subject for subject, name in LISTS.items()}
    assert {call.path.rpartition("/")[2] for call in asked} == set(subjects)
    for call in asked:
        name = call.path.rpartition("/")[2]
        parameters = published(subjects[name]).parameters(f"/Mediapartners/{{AccountSID}}/{name}")
        for parameter, value in parse_qsl(call.query):
            if parameter in ("Page", "PageSize"):
                continue  # paging is in no document of impact.com, only in its answers
            assert value in parameters[parameter].get("enum", [value])


def test_all_statuses_that_can_be_asked_for_are_asked_for(
    account: Account, published: Published
) -> None:
    asked: list[Asked] = []
    account.before(asked.append)
    account.read("contracts")

    path = "/Mediapartners/{AccountSID}/Contracts"
    known = published("contracts").parameters(path)["Status"]["enum"]
    queries = [dict(parse_qsl(call.query)) for call in asked]
    assert sorted(query["Status"] for query in queries if "Status" in query) == sorted(known)


def test_the_example_task_reads_as_a_person_would_read_it(published: Published) -> None:
    found = validate(task(published("tasks").example_of("Task")))

    assert found.title == "Acme Rewards Card Update"
    assert found.due == DueInstant(
        at=datetime(2021, 8, 31, 4, tzinfo=UTC), raw="2021-08-31T04:00:00.000+0000"
    )
    assert (found.status, found.closed, found.category) == ("INPROGRESS", False, "compliance")
    assert fact(found, "Type") == "COMPLIANCE · Content"
    assert fact(found, "Assigned to") == "Wile E. Coyote"
    assert fact(found, "Attachments") == "acme_reward_card_details.pdf"
    assert str(fact(found, "Latest comment")).startswith("Wile E. Coyote: I've updated")


def test_the_example_contract_has_no_end_and_one_tier(published: Published) -> None:
    example = published("contracts").example_of("Contract")

    (part,) = tiers(example)
    found = validate(goal(part, NAMES))

    assert contract(example, NAMES) is None, 'its end is ""'
    assert (found.target, found.unit, found.actual) == (Decimal(1_000_000), "USD", None)
    assert (found.vendor, found.program) == ("Acme Corporation", "Wayne Enterprises")
    assert found.external_id == "S-37085294:18503:tier 1"
    assert fact(found, "Measured in each") == "CALENDAR_MONTH"
    assert (found.period_start, found.period_end, found.due) == (None, None, None)


def test_the_example_contract_with_an_end_is_a_deadline(published: Published) -> None:
    example = published("contracts").example_of("Contract")

    found = contract({**example, "EndDate": "2029-08-31T23:59:59-07:00"}, NAMES)

    assert found is not None
    assert isinstance(validate(found).due, DueInstant)
    assert found.title == "Contract ends — Wayne Enterprises"
    assert fact(found, "Notice of changes, in days") == "0"


def test_the_example_invoice_owes_one_line(published: Published) -> None:
    (line,) = lines(published("invoices").example_of("Invoice"))
    found = payout(line, NAMES)

    assert validate(found).external_id == "1924609-1:10306:MEDIA_PAYOUT:12021"
    assert found.title == "Payout for 2021-01 — Wayne Enterprises"
    assert found.amount == Money(amount=Decimal(50), currency="USD")
    assert found.due == DueInstant(
        at=datetime(2021, 2, 6, 1, 51, 35, tzinfo=UTC), raw="2021-02-05T17:51:35-08:00"
    )
    assert (found.status, found.closed) == ("OVERDUE", False)


def test_the_example_program_is_a_program(published: Published) -> None:
    found = validate(program(published("campaigns").example_of("Program")))

    assert (found.external_id, found.title, found.vendor, found.status) == (
        "10306",
        "Wayne Enterprises",
        "Acme Corporation",
        "Active",
    )
    assert found.eligible is None
