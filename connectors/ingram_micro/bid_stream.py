"""The list of special bids with their details, as far as Ingram's limit lets one read."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote as url_encoded

from connectors.ingram_micro.bids import (
    bid_id,
    expiry_of,
    is_over,
    kept,
    price_protection,
    protection_id,
    special_bid,
)
from connectors.ingram_micro.client import Ingram
from connectors.ingram_micro.fields import Row
from connectors.ingram_micro.mapping import Account
from connectors.ingram_micro.searches import SPECIAL_BIDS
from connectors.ingram_micro.streams import DETAILS_PER_SYNC, Read, listed, whole_list
from connectors.sdk.connector import Complete, Page, Quarantined, ReadContext
from connectors.sdk.errors import FormatChanged
from connectors.sdk.mapping import BadField, rows, text_of
from connectors.sdk.mapping.rows import raw_text
from connectors.sdk.records import Deadline


def special_bids(ingram: Ingram, account: Account, context: ReadContext) -> Read:
    """Every bid, and the end of its price protection where its detail names one."""
    pages = list(listed(ingram, SPECIAL_BIDS, account))
    deals = [row for found, _ in pages for row in found]
    details = Details(ingram, account, context.state.get("details", {}))
    details.read(deals)
    yield from whole_list(SPECIAL_BIDS, pages, details.bid, bid_id)
    yield rows(
        [row for row in deals if _readable_id(row) in details.found],
        details.protection,
        where="bid details",
        external_id=protection_id,
        noun="price protection",
    )
    yield Page(quarantined=tuple(details.missing))
    yield Complete(state={"details": details.found})


class Details:
    """What is known of the bids beyond the list.

    found      by bid: the day it was read on and what is kept of it; becomes the state
    missing    bids of which no detail could be read yet: their second deadline, should it
               have been seen once, stays as it is
    """

    def __init__(self, ingram: Ingram, account: Account, before: Mapping[str, Any]) -> None:
        self._ingram = ingram
        self._account = account
        self._before = before
        self._fresh: set[str] = set()
        self.found: dict[str, dict[str, Any]] = {}
        self.missing: list[Quarantined] = []

    def read(self, deals: Iterable[Any]) -> None:
        """Asks for the details of open bids: first those never asked for, then the oldest."""
        known = {bid: row for row in deals if (bid := _readable_id(row))}
        self.found = {bid: dict(self._before[bid]) for bid in known if bid in self._before}
        waiting = sorted(
            (bid for bid, row in known.items() if not is_over(row, self._account)),
            key=lambda bid: (
                self.found.get(bid, {}).get("read_on", ""),
                expiry_of(known[bid]) or date.max,
                bid,
            ),
        )
        for bid in waiting[:DETAILS_PER_SYNC]:
            self._ask(bid, known[bid])
        for bid in waiting[DETAILS_PER_SYNC:]:
            self._miss(bid, known[bid], "Its details wait for the next sync: Ingram limits calls.")

    def bid(self, row: Row) -> Deadline:
        bid = bid_id(row)
        entry = self.found.get(bid, {})
        read_on = None if bid in self._fresh else entry.get("read_on")
        return special_bid(row, self._account, entry.get("detail"), read_on)

    def protection(self, row: Row) -> Deadline | None:
        return price_protection(row, self._account, self.found[bid_id(row)]["detail"])

    def _ask(self, bid: str, row: Row) -> None:
        deal, vendor = text_of(row.get("dealId")) or "", text_of(row.get("vendor")) or ""
        try:
            reply = self._ingram.ask(
                "GET",
                f"/resellers/v6/deals/{url_encoded(deal, safe='')}",
                params={"vendorName": vendor},
            )
            if reply.status == 200:
                today = self._account.today.isoformat()
                self.found[bid] = {"read_on": today, "detail": kept(reply.json())}
                self._fresh.add(bid)
            else:
                self.found.pop(bid, None)
        except FormatChanged as error:
            self._miss(bid, row, error.message)

    def _miss(self, bid: str, row: Row, reason: str) -> None:
        if bid not in self.found:
            self.missing.append(
                Quarantined(
                    reason=f"special bid {row.get('dealId')}: {reason}",
                    raw=raw_text(row),
                    where="bid details",
                    external_id=protection_id(row),
                )
            )


def _readable_id(row: Any) -> str | None:
    try:
        return bid_id(row)
    except BadField:
        return None
