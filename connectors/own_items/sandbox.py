"""Own items have no platform: the sandbox writes the entries that a person would have entered."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from starlette.applications import Starlette

from connectors.sdk.sandbox import ASGIApp, Listing, Row, SandboxClock

_NO_NETWORK = "Own items come from the settings; nothing is asked over a network. "
_SHOWN = "tests/connectors/own_items shows it with entries instead."


class Sandbox:
    """See ``connectors.sdk.sandbox``. What ``advance`` changes shows in the next ``config``."""

    bypasses: ClassVar[Mapping[str, str]] = {
        "C04": f"{_NO_NETWORK}No platform can be in trouble; that check() helps: {_SHOWN}",
        "C06": f"{_NO_NETWORK}The order of entries does not matter: {_SHOWN}",
        "C07": f"{_NO_NETWORK}There is one page, made in memory.",
        "C08": f"{_NO_NETWORK}There is no answer in which a list could be missing.",
        "C09": f"{_NO_NETWORK}No answer can be cut; a text that is not whole is refused when it "
        "is saved.",
        "C10": f"{_NO_NETWORK}A field that cannot be read is refused with its line: {_SHOWN}",
        "C14": f"{_NO_NETWORK}Nobody sends a Retry-After.",
        "C15": f"{_NO_NETWORK}There is no sign-in.",
        "C16": f"{_NO_NETWORK}The manifest names no host, so the session would refuse every one.",
        "C19": f"{_NO_NETWORK}There is no request in which it could be cancelled.",
        "C20": f"{_NO_NETWORK}Hostile texts in entries: {_SHOWN}",
    }

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self.clock = clock
        self.app: ASGIApp = Starlette()
        self.rows = Listing([*_story(clock), *(_more(clock, n) for n in range(1, size + 1))])

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {
            "entries": "\n".join(map(_written, self.rows)),
            "fiscal_years": ["Dell: February", "Microsoft: July"],
            "holidays": [f"{self.clock.now().year}-12-25"],
        }

    def advance(self) -> list[str]:
        row = self.rows.change("fortinet-qbr", repeats="10 working days before quarter end")
        return [f"“{row['title']}” is due ten working days before quarter end now"]

    def drop(self, stream: str, count: int) -> list[str]:
        return self.rows.drop(count)

    def restore(self, stream: str) -> None:
        self.rows.restore()


def _written(row: Row) -> str:
    """An entry as a person writes it."""
    lines = [f"{name}: {value}" for name, value in row.items()]
    return "- " + "\n  ".join(lines)


def _more(clock: SandboxClock, number: int) -> Row:
    day = clock.now().date() + timedelta(days=number)
    return {"id": f"note-{number}", "title": f"Call the rep, round {number}", "date": f"{day}"}


def _story(clock: SandboxClock) -> list[Row]:
    today = clock.now().date()
    return [
        {
            "id": "fortinet-qbr",
            "title": "Quarterly business review with Fortinet",
            "kind": "review",
            "vendor": "Fortinet",
            "program": "Engage",
            "repeats": "5 working days before quarter end",
            "remind": "14 days",
            "note": "Pipeline, certified people, events of the quarter",
        },
        {
            "id": "dell-pos",
            "title": "Point-of-sale report to Dell",
            "kind": "report",
            "vendor": "Dell",
            "program": "Titanium",
            "recipient": "Dell channel operations",
            "repeats": "5 working days after month end",
        },
        {
            "id": "dell-plan",
            "title": "Business plan for Dell's new fiscal year",
            "vendor": "Dell",
            "category": "agreement",
            "repeats": "30 days after year end",
            "remind": "20 working days",
        },
        {
            "id": "microsoft-revenue",
            "title": "CSP revenue",
            "kind": "goal",
            "vendor": "Microsoft",
            "program": "CSP direct bill",
            "repeats": "year end",
            "target": "1000000",
            "unit": "USD",
        },
        {
            "id": "hpe-forecast",
            "title": "Forecast for HPE",
            "kind": "report",
            "vendor": "HPE",
            "date": f"{today + timedelta(days=3)}",
            "repeats": "every 2 weeks",
            "until": f"{today + timedelta(days=90)}",
        },
        {
            "id": "sophos-contract",
            "title": "Notice period of the Sophos distribution agreement ends",
            "vendor": "Sophos",
            "category": "agreement",
            "date": f"{today + timedelta(days=41)}",
            "amount": "18400.00",
            "currency": "EUR",
        },
    ]
