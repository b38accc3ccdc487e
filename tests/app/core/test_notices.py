"""Which lines of the history leave, as what, and which of them cannot wait."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from app.core import changes, notices
from app.core.notices import EventKind, Notice
from app.services import acts, comments, recording, waking

AT = datetime(2026, 11, 22, 8, 15, 30, tzinfo=UTC)
DOCS = Path(__file__).parents[3] / "docs" / "outputs" / "events.md"


def notice(kind: EventKind = EventKind.ITEM_DUE_CHANGED, **more: object) -> Notice:
    told = {"event_id": 7, "at": AT, "kind": kind, "subject": "item", "subject_id": 3, "title": "T"}
    return Notice(**{**told, **more})  # type: ignore[arg-type]  # a test's own words


def test_everything_that_people_do_with_an_item_has_a_kind() -> None:
    others = (comments.NOTED, recording.UNDONE, waking.WOKEN)
    assert {*acts.STATES, *others} <= notices.OF_ITEM.keys()


def test_everything_that_a_source_says_of_an_item_has_a_kind() -> None:
    by_sources = {
        *(changes.NEW, changes.CHANGED, changes.DUE_MOVED, changes.CLOSED, changes.REOPENED),
        *(changes.GONE, changes.RETURNED, changes.LOST, changes.SAID_AGAIN),
    }
    assert by_sources <= notices.OF_ITEM.keys()


@pytest.mark.parametrize("subject", notices.RECORDS)
@pytest.mark.parametrize("kind", list(notices.OF_RECORD))
def test_every_record_is_told_by_a_kind_of_its_own(subject: str, kind: str) -> None:
    told = notices.kind_of(subject, kind, old="yes", new=None)
    assert told is not None
    assert told.startswith(f"{subject}.")


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("yes", "no", EventKind.PROGRAM_ELIGIBILITY_LOST),
        (None, "no", EventKind.PROGRAM_ELIGIBILITY_LOST),
        ("no", "yes", EventKind.PROGRAM_ELIGIBILITY_GAINED),
        ("yes", None, EventKind.PROGRAM_CHANGED),
    ],
)
def test_that_a_source_says_no_more_of_it_is_not_that_eligibility_was_lost(
    old: str | None, new: str | None, kind: EventKind
) -> None:
    assert notices.kind_of("program", changes.ELIGIBILITY, old=old, new=new) == kind


@pytest.mark.parametrize("kind", ["attached", "proof", "seen", "told apart"])
def test_other_lines_stay_inside(kind: str) -> None:
    assert notices.kind_of("item", kind) is None
    assert notices.kind_of("weights", "done") is None


@pytest.mark.parametrize(
    ("old", "new", "sooner"),
    [
        ("2026-12-10", "2026-12-03", True),
        ("2026-12-03", "2026-12-10", False),
        ("2026-12-10", "2026-12-10 14:00 UTC", True),
        ("2026-12-10 14:00 UTC", "2026-12-10 09:00 UTC", True),
        ("2026-12-10 14:00 UTC", "2026-12-10", False),
        (None, "2026-12-03", False),
        ("2026-12-10", None, False),
        ("soon", "2026-12-03", False),
    ],
)
def test_a_deadline_that_moved_earlier_cannot_wait(
    old: str | None, new: str | None, sooner: bool
) -> None:
    assert notice(old=old, new=new).cannot_wait is sooner


def test_what_people_are_told_where_nothing_else_was_chosen() -> None:
    told = {
        kind
        for kind in EventKind
        if notices.is_wanted(notice(kind, old="2026-12-10", new="2026-12-03"), notices.TO_PEOPLE)
    }
    assert told == {
        EventKind.ITEM_DUE_CHANGED,
        EventKind.PROGRAM_ELIGIBILITY_LOST,
        EventKind.OUTPUT_STOPPED,
        *notices.OF_SOURCES,
    }
    later = notice(old="2026-12-03", new="2026-12-10")
    assert not notices.is_wanted(later, notices.TO_PEOPLE)
    assert notices.is_wanted(later, {EventKind.ITEM_DUE_CHANGED})


def test_what_the_ledger_keeps_of_an_event_is_all_of_it() -> None:
    full = notice(
        vendor="Cisco",
        program="Gold",
        amount=Decimal("42300.00"),
        currency="USD",
        due="2026-12-03",
        owner="Rin",
        old="2026-12-10",
        new="2026-12-03",
        path="/items/3",
    )
    for one in (full, notice()):
        assert notices.from_kept(notices.as_kept(one)) == one


def test_tools_get_dates_and_instants_as_tools_read_them() -> None:
    told = notices.payload(
        notice(
            amount=Decimal("42300.50"),
            currency="USD",
            due="2026-12-03 14:00 UTC",
            old="2026-12-10",
            new="2026-12-03 14:00 UTC",
            path="/items/3",
        ),
        "https://inbox.example",
    )
    data = told["data"]
    assert (told["type"], told["timestamp"]) == ("item.due_changed", "2026-11-22T08:15:30Z")
    assert (data["due"], data["old"], data["new"]) == (
        "2026-12-03T14:00:00Z",
        "2026-12-10",
        "2026-12-03T14:00:00Z",
    )
    assert data["amount"] == {"value": "42300.50", "currency": "USD"}
    assert data["url"] == "https://inbox.example/items/3"
    assert data["urgent"] is True


def test_the_page_for_receivers_lists_every_kind_and_every_field() -> None:
    page = DOCS.read_text()
    rows = [line.split("|")[1].strip().strip("`") for line in page.splitlines() if "|" in line]
    assert {row for row in rows if "." in row} == set(EventKind)
    fields = notices.payload(notice(), "https://inbox.example")["data"]
    assert {row for row in rows if row in fields} == fields.keys()
