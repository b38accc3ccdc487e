"""Crayon Cloud-iQ as a connector: which reader serves which stream."""

from collections.abc import Iterator

from connectors.crayon_cloudiq.checks import checks
from connectors.crayon_cloudiq.client import Cloudiq
from connectors.crayon_cloudiq.config import MANIFEST, CrayonCloudiqConfig
from connectors.crayon_cloudiq.reports import agreement_reports
from connectors.crayon_cloudiq.streams import agreements, announcements, contacts, subscriptions
from connectors.sdk.connector import Check, Complete, Page, ReadContext

_READERS = {
    "agreements": agreements,
    "subscriptions": subscriptions,
    "announcements": announcements,
    "contacts": contacts,
}


class CrayonCloudiq:
    """Reads what one Cloud-iQ user may see."""

    manifest = MANIFEST

    def read(
        self, stream: str, config: CrayonCloudiqConfig, context: ReadContext
    ) -> Iterator[Page | Complete]:
        cloudiq = Cloudiq(config, context)
        if stream == "agreement_reports":
            return agreement_reports(cloudiq, config.reporting_day, context)
        return _READERS[stream](cloudiq, context)

    def check(self, config: CrayonCloudiqConfig, context: ReadContext) -> Iterator[Check]:
        return checks(Cloudiq(config, context), config, context.now)
