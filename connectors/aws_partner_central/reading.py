"""Which stream is read by what. Imported by the first sync or check of a process, not before."""

from collections.abc import Iterator

from connectors.aws_partner_central import (
    agreements,
    benefits,
    contacts,
    invitations,
    opportunities,
)
from connectors.aws_partner_central.config import AwsConfig
from connectors.aws_partner_central.wire import Wire
from connectors.sdk.connector import Complete, Page, ReadContext


def read(stream: str, config: AwsConfig, context: ReadContext) -> Iterator[Page | Complete]:
    """The stream's pages."""
    wire = Wire(context.http, config)
    readers = {
        "invitations": lambda: invitations.read(wire, config, context.state),
        "opportunities": lambda: opportunities.read(wire, config, context.state),
        "benefit_applications": lambda: benefits.read_applications(wire, config),
        "benefit_allocations": lambda: benefits.read_allocations(wire, config),
        "agreements": lambda: agreements.read(wire, context.now, context.state),
        "contacts": lambda: contacts.read(wire, config),
    }
    return readers[stream]()
