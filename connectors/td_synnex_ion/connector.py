"""TD SYNNEX StreamOne Ion as a connector: which reader serves which stream."""

from collections.abc import Iterator

from connectors.sdk.connector import Check, Complete, Page, ReadContext
from connectors.td_synnex_ion.checks import checks
from connectors.td_synnex_ion.client import Ion
from connectors.td_synnex_ion.config import MANIFEST, IonConfig
from connectors.td_synnex_ion.streams import orders_on_hold, subscriptions

_READERS = {"subscriptions": subscriptions, "orders_on_hold": orders_on_hold}


class TdSynnexIon:
    """Reads one StreamOne Ion account."""

    manifest = MANIFEST

    def read(
        self, stream: str, config: IonConfig, context: ReadContext
    ) -> Iterator[Page | Complete]:
        return _READERS[stream](Ion(config, context), context)

    def check(self, config: IonConfig, context: ReadContext) -> Iterator[Check]:
        return checks(Ion(config, context))
