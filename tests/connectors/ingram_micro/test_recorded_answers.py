"""Answers written down from the contract, with everything in them that Ingram was seen to bend."""

import json
from datetime import date
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.ingram_micro.answers import rows_of, total_of
from connectors.ingram_micro.bids import kept, price_protection, special_bid
from connectors.ingram_micro.mapping import Account, invoice, order_on_hold, quote, renewal
from connectors.ingram_micro.zones import ZONE_OF_COUNTRY
from connectors.sdk.connector import Page
from connectors.sdk.errors import FormatChanged
from connectors.sdk.mapping import required, rows
from connectors.sdk.records import Deadline, DueDate
from tests.connectors.ingram_micro.conftest import amount

ACCOUNT = Account(country="US", today=date(2026, 3, 2))


def recorded(name: str) -> Any:
    return json.loads((Path(__file__).parent / "recorded" / f"{name}.json").read_text())


def facts(record: Deadline) -> dict[str, str]:
    return {fact.label: fact.value for fact in record.facts}


@pytest.fixture
def renewals() -> Page:
    body = recorded("renewals")
    return rows(
        rows_of(body, "renewals"),
        partial(renewal, account=ACCOUNT),
        where="page 1",
        external_id=partial(required, field="renewalId"),
        expected=total_of(body, "renewals"),
    )


def test_a_bad_row_costs_itself_and_keeps_its_text(renewals: Page) -> None:
    assert renewals.expected == 6
    assert [record.external_id for record in renewals.records] == ["7001", "7002", "7003"]
    assert [row.external_id for row in renewals.quarantined] == ["7004", None, None]
    assert "31/31/2026" in renewals.quarantined[0].reason
    assert "Broken Date Ltd" in renewals.quarantined[0].raw
    assert renewals.quarantined[2].raw == "not even an object"


def test_numbers_as_text_and_objects_for_lists_read_as_what_they_mean(renewals: Page) -> None:
    found = renewals.records[0]

    assert isinstance(found, Deadline)
    assert found.amount == amount("1250.5", None)
    assert found.account == "Bright & Sons"
    assert found.reference == "renewal 7001 · quote QUO-5001"
    assert facts(found) == {"Your order number": "PO-1"}


def test_an_unknown_status_is_kept_word_for_word_and_stays_open(renewals: Page) -> None:
    found = renewals.records[0]

    assert isinstance(found, Deadline)
    assert (found.status, found.closed) == ("Waiting for moon phase", False)


def test_a_renewal_of_which_nothing_is_said_is_still_there(renewals: Page) -> None:
    found = renewals.records[1]

    assert isinstance(found, Deadline)
    assert found.title == "Renewal 7002"
    assert (found.due, found.amount, found.vendor, found.status) == (None, None, None, None)


def test_a_leap_day_a_zero_and_a_field_of_tomorrow(renewals: Page) -> None:
    found = renewals.records[2]

    assert isinstance(found, Deadline)
    assert found.due == DueDate(on=date(2028, 2, 29), raw="2028-02-29T00:00:00")
    assert found.amount == amount("0", None)
    assert found.closed


def test_orders_with_one_sub_order_or_none() -> None:
    body = recorded("orders")

    held, cancelled = (order_on_hold(row, ACCOUNT) for row in rows_of(body, "orders"))

    assert (held.status, held.closed) == ("On-Hold", False)
    # The day as Ingram wrote it: in UTC it would be the same night, elsewhere the next day.
    assert facts(held)["Ordered"] == "2026-02-27"
    assert facts(held)["On hold"] == "20-AAA11-11"
    assert (cancelled.status, cancelled.closed) == ("CANCELLED", True)
    assert "Ordered" not in facts(cancelled)


def test_a_bid_in_detail_counts_only_products_that_give_both_numbers() -> None:
    row = {"dealId": "77", "vendor": "HP", "dealExpiryDate": "2026-04-01T00:00:00"}
    detail = kept(recorded("bid_detail"))

    found = special_bid(row, ACCOUNT, json.loads(json.dumps(detail)), None)

    assert found.summary == "9 of 15 units left"
    assert found.amount == amount("15944.61", "EUR")
    assert facts(found)["Contact at the customer"] == "Kim · 14143624491"
    assert facts(found)["A-1"] == "4 of 10 units left"
    assert "Received" not in facts(found)
    assert price_protection(row, ACCOUNT, detail) is None


def test_two_vendors_may_number_their_bids_alike() -> None:
    bids = [
        special_bid({"dealId": "1", "vendor": vendor}, ACCOUNT, None, None).external_id
        for vendor in ("Cisco", "CISCO", "HPE", None)
    ]

    assert bids == ["cisco:1", "cisco:1", "hpe:1", "1"]


def test_a_fact_of_an_unexpected_shape_does_not_cost_the_deadline() -> None:
    row = {"quoteNumber": "QUO-1", "ingramQuoteExpiryDate": "2026-03-09", "revision": {"major": 2}}

    found = quote(row, ACCOUNT)

    assert facts(found) == {"Revision": '{"major":2}'}
    assert found.due is not None


def test_an_invoice_due_by_its_terms_only_is_due_then() -> None:
    row = {
        "invoiceNumber": 335238411,
        "invoiceDueDate": "0001-01-01",
        "paymentTermsDueDate": "2026-03-20",
        "specialBidNumbers": "9912",
    }

    found = invoice(row, ACCOUNT, None)

    assert found.due == DueDate(on=date(2026, 3, 20), raw="2026-03-20")
    assert found.reference == "invoice 335238411 · special bid 9912"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [{}, {}],
        "renewals",
        None,
        {"recordsFound": 3, "renewals": None},
        {"recordsFound": 3, "renewals": {"renewalId": 1}},
        {"recordsFound": "many", "renewals": []},
    ],
    ids=repr,
)
def test_what_is_no_list_is_a_changed_format_and_not_an_empty_list(body: Any) -> None:
    with pytest.raises(FormatChanged):
        assert total_of(body, "renewals") == len(rows_of(body, "renewals"))


@pytest.mark.parametrize(
    "body",
    [[], {"recordsFound": 0, "renewals": []}, [{"recordsFound": "0", "renewals": None}]],
    ids=repr,
)
def test_what_says_that_it_is_empty_is_empty(body: Any) -> None:
    assert (rows_of(body, "renewals"), total_of(body, "renewals")) == ([], 0)


def test_every_noted_zone_is_the_only_one_of_its_country() -> None:
    zones: dict[str, list[str]] = {}
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text()
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            zones.setdefault(country, []).append(zone)
    twice = {"DE": ["Europe/Berlin", "Europe/Busingen"]}  # of one time since 1970

    assert {country: zones[country] for country in ZONE_OF_COUNTRY} == {
        country: twice.get(country, [zone]) for country, zone in ZONE_OF_COUNTRY.items()
    }
    assert all(ZoneInfo(zone) for zone in ZONE_OF_COUNTRY.values())
