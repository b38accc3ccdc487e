"""A vendor's partner portal on Salesforce as a connector; one connection for each vendor."""

from collections.abc import Iterator

from connectors.salesforce_prm.checking import checks
from connectors.salesforce_prm.client import Salesforce
from connectors.salesforce_prm.config import MANIFEST, SalesforcePrmConfig
from connectors.salesforce_prm.portal import Portal
from connectors.salesforce_prm.streams import read
from connectors.sdk.connector import Check, Event, ReadContext


class SalesforcePrm:
    """Reads one vendor's portal."""

    manifest = MANIFEST

    def read(
        self, stream: str, config: SalesforcePrmConfig, context: ReadContext
    ) -> Iterator[Event]:
        return read(stream, Salesforce(config, context), _portal(config, context), context)

    def check(self, config: SalesforcePrmConfig, context: ReadContext) -> Iterator[Check]:
        return checks(Salesforce(config, context), _portal(config, context))


def _portal(config: SalesforcePrmConfig, context: ReadContext) -> Portal:
    return Portal(config=config, today=context.now.date())
