"""Whatever Ingram shows in its contract is read, in each of the contract's forms."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connectors.ingram_micro.answers import one, rows_of, total_of
from connectors.ingram_micro.bids import kept, price_protection, special_bid
from connectors.ingram_micro.mapping import (
    Account,
    invoice,
    invoice_currency,
    is_quote_over,
    order_on_hold,
    quote,
    renewal,
)
from connectors.sdk.mapping import rows
from connectors.sdk.records import Deadline, DueDate
from tests.connectors.ingram_micro import contract
from tests.connectors.ingram_micro.conftest import amount

ACCOUNT = Account(country="US", today=date(2023, 6, 20))
SEARCHES: dict[str, tuple[str, Callable[[Any], Deadline]]] = {
    "/resellers/v6/renewals/search": ("renewals", lambda row: renewal(row, ACCOUNT)),
    "/resellers/v6/deals/search": ("deals", lambda row: special_bid(row, ACCOUNT, None, None)),
    "/resellers/v6/quotes/search": ("quotes", lambda row: quote(row, ACCOUNT)),
    "/resellers/v6/invoices": ("invoices", lambda row: invoice(row, ACCOUNT, None)),
    "/resellers/v6/orders/search": ("orders", lambda row: order_on_hold(row, ACCOUNT)),
}


@pytest.fixture(scope="module", params=contract.FILES)
def published(request: pytest.FixtureRequest, specs: Path) -> dict[str, Any]:
    return _load(specs, request.param)


@cache
def _load(specs: Path, form: str) -> dict[str, Any]:
    return contract.load(specs, form)


def only(found: Any) -> Any:
    (example,) = found
    return example


@pytest.mark.parametrize("path", SEARCHES)
def test_every_row_of_every_example_list_becomes_a_deadline(
    published: dict[str, Any], path: str
) -> None:
    key, make = SEARCHES[path]
    body = only(contract.examples(published, path))
    raw = one(body, key)[key]

    page = rows(rows_of(body, key), make, where="example", expected=total_of(body, key))

    assert raw, "the example has rows"
    assert page.quarantined == ()
    assert len(page.records) == len(raw)
    assert len({record.external_id for record in page.records}) == len(raw)
    assert page.expected is not None
    assert page.expected >= 0


def test_the_example_renewal_reads_as_a_person_would_read_it(published: dict[str, Any]) -> None:
    body = only(contract.examples(published, "/resellers/v6/renewals/search"))

    found = renewal(rows_of(body, "renewals")[0], ACCOUNT)

    assert found.due == DueDate(on=date(2023, 7, 4), raw="2023-07-04T00:00:00")
    assert found.amount == amount("381.5", None)
    assert (found.vendor, found.account, found.status) == (
        "HP",
        "ABC TECHNOLOGIES",
        "Quote pending",
    )
    # Its link names another renewal; the id field counts, the quote's link stays.
    assert found.reference == "renewal 4239056 · quote QUO-15850886-M6H4V9"
    assert not found.closed


def test_the_example_renewal_in_detail_reads_like_one_of_the_list(
    published: dict[str, Any],
) -> None:
    body = only(contract.examples(published, "/resellers/v6/renewals/{renewalId}"))

    found = renewal(one(body, "renewal"), ACCOUNT)

    assert found.external_id == "1234567"
    assert found.amount == amount("5594", None)
    assert found.status == "Quote closed contact sales desk"
    assert found.closed
    assert ("Contact at the customer", "Thanos · user@ingrammicro.com · (206)123-4567") in [
        (fact.label, fact.value) for fact in found.facts
    ]


def test_the_example_bid_has_two_deadlines_a_currency_and_what_is_left(
    published: dict[str, Any],
) -> None:
    row = {"dealId": "23456789", "vendor": "Cisco", "dealExpiryDate": "2023-07-11T00:00:00"}
    detail = kept(only(contract.examples(published, "/resellers/v6/deals/{dealId}")))

    bid, protection = (
        special_bid(row, ACCOUNT, detail, None),
        price_protection(row, ACCOUNT, detail),
    )

    assert bid.due == DueDate(on=date(2023, 7, 11), raw="2023-07-11T00:00:00")
    assert bid.amount == amount("15944.61")
    assert bid.summary == "1 of 1 units left"
    assert protection is not None
    assert protection.due == DueDate(on=date(2023, 7, 11), raw="2023-07-11T13:18:30")
    # The example says 181 days remaining for a bid of 181 days that is nearly over.
    assert not any("181" in fact.value for fact in bid.facts)


def test_the_example_quotes_do_not_expire_in_the_year_1(published: dict[str, Any]) -> None:
    body = only(contract.examples(published, "/resellers/v6/quotes/search"))

    found = [quote(row, ACCOUNT) for row in rows_of(body, "quotes")]

    assert [record.due for record in found] == [None] * 4
    assert {record.status for record in found} == {"Active"}


def test_the_example_quote_in_detail_is_still_active(published: dict[str, Any]) -> None:
    detail = one(only(contract.examples(published, "/resellers/v6/quotes/{quoteNumber}")), "quote")

    assert not is_quote_over(detail)
    assert quote(detail, ACCOUNT).amount == amount("10000")


def test_the_example_invoice_tells_its_currency_in_detail_only(published: dict[str, Any]) -> None:
    listed = only(contract.examples(published, "/resellers/v6/invoices"))
    detail = only(contract.examples(published, "/resellers/v6.1/invoices/{invoiceNumber}"))
    row = rows_of(listed, "invoices")[0]

    assert invoice(row, ACCOUNT, None).amount == amount("243.16", None)
    assert invoice(row, ACCOUNT, invoice_currency(detail)).amount == amount("243.16")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (path, status)
        for path in (
            "/resellers/v6/renewals/search",
            "/resellers/v6/deals/search",
            "/resellers/v6/quotes/search",
            "/resellers/v6/invoices",
            "/resellers/v6/orders/search",
            "/resellers/v6.1/invoices/{invoiceNumber}",
        )
        for status in ("400", "500")
    ],
)
def test_every_example_refusal_becomes_an_error_that_names_the_cause(
    published: dict[str, Any], path: str, status: str
) -> None:
    import json

    from connectors.ingram_micro.refusals import refusal
    from connectors.sdk.errors import ConfigInvalid, Rejected, Unavailable
    from connectors.sdk.http import Reply

    for example in contract.examples(published, path, status):
        if isinstance(example, str):
            continue
        reply = Reply(status=int(status), headers={}, body=json.dumps(example).encode(), url="")
        error = refusal(reply)

        assert isinstance(error, Unavailable if status == "500" else ConfigInvalid | Rejected)
        assert len(error.message) > len("Ingram Micro refused a request with 400.")
        assert error.remedy
