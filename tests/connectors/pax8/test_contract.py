"""The simulated account, what is asked of it, and what is read, held against Pax8's documents."""

import json
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import pytest

from connectors.pax8.client import rows_of, total_of
from connectors.pax8.drafts import Month
from connectors.pax8.invoices import invoice
from connectors.pax8.subscriptions import subscription
from connectors.sdk.mapping import rows
from connectors.sdk.records import Deadline, DueDate, DueInstant
from connectors.sdk.sandbox import Asked
from tests.connectors.pax8.conftest import Account
from tests.support.openapi import Contract

PARTNER = {
    "/companies": "/v1/companies",
    "/subscriptions": "/v1/subscriptions",
    "/invoices": "/v1/invoices",
    "/invoices/draftItems": "/v1/invoices/draftItems",
}


def answers(account: Account, path: str, **params: Any) -> tuple[int, Any]:
    """The sandbox's own answer, without the connector."""
    token = {"authorization": f"Bearer {account.sandbox.tokens.issue()}"}
    every = (400, 401, 403, 404, 422)
    with account.session() as http:
        reply = http.request(
            "GET", f"{account.url}{path}", params=params, headers=token, also_ok=every
        )
        return reply.status, json.loads(reply.body)


@pytest.mark.parametrize("path", PARTNER)
def test_every_list_of_the_simulated_account_is_as_the_schema_says(
    account: Account, partner: Contract, path: str
) -> None:
    status, body = answers(account, PARTNER[path], size=200)

    assert status == 200
    assert body["content"]
    assert partner.complaints(body, path) == ""


def test_a_company_that_is_on_no_list_is_as_the_schema_says(
    account: Account, partner: Contract
) -> None:
    listed = {row["id"] for row in answers(account, "/v1/companies", size=200)[1]["content"]}
    (deleted,) = {row["id"] for row in account.sandbox.account.companies} - listed

    status, body = answers(account, f"/v1/companies/{deleted}")

    assert (status, body["status"]) == (200, "Deleted")
    assert partner.complaints(body, "/companies/{companyId}") == ""


def test_quotes_of_the_simulated_account_are_as_the_schema_says(
    account: Account, quoting: Contract
) -> None:
    _, listed = answers(account, "/v2/quotes", limit=200)

    assert quoting.complaints(listed, "/v2/quotes") == ""
    for row in listed["content"]:
        _, body = answers(account, f"/v2/quotes/{row['id']}")
        assert quoting.complaints(body, "/v2/quotes/{quoteId}") == ""
        assert "expiresOn" in body
        assert "expiresOn" not in row


def test_refusals_of_the_simulated_account_are_as_the_schemas_say(
    account: Account, partner: Contract, quoting: Contract
) -> None:
    unknown = "f7fc273a-8d86-45c9-a26f-ffd42416adda"
    company = answers(account, "/v1/subscriptions", companyId=unknown)
    month = answers(account, "/v1/invoices/draftItems", monthOffset=2)
    quote = answers(account, f"/v2/quotes/{unknown}")

    assert [company[0], month[0], quote[0]] == [403, 422, 400]
    assert partner.complaints(company[1], "/subscriptions", status="403") == ""
    assert partner.complaints(month[1], "/invoices/draftItems", status="422") == ""
    assert quoting.complaints(quote[1], "/v2/quotes/{quoteId}", status="400") == ""


def test_only_what_the_contract_knows_is_asked_for(
    account: Account, partner: Contract, quoting: Contract
) -> None:
    asked: list[Asked] = []
    account.before(asked.append)
    for spec in account.connector.manifest.streams:
        account.read(spec.name)

    lists = [call for call in asked if call.query]
    assert lists
    for call in lists:
        path = call.path[call.path.index("/v") :]
        contract, known = (quoting, path) if path.startswith("/v2") else (partner, path[3:])
        parameters = contract.parameters(known)
        for name, value in parse_qsl(call.query):
            schema = parameters[name]
            allowed = [str(choice) for choice in schema.get("enum", [value])]
            assert value in allowed, f"{known}: {name}={value}"
            assert float(schema.get("maximum", 200)) >= 200 or name != "size"


def test_a_sign_in_is_as_the_contract_says(account: Account, signing_in: Contract) -> None:
    wanted = next(iter(signing_in.document["components"]["examples"].values()))["value"]
    with account.session() as http:
        sent = {
            **wanted,
            "client_id": account.values["client_id"],
            "client_secret": account.values["client_secret"],
        }
        reply = http.request("POST", f"{account.url}/v1/token", json=sent)

    assert signing_in.complaints(reply.json(), "/token", method="post") == ""


def test_every_example_subscription_is_read_and_those_with_an_end_become_deadlines(
    partner: Contract,
) -> None:
    (body,) = partner.examples("/subscriptions")
    found = rows_of(body)

    page = rows(found, lambda row: subscription(row, lambda company: None), where="example")

    assert total_of(body) >= len(found)
    assert page.quarantined == ()
    assert len(page.records) == sum("endDate" in row for row in found) > 0
    dues = {type(record.due) for record in page.records if isinstance(record, Deadline)}
    assert dues == {DueDate, DueInstant}, "one answer mixes dates and moments"


def test_every_example_invoice_becomes_a_deadline(partner: Contract) -> None:
    (body,) = partner.examples("/invoices")

    page = rows(rows_of(body), invoice, where="example")

    records = [record for record in page.records if isinstance(record, Deadline)]
    assert page.quarantined == ()
    assert len(records) == len(rows_of(body))
    assert {(record.status, record.closed) for record in records} == {
        ("Unpaid", False),
        ("Carried", True),
        ("Void", True),
    }
    assert {record.amount.currency for record in records if record.amount} == {"USD"}


@pytest.mark.parametrize("path", ["/invoices/draftItems", "/invoices/{invoiceId}/items"])
def test_every_example_item_is_counted_in_a_draft(partner: Contract, path: str) -> None:
    (body,) = partner.examples(path)
    month = Month(date(2025, 2, 1))

    page = rows(rows_of(body), month.add, where="example")
    (draft,) = month.deadlines(date(2025, 1, 20), 0)

    assert page.quarantined == ()
    assert draft.amount is not None
    assert draft.amount.amount == sum(row["amountDue"] for row in rows_of(body))
