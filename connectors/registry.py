"""Every connector, by its id: the built-in tuple, then installed entry points."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING

from connectors.sdk.connector import Connector

if TYPE_CHECKING:  # it brings a web server, which only those who simulate a platform need
    from connectors.sdk.sandbox import Sandbox

BUILT_IN = (
    "connectors.ingram_micro.connector:IngramMicro",
    "connectors.td_synnex_ion.connector:TdSynnexIon",
    "connectors.pax8.connector:Pax8",
    "connectors.crayon_cloudiq.connector:CrayonCloudiq",
    "connectors.arrowsphere.connector:Arrowsphere",
    "connectors.microsoft.connector:Microsoft",
    "connectors.aws_partner_central.connector:AwsPartnerCentral",
    "connectors.google_cloud_channel.connector:GoogleCloudChannel",
    "connectors.salesforce_prm.connector:SalesforcePrm",
    "connectors.impact_com.connector:ImpactCom",
    "connectors.spreadsheet.connector:Spreadsheet",
    "connectors.calendar.connector:Calendar",
    "connectors.mailbox.connector:MailboxReader",
    "connectors.own_items.connector:OwnItems",
    "connectors.program_guide.connector:ProgramGuide",
    "connectors.http_api.connector:HttpApi",
    "connectors.news.connector:News",
    "connectors.web_page.connector:WebPage",
)
"""In the order in which they are offered, within each kind of platform."""
GROUP = "partner_inbox.connectors"


class UnknownConnector(LookupError):
    """No connector has that id."""


class NoSandbox(LookupError):
    """No simulated platform lives beside that connector."""


def _load(path: str) -> Connector:
    module, name = path.split(":")
    connector: Connector = getattr(import_module(module), name)()
    return connector


_installed: dict[str, Connector] = {}


@contextmanager
def installed(connector: Connector) -> Iterator[None]:
    """Within the block that connector exists too: for tests, and for programs that embed us."""
    _installed[connector.manifest.id] = connector
    try:
        yield
    finally:
        del _installed[connector.manifest.id]


@cache
def connectors() -> dict[str, Connector]:
    """All connectors by id, built-in ones first. An installed one cannot replace a built-in."""
    found = {c.manifest.id: c for c in map(_load, BUILT_IN)}
    for entry in entry_points(group=GROUP):
        connector: Connector = entry.load()()
        found.setdefault(connector.manifest.id, connector)
    return found


def connector(connector_id: str) -> Connector:
    """The connector of that id; raises ``UnknownConnector``."""
    try:
        return _installed.get(connector_id) or connectors()[connector_id]
    except KeyError:
        raise UnknownConnector(connector_id) from None


def sandbox(connector_id: str) -> "type[Sandbox]":
    """The simulated platform that lives beside a connector.

    Raises ``UnknownConnector``, or ``NoSandbox`` where there is none.
    """
    package = sys.modules[type(connector(connector_id)).__module__].__package__
    name = f"{package}.sandbox"
    if not package or find_spec(name) is None:
        raise NoSandbox(connector_id)
    found: type[Sandbox] = import_module(name).Sandbox
    return found
