"""P7: a date without a time stays that date: in the table, on pages, in the feed and in mail."""

import re
import sqlite3
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path

import psycopg
import pytest

from app.db import Database
from connectors.sdk.records import Deadline, DueDate
from tests.support.office import NOW, ZONES, full, local, opened, plain
from tests.support.scripted import deadline

pytestmark = pytest.mark.promise("P7")

COMPANY = {"sqlite": "Pacific/Kiritimati", "postgres": "America/Los_Angeles"}
NEAR = tuple(date(2026, 11, 18) + timedelta(days=n) for n in range(14))
FAR = (
    *(date(2026, 3, 8), date(2026, 11, 1)),  # the clock changes in Los Angeles and St. John's
    *(date(2026, 3, 29), date(2026, 10, 25)),  # in Berlin
    *(date(2026, 4, 5), date(2026, 9, 27)),  # in Auckland
    *(date(2024, 2, 29), date(2028, 2, 29)),
    *(date(2026, 12, 31), date(2027, 1, 1)),
    *(date(2011, 12, 29), date(2011, 12, 30), date(2011, 12, 31)),  # Apia had no 30th
    *(date(1994, 12, 31), date(1995, 1, 1)),  # Kiritimati's atolls had one day less
    *(date(1, 1, 1), date(1, 1, 3), date(1582, 10, 10), date(1900, 1, 1), date(1969, 12, 31)),
    *(date(1970, 1, 1), date(2038, 1, 19), date(9998, 12, 31), date(9999, 12, 31)),
)
DATES = (*NEAR, *FAR)
CHANGED = re.compile(r"- Due d(\S+)\s+Due moved: (.*?) → (.*?)\r?\n")


def dated(on: date, due: date | None = None) -> Deadline:
    """A deadline that is called by one date and is due on it, or on another."""
    return deadline(f"d{on}", title=f"Due d{on}", due=DueDate(on=due or on))


def said(day: date, today: date) -> str:
    """The words of a date that is late or at most a week ahead."""
    ahead = (day - today).days
    if ahead < 0:
        return "1 day late" if ahead == -1 else f"{-ahead} days late"
    return {0: "today", 1: "tomorrow"}.get(ahead, f"{day:%a} {day.day} {day:%b}")


def raw(database: Database, sql: str) -> list[tuple[str, ...]]:
    """What the database itself says, past the application; of Postgres, in two zones at once."""
    if database.sqlite:
        connection = sqlite3.connect(database.url.database or "")
        found = connection.execute(sql).fetchall()
        connection.close()
        return found
    answers = []
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, options=f"-c TimeZone={zone}") as connected:
            answers.append(connected.execute(sql).fetchall())
    assert answers[0] == answers[1]
    return answers[0]


def test_each_date_is_the_same_in_the_table_on_every_page_and_in_the_feed(
    database: Database, engine_name: str, tmp_path: Path
) -> None:
    with opened(database, tmp_path, COMPANY[engine_name]) as office:
        office.sync(*map(dated, DATES))

        column = "SELECT external_id, CAST(due_on AS TEXT), due_at, due_zone FROM items"
        assert sorted(raw(database, column)) == sorted(
            (f"d{on}", str(on), None, None) for on in DATES
        )
        assert {item.external_id: item.due_on for item in office.world.items().values()} == {
            f"d{on}": on for on in DATES
        }
        assert {id_: entry["due"] for id_, entry in office.feed().items()} == {
            f"d{on}": {"kind": "date", "date": on.isoformat()} for on in DATES
        }
        for zone in ZONES:
            today = local(zone, NOW).date()
            lines = office.inbox(zone).lines
            assert {what: line.full for what, line in lines.items()} == {
                f"Due d{on}": full(on) for on in DATES
            }
            for on in DATES:
                line = lines[f"Due d{on}"]
                if (on - today).days <= 7:
                    assert line.text == said(on, today), (zone, on)
                else:
                    assert f"{on.day} {on:%b}" in line.text
                assert (line.tone == "late") is (on < today)
            cards = office.today(zone)
            assert len(cards) == 10
            for what, card in cards.items():
                on = date.fromisoformat(what.removeprefix("Due d"))
                assert (card.full, card.text) == (full(on), said(on, today))
        for zone, on in zip(cycle(ZONES), DATES, strict=False):
            words = plain(office.item(zone, f"d{on}"))
            assert f"Due {full(on)}" in words
            assert "a calendar date, no time given" in words


def test_the_digest_names_each_date_as_its_readers_calendar_does(
    database: Database, tmp_path: Path
) -> None:
    with opened(database, tmp_path, "Europe/Berlin") as office:
        office.sync(*map(dated, NEAR))
        mails = office.mails(tmp_path / "mails")
        for zone, (text, html) in mails.items():
            today = local(zone, NOW).date()
            read = plain(html)
            for on in NEAR:
                if (on - today).days <= 7:
                    assert f"- Due d{on} | {said(on, today)}\r\n" in text, (zone, on)
                    assert f"Due d{on} {said(on, today)} " in read
            overdue = sum(on < today for on in NEAR)
            soon = sum(0 <= (on - today).days <= 7 for on in NEAR)
            assert text.startswith(f"{overdue} overdue, {soon} due in 7 days – {full(today)[:-5]}")


def test_a_date_that_moved_is_told_by_both_dates_everywhere(
    database: Database, tmp_path: Path
) -> None:
    moves = {on: on + timedelta(days=1) for on in (*NEAR, *FAR) if on.year < 9999}
    with opened(database, tmp_path, "America/Los_Angeles") as office:
        office.sync(*map(dated, moves))
        office.sync(*(dated(on, after) for on, after in moves.items()))

        events = "SELECT old, new FROM events WHERE kind = 'due moved'"
        assert sorted(raw(database, events)) == sorted(
            (str(on), str(at)) for on, at in moves.items()
        )
        for zone, (on, after) in zip(cycle(ZONES), moves.items(), strict=False):
            words = plain(office.item(zone, f"d{on}"))
            assert f"Due moved was {full(on)} → now {full(after)}" in words
            assert "The date moved 1 day later." in words
        for zone in ZONES:
            for what, line in office.inbox(zone).lines.items():
                on = date.fromisoformat(what.removeprefix("Due d"))
                assert line.full == full(moves[on])
                years = [f" {day.year}" if day.year != 2026 else "" for day in (on, moves[on])]
                assert (
                    f"date moved {on.day} {on:%b}{years[0]} → "
                    f"{moves[on].day} {moves[on]:%b}{years[1]} ·"
                ) in line.around
        for zone, (text, html) in office.mails(tmp_path / "mails").items():
            read, told = plain(html), CHANGED.findall(text)
            assert len(told) > 10, "as many as one mail holds"
            for title, was, now in told:
                on = date.fromisoformat(title)
                assert (was, now) == (full(on), full(moves[on])), zone
                assert f"Due d{title} Due moved: {was} → {now}" in read, zone
