"""Microsoft's partner platforms as a connector: which reader serves which stream."""

from collections.abc import Iterator
from datetime import timedelta

from connectors.microsoft.checks import checks
from connectors.microsoft.client import Microsoft as Client
from connectors.microsoft.config import ENTRA, STREAMS, MicrosoftConfig
from connectors.microsoft.customers import subscriptions
from connectors.microsoft.streams import (
    admin_relationships,
    messages,
    promotions,
    referrals,
    security_score,
)
from connectors.sdk.connector import Check, Event, ReadContext
from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.manifest import Manifest, Need, PlatformType, RateLimit

_READERS = {
    "admin_relationships": admin_relationships,
    "messages": messages,
    "subscriptions": subscriptions,
    "promotions": promotions,
    "security_score": security_score,
    "referrals": referrals,
}

MANIFEST = Manifest(
    id="microsoft",
    version="1",
    name="Microsoft",
    platform=PlatformType.VENDOR,
    summary=(
        "Admin relationships that lapse, the message centre, CSP subscriptions, promotions, "
        "referrals and the partner security score."
    ),
    vendor="Microsoft",
    badge="MS",
    colour="#5b5fc7",
    config=MicrosoftConfig,
    hosts=("${graph_url}", "${partner_center_url}", "${referrals_url}", "${sign_in_url}"),
    streams=STREAMS,
    interval=timedelta(hours=6),
    minimum_interval=timedelta(hours=1),
    # Microsoft documents 500 subscription calls a minute and tenant; half is the partner's own.
    rate=RateLimit(calls=240, seconds=60),
    needs=(
        Need(
            what="An app with a secret, and its permissions granted by an administrator",
            where=f"{ENTRA} › API permissions, Certificates & secrets",
        ),
        Need(
            what="For subscriptions and promotions: the same app registered in Partner Center",
            where="Partner Center › Account settings › App management › Web app",
        ),
        Need(
            what="For referrals: a refresh token of a person with the role Referrals admin or user",
            where="The Secure Application Model's consent, once, with multi-factor sign-in",
        ),
    ),
    gives_not=(
        "Goals other than the security score: no revenue targets, no partner capability score.",
        "Solutions Partner designations, certifications and training.",
        "Co-op and marketing funds with their claims; earnings and payments.",
        "Tasks of the Action Center, and Partner Center's own announcements.",
        "Agreements to sign, and invoices: they have no due date.",
        "Prices of subscriptions, so renewals come without an amount.",
        "Leads of the commercial marketplace, and the status of deal registrations.",
    ),
    docs="docs/connectors/microsoft.md",
    permissions=(
        "DelegatedAdminRelationship.Read.All",
        "ServiceMessage.Read.All",
        "PartnerSecurity.Read.All",
        "Admin agent",
        "Referrals user",
    ),
)


class Microsoft:
    """Reads one partner tenant; it changes nothing there."""

    manifest = MANIFEST

    def read(self, stream: str, config: MicrosoftConfig, context: ReadContext) -> Iterator[Event]:
        if stream not in {spec.name for spec in config.named_streams()}:
            title = MANIFEST.stream(stream).title
            raise ConfigInvalid(
                f"{title}: this connection does not read them.",
                remedy="Edit the connection and choose them under “What to read”.",
            )
        yield from _READERS[stream](Client(config, context), context)

    def check(self, config: MicrosoftConfig, context: ReadContext) -> Iterator[Check]:
        return checks(Client(config, context), config)
