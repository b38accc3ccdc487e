"""What happened, in words that mail and chat share."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.core import notice_words
from app.core.notices import URGENT, EventKind, Notice
from app.core.words import LONGEST_SUBJECT, Clock

CLOCK = Clock(now=datetime(2026, 11, 22, 9, tzinfo=UTC), zone=ZoneInfo("Europe/Berlin"))
MOVED = {"field": "Due", "old": "2026-12-10", "new": "2026-12-03", "due": "2026-12-03"}


def notice(kind: EventKind, event_id: int = 1, **more: Any) -> Notice:
    subject = kind.partition(".")[0]
    told = {"subject": subject, "subject_id": 3, "title": "Webex", "at": CLOCK.now}
    return Notice(event_id=event_id, kind=kind, **{**told, **more})


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (notice(EventKind.ITEM_DUE_CHANGED, **MOVED), "Webex now due 3 Dec, was 10 Dec"),
        (
            notice(EventKind.ITEM_DUE_CHANGED, old="2026-12-10", new="2026-12-03 22:30 UTC"),
            "Webex now due 3 Dec 23:30, was 10 Dec",
        ),
        (
            notice(EventKind.ITEM_DUE_CHANGED, old="2026-12-10"),
            "Webex has no date any more, was 10 Dec",
        ),
        (notice(EventKind.ITEM_NEW), "Webex is new"),
        (
            notice(EventKind.ITEM_CHANGED, field="Status", old="Open", new="Won"),
            "Webex: Status Open → Won",
        ),
        (
            notice(EventKind.ITEM_CHANGED, field="Reference", old="0012345", new="2026"),
            "Webex: Reference 0012345 → 2026",
        ),
        (
            notice(EventKind.ITEM_CHANGED, field="Text", old="ישן", new="more " * 30),
            f"Webex: Text \u2068ישן\u2069 → {'more ' * 23}more…",
        ),
        (notice(EventKind.ITEM_CHANGED, note="No longer."), "Webex changed at its source"),
        (notice(EventKind.ITEM_DONE, who="Rin"), "Webex: done by Rin"),
        (notice(EventKind.ITEM_SNOOZED, new="Tue 24 Nov"), "Webex: snoozed until Tue 24 Nov"),
        (notice(EventKind.ITEM_ASSIGNED, new="Lee", who="Rin"), "Webex: assigned to Lee by Rin"),
        (notice(EventKind.PROGRAM_ELIGIBILITY_LOST), "Webex: you are not eligible any more"),
        (notice(EventKind.SOURCE_NEEDS_SIGN_IN), "Webex needs a sign-in"),
        (notice(EventKind.SOURCE_FAILING), "Webex cannot be read"),
        (notice(EventKind.SOURCE_BROKEN), "Webex answers what we cannot read"),
        (notice(EventKind.SOURCE_RECOVERED), "Webex is well again"),
        (notice(EventKind.FUND_RETURNED), "Webex is listed again"),
        (notice(EventKind.INBOX_MANY, new="12000"), "Webex: 12,000"),
    ],
)
def test_the_headline_is_the_news(one: Notice, words: str) -> None:
    assert notice_words.headline(one, CLOCK) == words


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_has_words_whatever_else_is_known(kind: EventKind) -> None:
    said = notice_words.headline(notice(kind), CLOCK)
    assert said.startswith("Webex")
    assert len(said) > len("Webex")


def test_the_subject_carries_the_first_news_and_counts_the_others() -> None:
    one = notice(EventKind.ITEM_DUE_CHANGED, **MOVED)
    assert notice_words.subject([one], 0, CLOCK) == "Webex now due 3 Dec, was 10 Dec"
    assert notice_words.subject([one, one], 1_200, CLOCK).endswith(" – and 1,201 more")
    long = replace(one, title="Renew " * 40)
    assert notice_words.subject([long, one], 0, CLOCK).endswith(
        "Renew… now due 3 Dec, was 10 Dec – and 1 more"
    )
    wordy = replace(long, kind=EventKind.ITEM_CHANGED, field="Text", new="more " * 99)
    for some in ([long, one], [wordy, one]):
        told = notice_words.subject(some, 0, CLOCK)
        assert len(told) <= LONGEST_SUBJECT
        assert told.endswith(" – and 1 more")


def test_what_stands_beside_it() -> None:
    one = notice(
        EventKind.ITEM_NEW,
        due="2026-12-03",
        amount=Decimal("42300.00"),
        currency="USD",
        vendor="Cisco",
        program="Cisco",
        account="Contoso\n Ltd",
    )
    assert notice_words.details(one, CLOCK) == (
        *("due 3 Dec", "$42,300", "Cisco", "Contoso Ltd", "nobody owns it"),
    )


def test_a_date_that_moved_twice_is_told_once_from_the_first_to_the_last() -> None:
    first = notice(EventKind.ITEM_DUE_CHANGED, 1, **MOVED)
    again = notice(
        EventKind.ITEM_DUE_CHANGED, 2, **{**MOVED, "old": MOVED["new"], "new": "2026-12-01"}
    )
    (one,) = notice_words.folded([again, first])
    assert (one.old, one.new) == ("2026-12-10", "2026-12-01")
    back = notice(EventKind.ITEM_DUE_CHANGED, 3, old="2026-12-01", new="2026-12-10", field="Due")
    assert notice_words.folded([first, again, back]) == ()


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        (EventKind.SOURCE_FAILING, EventKind.SOURCE_RECOVERED, []),
        (EventKind.SOURCE_FAILING, EventKind.SOURCE_BROKEN, [EventKind.SOURCE_BROKEN]),
        (EventKind.PROGRAM_ELIGIBILITY_LOST, EventKind.PROGRAM_ELIGIBILITY_GAINED, []),
        (EventKind.ITEM_GONE, EventKind.ITEM_RETURNED, []),
        (
            EventKind.ITEM_DONE,
            EventKind.ITEM_COMMENTED,
            [EventKind.ITEM_DONE, EventKind.ITEM_COMMENTED],
        ),
    ],
)
def test_what_was_taken_back_at_once_is_no_news(
    first: EventKind, second: EventKind, left: list[EventKind]
) -> None:
    found = notice_words.folded([notice(first, 1), notice(second, 2)])
    assert [one.kind for one in found] == left


def test_what_cannot_wait_stands_first() -> None:
    found = notice_words.folded(
        [notice(EventKind.ITEM_DONE, 1), notice(EventKind.ITEM_DUE_CHANGED, 2, **MOVED)]
    )
    assert [one.event_id for one in found] == [2, 1]


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (date(2026, 12, 3), "2026-12-03"),
        (date(2026, 12, 5), "2026-12-05"),
        (date(2026, 12, 10), None),
        (date(2026, 12, 12), None),
        (None, None),
    ],
)
def test_what_is_not_so_any_more_when_it_leaves_is_not_told(
    now: date | None, told: str | None
) -> None:
    left = notice_words.still_so(notice(EventKind.ITEM_DUE_CHANGED, **MOVED), due=now)
    assert (left.new if left else None) == told


def test_a_date_of_what_is_done_by_now_waits_for_nobody() -> None:
    moved = notice(EventKind.ITEM_DUE_CHANGED, **MOVED)
    assert notice_words.still_so(moved, due=date(2026, 12, 3), is_open=False) is None


def test_eligibility_that_came_back_is_not_told_as_lost() -> None:
    lost = notice(EventKind.PROGRAM_ELIGIBILITY_LOST)
    assert notice_words.still_so(lost, eligible=True) is None
    assert notice_words.still_so(lost, eligible=False) == lost


def test_people_can_choose_everything_that_can_be_told_but_that_it_was_too_much() -> None:
    assert notice_words.KIND_WORDS.keys() == {*EventKind, URGENT} - {EventKind.INBOX_MANY}
