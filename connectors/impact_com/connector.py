"""impact.com as a connector: which reader serves which stream."""

from collections.abc import Iterator

from connectors.impact_com.checks import checks
from connectors.impact_com.client import Impact
from connectors.impact_com.config import MANIFEST, ImpactComConfig
from connectors.impact_com.streams import contracts, invoices, programs, tasks
from connectors.sdk.connector import Check, Complete, Page, ReadContext

_READERS = {"tasks": tasks, "contracts": contracts, "invoices": invoices, "programs": programs}


class ImpactCom:
    """Reads one impact.com partner account."""

    manifest = MANIFEST

    def read(
        self, stream: str, config: ImpactComConfig, context: ReadContext
    ) -> Iterator[Page | Complete]:
        return _READERS[stream](Impact(config, context), context)

    def check(self, config: ImpactComConfig, context: ReadContext) -> Iterator[Check]:
        return checks(Impact(config, context))
