"""Goals, reports and programs through the pages, on a database as a sync leaves it."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from sqlmodel import Session
from starlette.testclient import TestClient

from app.core.columns import NO_DUE_DAY
from app.db import Database
from app.models import Certification, Contact, Event, Fund, Item, ItemState, Program
from tests.app.web import company
from tests.app.web.conftest import NOW
from tests.app.web.test_inbox import by_htmx, places

TODAY = date(2026, 11, 21)


def common(connection_id: int, number: int) -> dict[str, Any]:
    return {
        "connection_id": connection_id,
        "stream": "rows",
        "external_id": f"r{number}",
        "first_seen_at": NOW - timedelta(days=60),
        "changed_at": NOW - timedelta(days=60),
        "content_hash": b"",
    }


def add_item(session: Session, source: int, number: int, **values: Any) -> int:
    row = {"due_on": None, "sort_on": values.get("due_on") or NO_DUE_DAY, "vendor": "Cisco"}
    made = Item(**common(source, number) | row | values)
    session.add(made)
    session.flush()
    assert made.id is not None
    return made.id


@pytest.fixture
def source(admin: int, database: Database) -> int:
    with database.write() as session:
        return company.connection(session, "Partner programs", "spreadsheet")


# Goals


def goal(title: str, **values: Any) -> dict[str, Any]:
    year = {"period_start": date(2026, 1, 1), "period_end": date(2026, 12, 31)}
    return {"kind": "goal", "title": title, **year, **values}


@pytest.fixture
def goals(source: int, database: Database) -> int:
    rows = (
        goal("Bookings", target=Decimal(600_000), actual=Decimal(412_000), unit="USD"),
        goal("Nearly all", target=Decimal(1000), actual=Decimal(999), unit="points"),
        goal("Far behind", target=Decimal(100), actual=Decimal(10), unit="deals"),
        goal("Engineers", target=Decimal(2), actual=Decimal(3), unit="people"),
        goal("Silent", target=Decimal(5), actual=None, unit="people"),
        goal(
            "Last year",
            target=Decimal(10),
            actual=Decimal(8),
            unit="deals",
            period_start=date(2025, 1, 1),
            period_end=date(2025, 12, 31),
        ),
        goal("Gone", target=Decimal(1), actual=Decimal(0), removed_at=NOW),
    )
    with database.write() as session:
        for number, row in enumerate(rows):
            add_item(session, source, number, **row)
    return source


def test_goals_stand_by_how_they_stand_the_furthest_behind_first(
    client: TestClient, goals: int
) -> None:
    page = unescape(client.get("/goals").text)

    titles = re.findall(r'<a class="whole" href="/items/\d+">([^<]+)', page)
    assert titles == ["Far behind", "Bookings", "Nearly all", "Silent", "Engineers", "Last year"]
    heads = re.findall(r'<h2 class="group"[^>]*>([^<]+)<', page)
    assert heads == [
        "Behind pace · 2",
        "On pace · 1",
        "Pace not known · 1",
        "Reached · 1",
        "Over · 1",
    ]
    assert "<strong>2</strong> behind pace" in page


def test_a_goal_tells_actual_target_pace_and_what_is_missing(
    client: TestClient, goals: int
) -> None:
    page = unescape(client.get("/goals").text)

    assert "$412,000 of $600,000" in page
    assert "pace 88 %" in page
    assert "$120,603 behind" in page  # 324 of 365 days of $600,000, less $412,000
    assert "999 of 1,000 points" in page
    assert "<b>99 %</b>" in page  # all but one is not all
    assert "3 of 2 people" in page
    assert "no actual given" in page
    assert "ended 2 deals short" in page


def test_the_bar_of_a_goal_says_in_words_what_it_shows(client: TestClient, goals: int) -> None:
    page = unescape(client.get("/goals").text)

    assert "<title" in page
    assert "$412,000 of $600,000, 68 % reached, 88 % of the period is over</desc>" in page
    assert "style=" not in page
    assert page.count('<svg class="goal-chart') == 3 + 4  # not where it is over, reached or unknown


@pytest.mark.promise("P5")
def test_how_old_a_goals_numbers_are_stands_beside_them(
    client: TestClient, goals: int, database: Database
) -> None:
    assert "read today 08:50" in client.get("/goals").text
    with database.write() as session:
        company.connection(session, "Sophos portal", "calendar", last_success_at=None)

    page = client.get("/goals").text

    assert "This source is not fresh, so what it tells may be old:" in page
    assert "Sophos portal" in page


def test_the_page_of_a_goal_says_how_it_stands_and_not_how_a_deadline_would_rank(
    client: TestClient, goals: int
) -> None:
    address = re.search(r'href="(/items/\d+)">Bookings', client.get("/goals").text)
    assert address

    page = client.get(address[1]).text

    assert "How it stands" in page
    assert "$412,000 of $600,000" in page
    for untrue in ("names no amount", "ranked as", "counts for"):
        assert untrue not in page


def test_no_goals_lead_to_the_import(client: TestClient, source: int) -> None:
    page = client.get("/goals").text
    assert "No goals yet" in page
    assert "/sources/import" in page


# Reports


@pytest.fixture
def reports(source: int, database: Database, admin: int) -> dict[str, int]:
    rows = {
        "late": {"due_on": TODAY - timedelta(days=2), "recipient": "data@synnex.example"},
        "soon": {"due_on": TODAY + timedelta(days=2), "period": "October", "cadence": "monthly"},
        "later": {"due_on": TODAY + timedelta(days=50), "status": "draft"},
        "undated": {},
        "sent": {"due_on": TODAY - timedelta(days=5)},
        "long ago": {"due_on": TODAY - timedelta(days=90)},
    }
    with database.write() as session:
        ids = {
            name: add_item(session, source, n, kind="reporting", title=f"Report {name}", **row)
            for n, (name, row) in enumerate(rows.items())
        }
        for name, days in (("sent", 3), ("long ago", 80)):
            done = NOW - timedelta(days=days)
            session.add(ItemState(item_id=ids[name], state="done", done_at=done, changed_at=done))
    return ids


def report_titles(page: str) -> list[str]:
    return re.findall(r'<a class="whole" href="/items/\d+">Report ([^<]+)', page)


def test_reports_stand_by_when_they_are_due_then_those_done_lately(
    client: TestClient, reports: dict[str, int]
) -> None:
    page = unescape(client.get("/reports").text)

    assert report_titles(page) == ["late", "soon", "later", "undated", "sent"]
    heads = re.findall(r'<h2 class="group"[^>]*>([^<]+)<', page)
    assert heads[:4] == ["Overdue · 1", "This week · 1", "Later · 1", "No date · 1"]
    assert "<strong>2</strong> due in 30 days · 2 later · as of" in page
    assert heads[4] == "Done in the last 30 days · 1"
    assert "to data@synnex.example" in page
    assert "October · monthly" in page
    assert "draft" in page
    assert "recipient not told" in page
    assert "2 days late" in page


def test_a_report_is_done_from_its_page_with_and_without_a_script(
    client: TestClient, reports: dict[str, int]
) -> None:
    form = {"item": reports["late"], "next": "/reports", "version": 0}
    plain = client.post("/items/done", data=form)
    assert plain.headers["location"] == "/reports"
    assert "Overdue" not in client.get("/reports").text

    undone = client.post(
        "/items/reopen", data={"item": reports["late"]}, headers=by_htmx("/reports")
    )
    assert "#reports" in places(undone.text)
    assert report_titles(undone.text)[0] == "late"


# Programs


@pytest.fixture
def programs(source: int, database: Database) -> int:
    with database.write() as session:
        engage = Program(
            **common(source, 1),
            title="Engage",
            vendor="Fortinet",
            program="Engage",
            tier="Silver",
            eligible=False,
            period_end=date(2027, 3, 1),
        )
        quiet = Program(**common(source, 2), title="Quiet program", vendor="Cisco")
        old = Program(**common(source, 3), title="Old", vendor="Dell", removed_at=NOW)
        session.add_all((engage, quiet, old))
        session.flush()
        session.add(
            Event(
                subject="program",
                subject_id=engage.id,
                at=NOW - timedelta(days=3),
                kind="eligibility flipped",
                field="Eligible",
                old="yes",
                new="no",
            )
        )
        session.add_all(
            (
                fund(source, 1, "MDF", remaining=Decimal(3000), lapses_on=date(2026, 12, 1)),
                fund(source, 2, "Co-op", remaining=Decimal(6000), currency="EUR"),
                fund(source, 3, "Spent", remaining=Decimal(0), claimed=Decimal(12000)),
                Certification(
                    **common(source, 1),
                    title="CCNP",
                    vendor="Cisco",
                    person="Tom Okafor",
                    expires_on=date(2026, 11, 10),
                ),
                Contact(
                    **common(source, 1),
                    title="Karen Blum",
                    vendor="Microsoft",
                    role="PDM",
                    email="karen@microsoft.example",
                ),
            )
        )
        derived = common(source, 1) | {"external_id": "derived:fund:r1"}
        session.add(
            Item(**derived, kind="deadline", title="Use MDF before it lapses", derived_from="fund")
        )
    return source


def fund(source: int, number: int, title: str, **values: Any) -> Fund:
    money = {"currency": "USD", "allocated": Decimal(12000)}
    return Fund(**common(source, number) | {"title": title, "vendor": "Dell"} | money | values)


def test_memberships_stand_by_vendor_with_tier_and_a_flip_of_eligibility(
    client: TestClient, programs: int
) -> None:
    page = unescape(client.get("/programs").text)

    assert re.findall(r'<h2 class="group"[^>]*>([^<]+)<', page) == ["Cisco · 1", "Fortinet · 1"]
    assert "Silver" in page
    assert "not eligible" in page
    assert "eligible: yes → no, 18 Nov" in page
    assert ">1 Mar 2027</time>" in page
    assert "eligibility not told" in page
    assert "no tier told" in page
    assert "<strong>1</strong> changed eligibility lately" in page
    assert "Old" not in re.findall(r"<b>([^<]+)</b>", page)


def test_two_memberships_of_one_name_are_told_apart_by_their_source(
    client: TestClient, programs: int, database: Database
) -> None:
    with database.write() as session:
        guide = company.connection(session, "Fortinet guide", "program_guide")
        session.add(Program(**common(guide, 9), title="Engage", vendor="Fortinet"))

    page = unescape(client.get("/programs").text)

    sources = re.findall(r"Engage</b><small>([^<·]+) · ", page)
    assert sorted(sources) == ["Fortinet guide", "Partner programs"]


def test_funds_tell_what_is_left_and_when_it_lapses_never_summed_across_currencies(
    client: TestClient, programs: int
) -> None:
    page = unescape(client.get("/programs?show=funds").text)

    assert "€6,000 + $3,000" in page
    assert "left in funds" in page
    assert "$3,000</b> left of $12,000" in page
    assert "$12,000 claimed" in page
    assert "75 % of MDF used" in page
    assert re.findall(r'<h2 class="group"[^>]*>([^<]+)<', page) == [
        "Within 30 days · 1",
        "No date · 2",
    ]
    assert re.search(r'href="/items/\d+">MDF</a>', page)  # to the deadline that follows from it


def test_a_fund_whose_day_is_over_has_lapsed(
    client: TestClient, source: int, database: Database
) -> None:
    with database.write() as session:
        session.add(fund(source, 1, "Gone", lapses_on=TODAY - timedelta(days=20)))
        session.add(fund(source, 2, "There", lapses_on=TODAY))

    page = client.get("/programs?show=funds").text

    assert re.findall(r"<small>(lapse\w+)</small>", page) == ["lapsed", "lapses"]


def test_certifications_stand_by_expiry_with_their_holder(
    client: TestClient, programs: int
) -> None:
    page = client.get("/programs?show=certifications").text

    assert "Over · 1" in page
    assert "Tom Okafor" in page
    assert "11 days late" in page


def test_contacts_can_be_written_to(client: TestClient, programs: int) -> None:
    page = client.get("/programs?show=contacts").text

    assert 'href="mailto:karen%40microsoft.example"' in page
    assert "PDM" in page


@pytest.mark.parametrize("show", ["", "programs", "funds", "certifications", "contacts", "x"])
def test_every_view_is_an_address_also_when_it_is_empty(
    client: TestClient, source: int, show: str
) -> None:
    answer = client.get(f"/programs?show={show}")
    assert answer.status_code == 200
    assert " yet</h2>" in answer.text
