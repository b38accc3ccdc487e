"""The simulated account: its rows, and how they change."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from connectors.pax8 import sandbox_story as story
from connectors.sdk.sandbox import Listing, Row, SandboxClock


class Account:
    """The lists of one partner.

    Subscriptions lie in three: of ``ending`` something ends, ``waiting`` ones lack details,
    of ``quiet`` ones nothing ends. ``drafts`` are by month offset.
    """

    def __init__(self, clock: SandboxClock, *, seed: int, size: int) -> None:
        self._clock = clock
        self._step = 0
        today = self.today
        random = Random(seed)  # noqa: S311 - sample data, no secret
        self.companies = Listing(story.companies(today))
        self.ending = Listing([*story.ending(today), *story.many(today, size, random)])
        self.waiting = Listing(story.waiting(today))
        self.quiet = Listing(story.quiet(today))
        self.invoices = Listing(story.invoices(today))
        self.quotes = Listing(story.quotes(today))
        self.drafts = {
            0: Listing(story.draft_items(self.month(0), "this")),
            1: Listing(story.draft_items(self.month(1), "next")),
        }
        self._lists = {
            "subscriptions": self.ending,
            "missing_details": self.waiting,
            "invoices": self.invoices,
            "quotes": self.quotes,
        }
        self._whole_draft: Listing | None = None

    @property
    def today(self) -> date:
        return self._clock.now().astimezone(UTC).date()

    def month(self, offset: int) -> date:
        """The first day of this month (0) or the next (1), where Pax8 is."""
        now: datetime = self._clock.now().astimezone(ZoneInfo("America/Denver"))
        first = now.date().replace(day=1)
        return first if not offset else (first + timedelta(days=32)).replace(day=1)

    def subscriptions(self) -> list[Row]:
        """All of them, the oldest first."""
        rows = [*self.ending, *self.waiting, *self.quiet]
        return sorted(rows, key=lambda row: (row["createdDate"][:10], row["id"]))

    def drop(self, stream: str, count: int) -> list[str]:
        """Takes rows off a list; of a draft all items of a currency, which are one record."""
        if stream != "draft_items":
            return self._lists[stream].drop(count)
        gone = sorted({row["currencyCode"] for row in self.drafts[1]})[:count]
        self._whole_draft = self._whole_draft or self.drafts[1]
        self.drafts[1] = Listing(row for row in self.drafts[1] if row["currencyCode"] not in gone)
        return [f"{self.month(1):%Y-%m}:{currency}" for currency in gone]

    def restore(self, stream: str) -> None:
        if stream != "draft_items":
            self._lists[stream].restore()
        elif self._whole_draft is not None:
            self.drafts[1], self._whole_draft = self._whole_draft, None

    def reverse(self) -> None:
        for listing in (*self._lists.values(), self.quiet, self.companies, *self.drafts.values()):
            listing.reverse()

    def advance(self) -> list[str]:
        """One thing changes, in turn: a commitment, details, an invoice, a draft, a quote."""
        changes: tuple[Callable[[int], list[str]], ...] = (
            self._commitment_is_renewed,
            self._details_are_given_or_missing,
            self._invoice_is_paid,
            self._draft_grows,
            self._quote_is_answered,
        )
        turn, step = divmod(self._step, len(changes))
        self._step += 1
        return changes[step](turn)

    def _commitment_is_renewed(self, turn: int) -> list[str]:
        committed = self.ending.select(lambda row: "commitmentTerm" in row)
        if not committed:
            return []
        row = committed[turn % len(committed)]
        until = story.stamp(self.today, 365 + turn)
        self.ending.change(row["id"], commitmentTerm={**row["commitmentTerm"], "endDate": until})
        return [f"{row['productName']} was renewed until {until[:10]}"]

    def _details_are_given_or_missing(self, turn: int) -> list[str]:
        for row in list(self.waiting)[:1]:
            self.quiet.add({**row, "status": "Active"})
            self.waiting = self._lists["missing_details"] = Listing(
                other for other in self.waiting if other["id"] != row["id"]
            )
            return [f"The details of {row['productName']} were given"]
        row = next(story.waiting(self.today))
        self.waiting.add({**row, "id": story.key(f"waiting {turn}")})
        return [f"{row['productName']} was ordered without its details"]

    def _invoice_is_paid(self, turn: int) -> list[str]:
        for row in self.invoices.select(lambda row: row["status"] == "Unpaid")[:1]:
            self.invoices.change(row["id"], status="Paid", balance=0)
            return [f"The invoice of {row['invoiceDate']} was paid"]
        row = {**next(story.invoices(self.today)), "id": story.key(f"new invoice {turn}")}
        self.invoices.add(row)
        return [f"The invoice of {row['invoiceDate']} was issued"]

    def _draft_grows(self, turn: int) -> list[str]:
        row = next(story.draft_items(self.month(1), "next"))
        self.drafts[1].add({**row, "id": story.key(f"more {turn}"), "type": "prorate"})
        return [f"More of {row['productName']} was ordered for {row['companyName']}"]

    def _quote_is_answered(self, turn: int) -> list[str]:
        for row in self.quotes.select(lambda row: row["status"] == "sent")[:1]:
            self.quotes.change(row["id"], status="accepted", updatedOn=self._moment())
            return [f"Quote {row['referenceCode']} was accepted"]
        for row in list(self.quotes)[:1]:
            until = f"{story.day(self.today, 20 + turn)}T23:59:59Z"
            self.quotes.change(row["id"], status="sent", expiresOn=until, updatedOn=self._moment())
            return [f"Quote {row['referenceCode']} was sent again, good until {until[:10]}"]
        return []

    def _moment(self) -> str:
        return self._clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
