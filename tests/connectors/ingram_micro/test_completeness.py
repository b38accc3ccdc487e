"""What a finished read proves, and what keeps it from being finished."""

import json
from datetime import timedelta
from typing import Any

import pytest

from connectors.ingram_micro.streams import DETAILS_PER_SYNC
from connectors.sdk.errors import FormatChanged, Incomplete, Unavailable
from connectors.sdk.sandbox import Asked, Fault, FaultKind, Listing
from tests.connectors.ingram_micro.conftest import NAME, START, Desk

SEARCHES = {
    "renewals": "/renewals/search",
    "special_bids": "/deals/search",
    "quotes": "/quotes/search",
    "invoices": "/resellers/v6/invoices",
    "orders_on_hold": "/orders/search",
}
CUTS = [
    FaultKind.TRUNCATED,
    FaultKind.GZIP_CUT,
    FaultKind.GARBAGE,
    FaultKind.LOGIN_PAGE,
    FaultKind.DUPLICATE_PAGE,
    FaultKind.BROKEN,
    FaultKind.NOT_FOUND,
    FaultKind.FORBIDDEN,
]


@pytest.mark.promise("P2")
@pytest.mark.parametrize("kind", CUTS, ids=str)
@pytest.mark.parametrize("page", range(4))
def test_a_list_cut_at_any_page_is_never_complete(large: Desk, page: int, kind: FaultKind) -> None:
    # A page before the first cannot come twice; many times, so that no retry gets through.
    after = max(page, 1) if kind is FaultKind.DUPLICATE_PAGE else page
    large.host.plan(NAME, Fault(kind=kind, path="/renewals/search", after=after, times=99))

    reading = large.read("renewals")

    assert large.host.fired(NAME) > 0
    assert reading.end is None
    assert reading.error is not None


@pytest.mark.promise("P2")
def test_a_list_that_shrinks_while_it_is_read_is_not_complete(large: Desk) -> None:
    def shrink(asked: Asked) -> None:
        if len(large.asked("/renewals/search")) == 2:
            large.sandbox.drop("renewals", 30)

    large.host.before(NAME, shrink)

    reading = large.read("renewals")

    assert isinstance(reading.error, Incomplete)
    assert reading.end is None


@pytest.mark.promise("P2")
def test_a_row_that_changes_and_moves_to_the_end_meanwhile_hides_no_other(large: Desk) -> None:
    """The total stays and no row comes twice as it was, and still one was never shown."""

    def move(asked: Asked) -> None:
        if len(large.asked("/renewals/search")) == 1:
            first, *others = large.sandbox.account.renewals
            large.sandbox.account.renewals = Listing(
                [*others, {**first, "status": "Ordered"}], key="renewalId"
            )

    large.host.before(NAME, move)

    reading = large.read("renewals")

    assert len(reading.records) == 360  # of 361
    assert isinstance(reading.error, Incomplete)
    assert reading.end is None


@pytest.mark.promise("P2")
@pytest.mark.parametrize("stream", SEARCHES)
def test_an_answer_without_its_list_or_its_total_is_not_an_empty_list(
    desk: Desk, stream: str
) -> None:
    path = SEARCHES[stream]
    for missing in ("recordsFound", None):

        def strip(asked: Asked, kind: str, body: bytes, missing: str | None = missing) -> bytes:
            if path not in asked.path:
                return body
            found: Any = json.loads(body)
            found = found[0] if isinstance(found, list) else found
            gone = missing or next(k for k, value in found.items() if isinstance(value, list))
            return json.dumps({k: v for k, v in found.items() if k != gone}).encode()

        desk.host.rewrite(NAME, strip)

        reading = desk.read(stream)

        assert isinstance(reading.error, FormatChanged), missing
        assert reading.end is None


@pytest.mark.parametrize("stream", SEARCHES)
def test_every_way_in_which_ingram_says_nothing_found_is_a_complete_empty_list(
    desk: Desk, stream: str
) -> None:
    desk.sandbox.drop(stream, 99)

    reading = desk.read(stream)

    assert reading.error is None
    assert reading.end is not None
    assert reading.records == {}
    expected = {"quotes": 404, "orders_on_hold": 204}.get(stream, 200)
    assert desk.asked(SEARCHES[stream])[-1][2] == expected


def test_another_404_is_no_empty_list(desk: Desk) -> None:
    desk.host.plan(NAME, Fault(kind=FaultKind.NOT_FOUND, path="/quotes/search", times=9))

    reading = desk.read("quotes")

    assert isinstance(reading.error, FormatChanged)
    assert reading.end is None


@pytest.mark.promise("P2")
@pytest.mark.parametrize(
    ("stream", "field"), [("renewals", "expirationDate"), ("invoices", "invoiceDueDate")]
)
def test_whatever_is_due_on_the_first_and_last_day_of_the_window_is_listed(
    desk: Desk, stream: str, field: str
) -> None:
    window = desk.read(stream).end
    assert window is not None
    assert window.window is not None
    first, last = window.window
    assert (first, last) == (START.date() - timedelta(days=90), START.date() + timedelta(days=400))
    listing = desk.sandbox.account.streams[stream]
    early, late, outside = (row[listing.key] for row in list(listing)[:3])
    for key, due in (early, first), (late, last), (outside, last + timedelta(days=30)):
        listing.change(key, **{field: due.isoformat()})

    found = desk.read(stream).records

    assert {str(early), str(late)} <= set(found)
    assert str(outside) not in found


@pytest.mark.promise("P2")
@pytest.mark.parametrize("stream", SEARCHES)
def test_a_removed_row_is_absent_from_a_complete_read_and_nothing_else_is(
    desk: Desk, stream: str
) -> None:
    before = desk.read(stream)
    gone = desk.sandbox.drop(stream, 1)

    after = desk.read(stream, before.state)

    assert after.end is not None
    assert set(before.records) - set(after.records) == set(gone)
    assert after.quarantined == []
    desk.sandbox.restore(stream)
    assert desk.read(stream, after.state).records == before.records


class TestAQuoteThatLeavesTheList:
    """Ingram lists active quotes of one year and says of no other what became of it."""

    def test_it_is_kept_as_it_was_while_ingram_still_has_it(self, desk: Desk) -> None:
        before = desk.read("quotes")
        row = desk.sandbox.account.quotes.change("QUO-88164", ingramQuoteDate="2024-01-01")
        assert row["quoteStatus"] == "Active"

        after = desk.read("quotes", before.state)
        again = desk.read("quotes", after.state)

        for reading in (after, again):
            assert reading.end is not None
            assert "QUO-88164" not in reading.records
            assert [row.external_id for row in reading.quarantined] == ["QUO-88164"]

    def test_it_is_gone_when_ingram_says_that_it_ended(self, desk: Desk) -> None:
        before = desk.read("quotes")
        desk.sandbox.account.quotes.change(
            "QUO-88164", ingramQuoteDate="2024-01-01", quoteStatus="Closed"
        )

        after = desk.read("quotes", before.state)

        assert "QUO-88164" not in after.records
        assert after.quarantined == []
        assert "QUO-88164" not in after.state["quotes"]

    def test_a_failing_answer_leaves_the_read_without_proof(self, desk: Desk) -> None:
        before = desk.read("quotes")
        desk.sandbox.account.quotes.change("QUO-88164", ingramQuoteDate="2024-01-01")
        desk.host.plan(NAME, Fault(kind=FaultKind.BROKEN, path="/quotes/QUO-88164", times=9))

        after = desk.read("quotes", before.state)

        assert isinstance(after.error, Unavailable)
        assert after.end is None

    def test_one_that_cannot_be_read_stays_as_it_was(self, desk: Desk) -> None:
        before = desk.read("quotes")
        desk.sandbox.account.quotes.change("QUO-88164", ingramQuoteDate="2024-01-01")
        desk.host.plan(NAME, Fault(kind=FaultKind.GARBAGE, path="/quotes/QUO-88164", times=9))

        after = desk.read("quotes", before.state)

        assert after.end is not None
        assert [row.external_id for row in after.quarantined] == ["QUO-88164"]


class TestDetailsOfBids:
    """One call each, within a budget: what is not asked is not told from what is gone."""

    def test_a_bid_without_its_detail_is_listed_and_its_second_deadline_spared(
        self, desk: Desk
    ) -> None:
        before = desk.read("special_bids")
        desk.host.plan(NAME, Fault(kind=FaultKind.NOT_FOUND, path="/deals/77120334", times=9))

        after = desk.read("special_bids")  # and without the state that would remember it

        assert after.end is not None
        assert "cisco:77120334" in after.records
        spared = {row.external_id for row in after.quarantined}
        assert set(before.records) - set(after.records) == spared
        assert spared == {"cisco:77120334:price-protection"}

    def test_a_detail_that_was_read_once_is_remembered_and_says_its_day(self, desk: Desk) -> None:
        before = desk.read("special_bids")
        desk.host.plan(NAME, Fault(kind=FaultKind.GARBAGE, path="/deals/77120334", times=9))

        after = desk.read("special_bids", json.loads(json.dumps(before.state)))

        assert set(after.records) == set(before.records)
        assert after.quarantined == []
        aged = {fact.label: fact.value for fact in after.records["cisco:77120334"].facts}
        assert aged["Details as of"] == "2026-03-02"

    @pytest.mark.heavy
    def test_more_bids_than_the_budget_are_gone_through_over_several_reads(
        self, desk: Desk
    ) -> None:
        count = DETAILS_PER_SYNC + 40
        row = next(iter(desk.sandbox.account.deals))
        for number in range(count):
            desk.sandbox.account.deals.add({**row, "dealId": f"B{number:04d}"})

        first = desk.read("special_bids")
        calls = len(desk.asked("/deals/B"))
        second = desk.read("special_bids", first.state)

        assert first.end is not None
        assert calls <= DETAILS_PER_SYNC
        assert len(first.quarantined) == count + 6 - DETAILS_PER_SYNC
        assert second.quarantined == []
        assert set(second.records) >= {f"fortinet:B{n:04d}:price-protection" for n in range(count)}
        assert len(desk.asked("/deals/B")) - calls <= DETAILS_PER_SYNC

    def test_a_bad_date_in_a_detail_costs_the_second_deadline_only(self, desk: Desk) -> None:
        desk.sandbox.account.deals.change("77120334", priceProtectionEndDate="soon")

        found = desk.read("special_bids")

        assert found.end is not None
        assert "cisco:77120334" in found.records
        assert [row.external_id for row in found.quarantined] == ["cisco:77120334:price-protection"]


class TestCurrenciesOfInvoices:
    def test_it_is_asked_once_and_remembered(self, desk: Desk) -> None:
        before = desk.read("invoices")
        calls = len(desk.asked("/v6.1/invoices"))

        after = desk.read("invoices", before.state)

        assert calls == 5  # the open ones
        assert len(desk.asked("/v6.1/invoices")) == calls
        assert after.records == before.records

    def test_it_stays_when_the_invoice_is_paid(self, desk: Desk) -> None:
        before = desk.read("invoices")
        desk.sandbox.account.invoices.change("40KQX2911", invoiceStatus="PAID")

        paid = desk.read("invoices", before.state).records["40KQX2911"]

        assert paid.closed
        assert paid.amount is not None
        assert paid.amount.currency == "CAD"

    def test_an_invoice_whose_detail_cannot_be_read_has_none_and_says_so(self, desk: Desk) -> None:
        desk.host.plan(NAME, Fault(kind=FaultKind.NOT_FOUND, path="/v6.1/invoices", times=99))

        found = desk.read("invoices")

        assert found.end is not None
        assert found.quarantined == []
        unpaid = [record for record in found.records.values() if not record.closed]
        assert all(record.amount and record.amount.currency is None for record in unpaid)
        assert all("Currency" in {fact.label for fact in record.facts} for record in unpaid)

    @pytest.mark.heavy
    def test_the_budget_ends_the_asking_and_the_next_read_goes_on(self, desk: Desk) -> None:
        row = next(iter(desk.sandbox.account.invoices))
        count = DETAILS_PER_SYNC + 10
        for number in range(count):
            desk.sandbox.account.invoices.add({**row, "invoiceNumber": f"N{number:04d}"})

        first = desk.read("invoices")
        assert len(desk.asked("/v6.1/invoices")) == DETAILS_PER_SYNC
        second = desk.read("invoices", first.state)

        known = [r for r in second.records.values() if r.amount and r.amount.currency]
        assert len(known) >= count + 5
