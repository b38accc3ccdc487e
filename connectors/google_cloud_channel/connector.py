"""Google Cloud Channel as a connector: which reader serves which stream."""

from collections.abc import Iterator

from connectors.google_cloud_channel.checks import checks
from connectors.google_cloud_channel.client import Google
from connectors.google_cloud_channel.config import MANIFEST, GoogleConfig
from connectors.google_cloud_channel.streams import entitlements, links, offers
from connectors.sdk.connector import Check, Event, ReadContext

_READERS = {"entitlements": entitlements, "offers": offers, "channel_partner_links": links}


class GoogleCloudChannel:
    """Reads one reseller account; it changes nothing there."""

    manifest = MANIFEST

    def read(self, stream: str, config: GoogleConfig, context: ReadContext) -> Iterator[Event]:
        return _READERS[stream](Google(config, context), context)

    def check(self, config: GoogleConfig, context: ReadContext) -> Iterator[Check]:
        return checks(Google(config, context), links=config.distributor)
