"""The simulated platforms of the demo and the connections that lead to them."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.demo import company
from connectors import registry
from connectors.sdk.sandbox import RunningClock, Sandbox, SandboxHost

EXPORT = "distributors.csv"
NAMED = {
    "Ingram Micro Xvantage": "ingram_micro",
    "TD SYNNEX StreamOne Ion": "td_synnex_ion",
    "Pax8": "pax8",
    "Crayon Cloud-iQ": "crayon_cloudiq",
    "ArrowSphere": "arrowsphere",
    "Microsoft": "microsoft",
    "AWS Partner Central": "aws_partner_central",
    "Google Cloud Channel": "google_cloud_channel",
    "impact.com": "impact_com",
    "HPE partner portal (Salesforce)": "salesforce_prm",
    "Partner programs (spreadsheet)": "spreadsheet",
    "Vendor events (calendar)": "calendar",
    "Sophos partner news (feed)": "news",
    "Fortinet program guide (web page)": "web_page",
    "Dell portal (HTTP API)": "http_api",
    "Program mail (mailbox)": "mailbox",
    "AWS Services Path (guide)": "program_guide",
    "Own items": "own_items",
}
"""The connections that are read from a simulated platform, with their connectors."""
ANOTHER: Mapping[str, Mapping[str, Any]] = {
    "HPE partner portal (Salesforce)": {"vendor": "HPE"},
    "Own items": {"fiscal_years": company.FISCAL_YEARS},
}
"""Settings that differ from those the simulated platform is reached with."""
MOVED_ON = (
    "ingram_micro",
    *("salesforce_prm",) * 5,
    "aws_partner_central",
    "spreadsheet",
)
"""Platforms that change between the last look of the sample company's people and the present."""
GONE = "Fortinet events (address gone)"
"""The one that fails, on purpose: so a source looks whose platform moved something away."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A connection of the sample company, not yet stored."""

    name: str
    connector: str
    values: Mapping[str, Any]


class Platforms:
    """Running simulated platforms. Their time goes on with real time."""

    def __init__(self, host: SandboxHost, sandboxes: Mapping[str, Sandbox]) -> None:
        self.host = host
        self.sandboxes = sandboxes
        self._turns = cycle(sandboxes)

    def planned(self, folder: Path, *, now: datetime) -> list[Planned]:
        """What the sample company has connected; the export is written into ``folder``."""
        export = folder / EXPORT
        export.write_text(company.distributor_export(now.date()))
        found = [
            Planned(name=name, connector=id_, values={**self._values(id_), **ANOTHER.get(name, {})})
            for name, id_ in NAMED.items()
            if id_ in self.sandboxes
        ]
        export_of = Planned(
            name="TD SYNNEX and Pax8 (export)",
            connector="spreadsheet",
            values={"file": str(export.resolve())},
        )
        return [*found, export_of]

    def gone(self) -> Planned:
        """The connection that fails on purpose."""
        url = f"{self.host.url('calendar')}/fortinet/moved-away.ics"
        return Planned(name=GONE, connector="calendar", values={"url": url, "vendor": "Fortinet"})

    def _values(self, connector_id: str) -> Mapping[str, Any]:
        """How a connection reaches a platform; of the spreadsheet, its Excel form."""
        sandbox, base = self.sandboxes[connector_id], self.host.url(connector_id)
        excel = getattr(sandbox, "workbook_config", None)
        values: Mapping[str, Any] = excel(base) if excel is not None else sandbox.config(base)
        return values

    @property
    def addresses(self) -> tuple[str, ...]:
        """Hosts with their ports: of all that speak HTTP, and of the mail server."""
        known = (self.host.addresses(id_) for id_ in self.sandboxes)
        return tuple(dict.fromkeys(urlsplit(address).netloc for of in known for address in of))

    def move_on(self) -> set[str]:
        """What has changed since the people looked last; the connectors that can read it."""
        for one in MOVED_ON:
            self.sandboxes[one].advance()
        return set(MOVED_ON)

    def change(self) -> tuple[str, list[str]]:
        """One platform changes: its connector's id, and what changed in sentences."""
        turn = next(self._turns)
        return turn, self.sandboxes[turn].advance()


@contextmanager
def running(
    *, now: datetime, port: int = 0, only: Collection[str] = tuple(NAMED.values())
) -> Iterator[Platforms]:
    """The platforms, served on loopback until the block ends; ``only`` those connectors'."""
    clock = RunningClock(now)
    sandboxes = {id_: registry.sandbox(id_)(clock) for id_ in NAMED.values() if id_ in only}
    with SandboxHost(sandboxes, port=port) as host:
        yield Platforms(host, sandboxes)
