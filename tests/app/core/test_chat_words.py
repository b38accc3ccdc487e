"""What happened as a line of a chat, whatever vendors wrote into it."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.core import chat_words
from app.core.notices import EventKind, Notice
from app.core.words import Clock

CLOCK = Clock(now=datetime(2026, 11, 22, 9, tzinfo=UTC), zone=ZoneInfo("UTC"))
HOME = "https://inbox.example"


def notice(title: str = "Webex", note: str | None = None) -> Notice:
    return Notice(
        event_id=1,
        at=CLOCK.now,
        kind=EventKind.ITEM_DUE_CHANGED,
        subject="item",
        subject_id=3,
        title=title,
        vendor="Cisco",
        amount=Decimal("42300.00"),
        currency="USD",
        owner="Rin",
        old="2026-12-10",
        new="2026-12-03",
        due="2026-12-03",
        note=note,
        path="/items/3",
    )


def test_a_line_opens_its_item() -> None:
    assert chat_words.as_text(notice(), CLOCK, HOME).splitlines() == [
        "Webex now due 3 Dec, was 10 Dec",
        "$42,300 · Cisco · Rin",
        "https://inbox.example/items/3",
    ]
    assert chat_words.as_markdown(notice(), CLOCK, HOME).splitlines() == [
        "[Webex](https://inbox.example/items/3) now due 3 Dec, was 10 Dec  ",
        "$42,300 · Cisco · Rin",
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Renew <!channel> now",
        "Renew @everyone",
        "<@U024BE7LH> Renew",
        "[Sign in](https://evil.example) now",
        "see https://evil.example/login",
        "`rm` *bold* | table",
        "two\nlines\r\n# head",
    ],
)
def test_what_a_vendor_wrote_calls_nobody_and_leads_nowhere(title: str) -> None:
    for told in (chat_words.as_markdown, chat_words.as_text):
        first = told(notice(title), CLOCK, HOME).splitlines()[0]
        first = first.replace("](https://inbox.example/items/3)", "").removeprefix("[")
        for harmful in ("<", ">", "[", "](", "@e", "@U", "s://", "`", "*", "\n", "|"):
            assert harmful not in first


def test_a_long_note_is_cut() -> None:
    told = chat_words.as_text(notice(note="x" * 999), CLOCK, HOME).splitlines()[2]
    assert len(told) == chat_words.LONGEST_NOTE
