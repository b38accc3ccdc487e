"""AWS Partner Central: co-sell invitations and opportunities, benefits, agreements, contacts."""

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from types import ModuleType

from connectors.aws_partner_central.config import STREAMS, AwsConfig
from connectors.sdk.connector import Check, Complete, Page, ReadContext
from connectors.sdk.manifest import Manifest, Need, PlatformType, RateLimit

_MANIFEST = Manifest(
    id="aws_partner_central",
    version="1",
    name="AWS Partner Central",
    platform=PlatformType.VENDOR,
    summary="Co-sell invitations, opportunities, benefits and Marketplace agreements.",
    vendor="AWS",
    badge="AWS",
    colour="#b45309",
    config=AwsConfig,
    hosts=(
        "partnercentral-selling.us-east-1.api.aws",
        "partnercentral-benefits.us-east-1.api.aws",
        "partnercentral-account.us-east-1.api.aws",
        "agreement-marketplace.us-east-1.amazonaws.com",
        "${endpoint_url}",
    ),
    streams=STREAMS,
    interval=timedelta(hours=1),
    minimum_interval=timedelta(minutes=15),
    # AWS allows 10 reads a second for the whole partner account; a CRM link may share them.
    rate=RateLimit(calls=8, seconds=1),
    needs=(
        Need(
            what="An AWS account that is linked to Partner Central",
            where="Partner Central, Account settings, Linked AWS account",
        ),
        Need(
            what="An IAM user in that account with the read-only policy of our page",
            where="AWS console, IAM, Users; then Security credentials, Create access key",
        ),
    ),
    gives_not=(
        "Partner tier, competencies and program status",
        "People's certifications and accreditations",
        "Market development funds outside Partner Central benefits",
        "Goals, scorecards and business plan reviews",
    ),
    docs="docs/connectors/aws_partner_central.md",
    permissions=(
        "partnercentral:ListEngagementInvitations",
        "partnercentral:GetEngagementInvitation",
        "partnercentral:ListOpportunities",
        "partnercentral:GetAwsOpportunitySummary",
        "partnercentral:ListBenefitApplications",
        "partnercentral:GetBenefitApplication",
        "partnercentral:ListBenefitAllocations",
        "partnercentral:GetBenefitAllocation",
        "partnercentral:ListPartners",
        "partnercentral:GetAllianceLeadContact",
        "aws-marketplace:SearchAgreements",
        "aws-marketplace:DescribeAgreement",
    ),
)


class AwsPartnerCentral:
    """Reads Partner Central and the Marketplace agreement service; it changes nothing there."""

    @property
    def manifest(self) -> Manifest:
        return _MANIFEST

    def read(
        self, stream: str, config: AwsConfig, context: ReadContext
    ) -> Iterator[Page | Complete]:
        yield from _heavy("reading").read(stream, config, context)

    def check(self, config: AwsConfig, context: ReadContext) -> Iterator[Check]:
        yield from _heavy("checking").check(config, context)


def _heavy(name: str) -> ModuleType:
    """A module that imports botocore: 0.4 s that only a sync or a check pays."""
    return import_module(f"connectors.aws_partner_central.{name}")
