"""Ingram Micro Xvantage as a connector: which reader serves which stream."""

from collections.abc import Iterator

from connectors.ingram_micro.bid_stream import special_bids
from connectors.ingram_micro.checks import checks
from connectors.ingram_micro.client import Ingram
from connectors.ingram_micro.config import MANIFEST, IngramMicroConfig
from connectors.ingram_micro.mapping import Account
from connectors.ingram_micro.streams import invoices, orders_on_hold, quotes, renewals
from connectors.sdk.connector import Check, Complete, Page, ReadContext

_READERS = {
    "renewals": renewals,
    "special_bids": special_bids,
    "quotes": quotes,
    "invoices": invoices,
    "orders_on_hold": orders_on_hold,
}


class IngramMicro:
    """Reads one Ingram Micro account."""

    manifest = MANIFEST

    def read(
        self, stream: str, config: IngramMicroConfig, context: ReadContext
    ) -> Iterator[Page | Complete]:
        account = Account(
            country=config.country_code, today=context.now.date(), currency=config.currency
        )
        return _READERS[stream](Ingram(config, context), account, context)

    def check(self, config: IngramMicroConfig, context: ReadContext) -> Iterator[Check]:
        return checks(Ingram(config, context), context.now.date())
