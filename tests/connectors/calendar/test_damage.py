"""What is broken costs itself; what is cut is never taken for the whole."""

import codecs

import pytest

from connectors.sdk.errors import ConfigInvalid, ConnectorError, FormatChanged, Incomplete
from tests.connectors.calendar.ics import RECORDED, Read, calendar, event, task

GOOD = event("UID:good@x")
SAMPLES = sorted(path.name for path in RECORDED.glob("*.ics"))


@pytest.mark.promise("P2")
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_calendar_cut_after_any_line_is_never_read_as_a_whole_one(
    read: Read, sample: str
) -> None:
    whole = (RECORDED / sample).read_bytes()
    lines = whole.splitlines(keepends=True)
    assert read(whole).end is not None

    for kept in range(len(lines)):
        cut = b"".join(lines[:kept])
        if cut.rstrip().endswith(b"END:VCALENDAR"):
            continue  # cut between two calendars of one file: only the server's length can tell
        with pytest.raises((Incomplete, FormatChanged)):
            read(cut)


@pytest.mark.promise("P2")
def test_a_calendar_cut_within_its_last_line_is_never_read_as_a_whole_one(read: Read) -> None:
    whole = calendar(event(), task()).rstrip()

    for size in range(len(whole)):
        with pytest.raises((Incomplete, FormatChanged)):
            read(whole[:size])
    assert len(read(whole).items) == 2


@pytest.mark.promise("P2")
def test_of_two_calendars_the_first_must_have_its_end_too(read: Read) -> None:
    first = calendar(event()).replace(b"END:VCALENDAR\r\n", b"")

    with pytest.raises(Incomplete) as caught:
        read(first + calendar(GOOD))

    assert "Export the calendar again" in caught.value.remedy


@pytest.mark.promise("P9")
@pytest.mark.parametrize(
    "broken",
    [
        event("DTSTART;VALUE=DATE:2026-03-31"),
        event("DTSTART:20261399T000000"),
        event("DTSTART:"),
        event("DTSTART:20260331T090000Z", "DTEND:soon"),
        event("RRULE:FREQ=FORTNIGHTLY"),
        event("RRULE:"),
        event("RRULE:FREQ=DAILY;COUNT=lots"),
        event("RDATE:tomorrow"),
        event("EXDATE:yesterday", "RRULE:FREQ=DAILY"),
        event("RECURRENCE-ID:now"),
        event("DURATION:long"),
        event("DTSTART:99991231T235959Z", "RRULE:FREQ=YEARLY"),
        event("DTSTART:00010101T000000Z", "RRULE:FREQ=YEARLY"),
        event().replace("END:VEVENT", "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VEVENT"),
        event().replace("\r\nEND:VEVENT", ""),
        "BEGIN:VEVENT\r\nUID:b@x\r\nSUMMARY:no date\r\nEND:VEVENT",
        task("DUE:someday"),
    ],
)
def test_an_entry_that_cannot_be_read_costs_itself_only(read: Read, broken: str) -> None:
    found = read(calendar(GOOD, broken, event("UID:after@x")))

    assert set(found.items) == {"good@x", "after@x"}
    (unread,) = found.unread
    assert unread.raw.startswith("BEGIN:V")
    assert unread.where == "line 9"
    assert unread.reason.endswith(".")


@pytest.mark.promise("P2")
def test_an_unread_entry_names_its_item_so_that_it_stays(read: Read) -> None:
    found = read(calendar(GOOD, event("DTSTART:bad")))

    assert [each.external_id for each in found.unread] == ["a@x"]
    assert found.end is not None
    assert found.end.window is not None
    assert found.end.window[0] < found.end.window[1]


@pytest.mark.promise("P2")
def test_while_a_series_is_unread_no_item_counts_as_missing(read: Read) -> None:
    found = read(calendar(GOOD, event("RRULE:FREQ=SECONDLY")))

    assert [each.external_id for each in found.unread] == [None]
    assert found.end is not None
    assert found.end.window is not None
    first, last = found.end.window
    assert first > last  # a range that no date is in


def test_a_date_whose_own_version_is_unread_is_not_told_by_its_series(read: Read) -> None:
    weekly = event("DTSTART:20260305T090000Z", "RRULE:FREQ=WEEKLY;COUNT=3")
    broken = event("RECURRENCE-ID:20260312T090000Z", "DTSTART:bad")

    found = read(calendar(weekly, broken))

    assert sorted(found.items) == ["a@x/2026-03-05", "a@x/2026-03-19"]
    assert [each.external_id for each in found.unread] == ["a@x/2026-03-12"]


@pytest.mark.parametrize(
    "line", ["GEO:here", "LAST-MODIFIED:lately", "SEQUENCE:x", "X-A;B", "no colon at all", "URL:%%"]
)
def test_a_broken_property_that_nobody_needs_costs_nothing(read: Read, line: str) -> None:
    found = read(calendar(event(line), task(line)))

    assert (len(found.items), found.unread) == (2, [])


@pytest.mark.parametrize(
    ("answer", "error", "word"),
    [
        (b"<!doctype html><title>Sign in</title><form>", FormatChanged, "web page"),
        (b"\r\n <html><body>Embedded calendar</body></html>", FormatChanged, "web page"),
        (b'{"items": []}', FormatChanged, "not an iCalendar file"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", FormatChanged, "not an iCalendar file"),
        (b"", Incomplete, "empty"),
        (b"\r\n\r\n", Incomplete, "empty"),
    ],
)
def test_what_is_no_calendar_is_called_what_it_is(
    read: Read, answer: bytes, error: type[ConnectorError], word: str
) -> None:
    with pytest.raises(error, match=word) as caught:
        read(answer)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "encode",
    [
        lambda data: codecs.BOM_UTF8 + data,
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: data.replace(b"\r\n", b"\r"),
        lambda data: data.decode().encode("utf-16"),
        lambda data: data.decode().encode("cp1252"),
        lambda data: b"Warning: something in line 3\r\n\r\n" + data,
        lambda data: data + b"\r\nX-COMMENT:goodbye\r\n",
        lambda data: data.replace(b"BEGIN:", b"begin:").replace(b"SUMMARY", b"summary"),
        lambda data: data.replace(b"\xc3\xbc", b"\xc3\r\n \xbc"),
    ],
    ids=[
        "byte order mark",
        "LF",
        "CR",
        "UTF-16",
        "Windows-1252",
        "text before it",
        "text after it",
        "small letters",
        "folded within a character",
    ],
)
def test_calendars_come_in_many_encodings(read: Read, encode: object) -> None:
    assert callable(encode)
    data = encode(calendar(event("SUMMARY:Prüfung fällig")))

    assert read(data).only.title == "Prüfung fällig"


def test_all_calendars_of_a_file_are_read(read: Read) -> None:
    found = read(calendar("X-WR-CALNAME:One", event()) + calendar("X-WR-CALNAME:Two", GOOD))

    names = {fact.value for item in found.items.values() for fact in item.facts}
    assert names == {"One", "Two"}


def test_parts_that_are_no_entries_are_passed_over(read: Read) -> None:
    journal = "BEGIN:VJOURNAL\r\nUID:j\r\nSUMMARY:note\r\nEND:VJOURNAL"
    alarm = "BEGIN:VALARM\r\nSUMMARY:wake up\r\nUID:alarm\r\nTRIGGER:-PT5M\r\nEND:VALARM"

    item = read(calendar(journal, event().replace("END:VEVENT", f"{alarm}\r\nEND:VEVENT"))).only

    assert (item.external_id, item.title) == ("a@x", "Deck due")


@pytest.mark.parametrize("name", ["../../etc/passwd", "gone.ics", "/nowhere/team.ics"])
def test_a_file_that_is_not_there_or_not_ours_is_said_so(read: Read, name: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        read(calendar(event()), file=name)
    assert caught.value.remedy == "Choose the calendar file again."
