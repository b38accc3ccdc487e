"""The rows of the simulated account, as they reach the inbox."""

from datetime import date, timedelta

import pytest

from connectors.sdk.records import Category, DueDate
from tests.connectors.ingram_micro.conftest import START, Desk, amount

TODAY = START.date()
STREAMS = ("renewals", "special_bids", "quotes", "invoices", "orders_on_hold")


def facts(record: object) -> dict[str, str]:
    return {fact.label: fact.value for fact in record.facts}


@pytest.mark.parametrize("published", [True, False], ids=["published", "repaired"])
@pytest.mark.parametrize("stream", STREAMS)
def test_every_stream_reads_to_its_end_in_both_of_ingrams_shapes(
    desk: Desk, stream: str, published: bool
) -> None:
    desk.sandbox.published = published

    reading = desk.read(stream)

    assert reading.error is None
    assert reading.end is not None
    assert reading.quarantined == []
    assert reading.records


@pytest.mark.parametrize("stream", STREAMS)
def test_both_shapes_give_the_same_records(desk: Desk, stream: str) -> None:
    published = desk.read(stream).records
    desk.sandbox.published = False

    assert desk.read(stream).records == published


def test_the_renewal_of_the_week(desk: Desk) -> None:
    found = desk.read("renewals").records["4419005"]

    assert found.title == "Renew Cisco Meraki — Hartwell Clinics"
    assert found.category is Category.RENEWAL
    assert found.reference == "renewal 4419005 · quote QUO-88121"
    assert found.due == DueDate(on=TODAY + timedelta(days=3), raw="2026-03-05T00:00:00")
    assert (found.amount, found.amount_label) == (amount("42300"), "order")
    assert (found.status, found.closed, found.url) == ("Quote pending", False, None)


def test_a_renewal_is_closed_when_ingram_says_so_in_any_of_its_closed_words(desk: Desk) -> None:
    closed = {record.status for record in desk.read("renewals").records.values() if record.closed}

    assert closed == {"Ordered", "Renewal went direct"}


def test_a_special_bid_has_its_expiry_and_its_price_protection(desk: Desk) -> None:
    found = desk.read("special_bids").records
    bid = found["fortinet:9912 Fortinet refresh"]
    protection = found["fortinet:9912 Fortinet refresh:price-protection"]

    assert bid.title == "Special bid 9912 Fortinet refresh expires — Lakeside Schools"
    assert bid.summary == "38 of 60 units left"
    assert facts(bid)["FG-100F"] == "12 of 20 units left"
    assert (bid.vendor, bid.amount) == ("Fortinet", amount("94800"))
    assert isinstance(bid.due, DueDate)
    assert isinstance(protection.due, DueDate)
    assert bid.due.on == date(2026, 3, 11)
    assert protection.due.on == date(2026, 3, 7)
    assert protection.category is Category.DEAL_REGISTRATION
    assert protection.amount is None  # or the same money would count twice


def test_a_bid_number_with_blanks_and_slashes_is_asked_for_by_that_number(desk: Desk) -> None:
    found = desk.read("special_bids").records

    assert found["dell:1186 Q/EDU"].summary == "95 of 180 units left"
    assert ("GET", "/resellers/v6/deals/1186 Q/EDU", 200) in desk.asked("/deals/")


def test_a_bid_that_ended_long_ago_is_closed_and_costs_no_call(desk: Desk) -> None:
    found = desk.read("special_bids").records

    assert found["cisco:20331187"].closed
    assert not found["sophos:SPL-4471"].closed  # ended four days ago: somebody should know
    assert desk.asked("/deals/20331187") == []


def test_a_year_1_is_no_date(desk: Desk) -> None:
    assert desk.read("special_bids").records["vmware:VMW-NFR"].due is None
    assert desk.read("quotes").records["QUO-87002"].due is None


def test_a_quote_names_its_special_bid(desk: Desk) -> None:
    assert (
        desk.read("quotes").records["QUO-87990"].reference == "quote QUO-87990 · special bid 9912"
    )


def test_an_invoice_has_the_currency_of_its_detail(desk: Desk) -> None:
    found = desk.read("invoices").records

    assert found["40KQX2911"].amount == amount("2417.16", "CAD")
    assert found["40MKTRW11"].amount == amount("4820.4", "USD")
    assert (found["40HHG7711"].status, found["40HHG7711"].closed) == ("PAID", True)


def test_an_order_on_hold_waits_without_a_date(desk: Desk) -> None:
    found = desk.read("orders_on_hold").records

    assert set(found) == {"20-RD128", "20-RD204"}
    assert (found["20-RD128"].due, found["20-RD128"].status) == (None, "ON HOLD")
    assert facts(found["20-RD128"])["On hold"] == "20-RD128-11"


def test_the_zone_is_noted_where_the_country_has_one_and_only_there(desk: Desk) -> None:
    abroad = desk.read("renewals").records["4419005"].due
    desk.settings["country_code"] = "DE"
    at_home = desk.read("renewals").records["4419005"].due

    assert isinstance(abroad, DueDate)
    assert isinstance(at_home, DueDate)
    assert (abroad.zone, at_home.zone) == (None, "Europe/Berlin")
    assert abroad.on == at_home.on


@pytest.mark.parametrize("stream", ["renewals", "orders_on_hold", "quotes"])
def test_a_currency_that_ingram_does_not_name_is_never_invented(desk: Desk, stream: str) -> None:
    del desk.settings["currency"]

    without = {
        key: record.amount.currency
        for key, record in desk.read(stream).records.items()
        if record.amount
    }

    named = {"QUO-88164": "USD"} if stream == "quotes" else {}
    assert {key: code for key, code in without.items() if code} == named


def test_nothing_is_asked_of_a_page_address_that_ingram_leaks(large: Desk) -> None:
    for stream in STREAMS:
        large.read(stream)

    assert large.asked("/bids/") == []
    assert all(status in (200, 204, 404) for _, _, status in large.asked())


def test_every_call_carries_a_number_of_its_own(desk: Desk) -> None:
    for stream in STREAMS:
        desk.read(stream)

    numbers = desk.sandbox.gate.correlations
    assert len(numbers) > 15
    assert len(set(numbers)) == len(numbers)
    assert {len(number) for number in numbers} == {32}
