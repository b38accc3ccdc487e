"""ArrowSphere as a connector: which reader serves which stream."""

from collections.abc import Iterator

from connectors.arrowsphere.checks import checks
from connectors.arrowsphere.client import Arrow
from connectors.arrowsphere.config import MANIFEST, ArrowsphereConfig
from connectors.arrowsphere.streams import campaigns, licences, notifications, programs
from connectors.sdk.connector import Check, Event, ReadContext

_READERS = {
    "programs": programs,
    "licences": licences,
    "notifications": notifications,
    "campaigns": campaigns,
}


class Arrowsphere:
    """Reads one partner's ArrowSphere account."""

    manifest = MANIFEST

    def read(self, stream: str, config: ArrowsphereConfig, context: ReadContext) -> Iterator[Event]:
        return _READERS[stream](Arrow(config, context), context)

    def check(self, config: ArrowsphereConfig, context: ReadContext) -> Iterator[Check]:
        return checks(Arrow(config, context), config)
