"""P7: the date that a platform, a spreadsheet or a calendar gives is the date of the stored row.

The company is where it is still yesterday, the machine where it is already tomorrow.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.config import Settings
from app.db import Database
from app.jobs.syncing import Syncer
from app.models import Item
from app.secrets import Vault
from app.services import sources
from connectors.ingram_micro.sandbox import Sandbox
from connectors.ingram_micro.sandbox_story import NO_DATE
from connectors.sdk.sandbox import SandboxClock, SandboxHost
from tests.connectors.aws_partner_central.conftest import KEYS, Recorded
from tests.connectors.calendar.ics import calendar, event
from tests.connectors.spreadsheet.files import csv_of, xlsx_of

pytestmark = pytest.mark.promise("P7")

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
EDGES = (
    *(date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 28), date(2028, 2, 29)),
    *(date(2027, 3, 14), date(2027, 3, 28), date(2027, 4, 4), date(2027, 10, 31)),
)
"""The turn of the year, the end of February, and days on which clocks change."""
Dates = dict[str, tuple[str | None, str | None, str | None]]
Sync = Callable[..., Dates]


@pytest.fixture
def engine_name() -> str:
    """What comes before the database is the same for each: one engine is enough."""
    return "sqlite"


@pytest.fixture
def synced(database: Database, tmp_path: Path) -> Sync:
    """Sync a new source once; of each item its due date, its instant in UTC and its zone."""
    settings = Settings(
        data_dir=tmp_path, time_zone="Pacific/Pago_Pago", allowed_private_hosts=("127.0.0.1",)
    )
    vault = Vault(["a key for the tests only"])
    syncer = Syncer(database=database, vault=vault, settings=settings, now=lambda: NOW)

    def sync(connector: str, values: Mapping[str, Any], data: bytes = b"") -> Dates:
        with database.write() as session:
            added = sources.add(
                session, name="It", connector=connector, values=values, vault=vault, now=NOW
            )
        assert added.id is not None
        if data:
            folder = settings.uploads / str(added.id)
            folder.mkdir(parents=True)
            (folder / values["file"]).write_bytes(data)
        run = syncer.run(added.id, trigger="test")
        assert run is not None
        assert (run.outcome, run.quarantined) == ("ok", 0), run.error
        with database.read() as session:
            items = session.exec(select(Item)).all()
        return {item.title: _due(item) for item in items}

    return sync


def _due(item: Item) -> tuple[str | None, str | None, str | None]:
    day, at = (None if value is None else f"{value}" for value in (item.due_on, item.due_at))
    return day, at, item.due_zone


NEVER = None, None, None


def on(day: date | str, zone: str | None = None) -> tuple[str, None, str | None]:
    return f"{day}", None, zone


HEADER = ("ID", "Title", "Due", "Amount", "Currency")


def test_a_csv_files_dates(synced: Sync) -> None:
    rows = [(n, f"Due {day}", day) for n, day in enumerate(EDGES)]
    stamps = [
        ("a", "late at night", "2026-12-31 23:59:59"),
        ("b", "with an offset", "2026-12-31T23:30:00-05:00"),
    ]

    found = synced("spreadsheet", {"file": "p.csv"}, csv_of(HEADER, *rows, *stamps))

    assert found == {
        **{f"Due {day}": on(day) for day in EDGES},
        "late at night": on("2026-12-31"),
        "with an offset": ("2026-12-31", "2027-01-01 04:30:00+00:00", None),
    }


@pytest.mark.parametrize("mac", [False, True], ids=["since 1900", "since 1904"])
def test_a_workbooks_dates(synced: Sync, *, mac: bool) -> None:
    rows = [(f"{n}", f"Due {day}", day) for n, day in enumerate(EDGES)]
    night = ("n", "late at night", (datetime(2026, 12, 31, 23, 59, 59), "dd/mm/yyyy hh:mm"))
    data = xlsx_of({"Deadlines": [HEADER, *rows, night]}, date_1904=mac)

    found = synced("spreadsheet", {"file": "p.xlsx"}, data)

    assert found == {**{f"Due {day}": on(day) for day in EDGES}, "late at night": on("2026-12-31")}


def test_a_calendars_days_and_times(synced: Sync) -> None:
    def entry(title: str, *lines: str) -> str:
        return event(f"UID:{title}", f"SUMMARY:{title}", *lines)

    days = [entry(f"Due {day}", f"DTSTART;VALUE=DATE:{day:%Y%m%d}") for day in EDGES]
    data = calendar(
        "X-WR-TIMEZONE:Asia/Kolkata",
        *days,
        # The end of a whole day is the first that is not part of it.
        entry("to the 31st", "DTSTART;VALUE=DATE:20261230", "DTEND;VALUE=DATE:20270101"),
        entry("floating", "DTSTART:20261231T233000"),
        entry("in Auckland", "DTSTART;TZID=Pacific/Auckland:20270101T000000"),
        entry("in UTC", "DTSTART:20270101T000000Z"),
    )

    found = synced("calendar", {"file": "team.ics", "category": "fund claim"}, data)

    assert found == {
        **{f"Due {day}": on(day) for day in EDGES},
        "to the 31st": on("2026-12-31"),
        "floating": on("2026-12-31", "Asia/Kolkata"),
        "in Auckland": ("2026-12-31", "2026-12-31 11:00:00+00:00", "Pacific/Auckland"),
        "in UTC": ("2026-12-31", "2027-01-01 00:00:00+00:00", "UTC"),
    }


def test_ingrams_stamps_without_a_zone(synced: Sync) -> None:
    sandbox = Sandbox(SandboxClock(NOW))
    account = sandbox.account
    renewals = {
        4419005: "2026-12-31T00:00:00",
        4419127: "2026-12-31T23:59:59",
        4419388: "2027-03-14T02:30:00",  # no such time in most of the United States
        4419402: "2027-02-28",
    }
    for number, stamp in renewals.items():
        account.renewals.change(number, expirationDate=stamp)
    for number, stamp in (("77120334", "9999-12-31T00:00:00"), ("OPE-0016220417", NO_DATE)):
        account.deals.change(number, dealExpiryDate=stamp)
    account.invoices.change("40MKTRW11", invoiceDueDate="2027-01-01")

    with SandboxHost({"ingram": sandbox}) as host:
        found = synced("ingram_micro", sandbox.config(host.url("ingram")))

    expected = {
        "Renew Cisco Meraki — Hartwell Clinics": on("2026-12-31"),
        "Renew Fortinet — Northgate Logistics": on("2026-12-31"),
        "Renew Microsoft — Lakeside Schools": on("2027-03-14"),
        "Renew VMware — Brightwater Council": on("2027-02-28"),
        "Special bid 77120334 expires — Northgate Logistics": NEVER,
        "Special bid OPE-0016220417 expires — Brightwater Council": NEVER,
        "Pay Ingram invoice 40MKTRW11": on("2027-01-01"),
    }
    assert {title: found[title] for title in expected} == expected


LAST, NIGHT = "2027-01-01T10:59:59.999999999Z", "2026-12-31T23:30:00-05:00"


def test_aws_days_and_moments(synced: Sync) -> None:
    targets = {
        "a day": "2026-12-31",
        "a leap day": "2028-02-29",
        "the first day": "0001-01-01",
        "the last day": "9999-12-31",
    }
    opportunities = [
        {
            "Id": f"O{number}",
            "Customer": {"Account": {"CompanyName": name}},
            "LifeCycle": {"TargetCloseDate": target},
        }
        for number, (name, target) in enumerate(targets.items())
    ]
    invitations = [{"Id": at, "EngagementTitle": at, "ExpirationDate": at} for at in (LAST, NIGHT)]
    # Marketplace counts seconds since 1970.
    agreement = {"agreementId": "agmt-1", "status": "ACTIVE", "endTime": 1798718400}
    recorded = Recorded(
        {
            "ListOpportunities": [{"OpportunitySummaries": opportunities}],
            "ListEngagementInvitations": [{"EngagementInvitationSummaries": invitations}],
            "GetEngagementInvitation": [{}],
            "SearchAgreements": [{"agreementViewSummaries": [agreement]}],
            "DescribeAgreement": [{"agreementId": "agmt-1"}],
            "GetAwsOpportunitySummary": [{}],
            "ListPartners": [{"PartnerSummaryList": []}],
        }
    )
    with SandboxHost({"aws": recorded}) as host:
        values = KEYS | {"endpoint_url": host.url("aws"), "read_benefits": False}
        found = synced("aws_partner_central", values)

    assert found == {
        "Close opportunity — a day": on("2026-12-31"),
        "Close opportunity — a leap day": on("2028-02-29"),
        "Close opportunity — the first day": NEVER,
        "Close opportunity — the last day": NEVER,
        # The last microsecond of the year in Pago Pago.
        f"Accept invitation — {LAST}": ("2026-12-31", "2027-01-01 10:59:59.999999+00:00", None),
        f"Accept invitation — {NIGHT}": ("2026-12-31", "2027-01-01 04:30:00+00:00", None),
        "Marketplace agreement ends — agreement, buyer unknown": (
            "2026-12-31",
            "2026-12-31 12:00:00+00:00",
            None,
        ),
    }
