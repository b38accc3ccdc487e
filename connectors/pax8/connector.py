"""Pax8 as a connector: which reader serves which stream."""

from collections.abc import Iterator

from connectors.pax8.checks import checks
from connectors.pax8.client import Pax8 as Api
from connectors.pax8.config import MANIFEST, Pax8Config
from connectors.pax8.streams import draft_items, invoices, quotes, subscriptions, waiting
from connectors.sdk.connector import Check, Complete, Page, ReadContext

_READERS = {
    "subscriptions": subscriptions,
    "missing_details": waiting,
    "invoices": invoices,
    "draft_items": draft_items,
    "quotes": quotes,
}


class Pax8:
    """Reads one Pax8 partner account."""

    manifest = MANIFEST

    def read(
        self, stream: str, config: Pax8Config, context: ReadContext
    ) -> Iterator[Page | Complete]:
        return _READERS[stream](Api(config, context), config, context)

    def check(self, config: Pax8Config, context: ReadContext) -> Iterator[Check]:
        return checks(Api(config, context), config.quotes_of)
