"""What is attached to a mail goes the way of the calendar and of the spreadsheet."""

import io
import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.mailbox import sandbox_story as story
from connectors.mailbox.attachments import Sort, sort_of, table_name
from connectors.mailbox.calendars import Known, Piece
from connectors.mailbox.message import Attachment, mail_of
from connectors.mailbox.rules import rules_of
from connectors.sdk.conformance.stage import Reading
from connectors.sdk.connector import Complete
from connectors.sdk.errors import ConnectorError
from connectors.sdk.records import (
    AnyItem,
    AnyRecord,
    Category,
    Deadline,
    DueDate,
    DueInstant,
    Goal,
    Notice,
    Record,
)
from tests.connectors.mailbox.conftest import START, Desk

HEAD = "Title,Due date,Amount,Currency"


def letter(
    *files: story.File,
    at: datetime = START,
    sender: str = story.FORTINET,
    number: str = "",
    subject: str = "With files",
) -> bytes:
    return story.mail(at, sender, subject, "See the files.", number=number, files=files)


def csv(*rows: str, name: str = "renewals.csv", head: str = HEAD) -> story.File:
    return name, "text/csv", "\r\n".join([head, *rows, ""])


def ics(*lines: str, method: str = "REQUEST", uid: str = "review@x", sequence: int = 0) -> str:
    known = [f"UID:{uid}", f"SEQUENCE:{sequence}", f"DTSTAMP:202603{sequence + 1:02d}T080000Z"]
    if not any(line.startswith(("DTSTART", "RECURRENCE-ID")) for line in lines):
        known.append("DTSTART:20260410T140000Z")
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", "BEGIN:VEVENT", "SUMMARY:Review"]
    return "\r\n".join([*head, *known, *lines, "END:VEVENT", "END:VCALENDAR", ""])


def invite(*lines: str, **more: Any) -> story.File:
    return "invite.ics", "text/calendar", ics(*lines, **more)


def named(records: Iterable[AnyRecord], start: str = "row:") -> dict[str, Any]:
    return {one.title: one for one in records if one.external_id.startswith(start)}


def facts(record: Record) -> dict[str, str]:
    return {fact.label: fact.value for fact in record.facts}


def notice(reading: Reading, title: str = "With files") -> Notice:
    (found,) = (r for r in reading.records if isinstance(r, Notice) and r.title == title)
    return found


@pytest.fixture
def quiet(desk: Desk) -> Desk:
    """Without the story's mails."""
    for folder in desk.sandbox.folders.values():
        folder.mails.clear()
    return desk


class TestTables:
    def test_each_row_is_what_a_spreadsheet_makes_of_it(self, quiet: Desk) -> None:
        quiet.deliver(letter(csv("Renew seats,2026-05-06,1200.50,EUR")))
        reading = quiet.read()
        row = named(reading.records)["Renew seats"]

        assert isinstance(row, Deadline)
        assert (row.due, row.vendor, row.program) == (
            DueDate(on=datetime(2026, 5, 6).date(), raw="2026-05-06"),
            "Fortinet",
            "Engage",
        )
        assert str(row.amount) == "Money(amount=Decimal('1200.5'), currency='EUR')"
        assert facts(row)["Attached to"] == "a mail of engage@partners.fortinet.example"
        assert facts(notice(reading))["Read from attachments"] == "renewals.csv: 1 row"

    def test_an_excel_sheet_in_its_own_words_too(self, quiet: Desk) -> None:
        book = io.BytesIO()
        with xlsxwriter.Workbook(book) as workbook:
            sheet = workbook.add_worksheet("Goals")
            sheet.write_row(0, 0, ["Ziel", "Zielwert", "Ist", "Einheit"])
            sheet.write_row(1, 0, ["Umsatz 2026", 250000, 90000, "EUR"])
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        quiet.deliver(letter(("Ziele.xlsx", kind, book.getvalue())))
        goal = named(quiet.read().records).get("Umsatz 2026")

        assert isinstance(goal, Goal)
        assert (goal.target, goal.actual, goal.unit) == (250000, 90000, "EUR")

    def test_next_months_sheet_changes_rows_and_doubles_none(self, quiet: Desk) -> None:
        quiet.deliver(letter(csv("A,2026-05-06,1,EUR", "B,2026-05-07,2,EUR", name="R 2026-02.csv")))
        first = quiet.read()
        later = START + timedelta(days=5)
        march = csv("B,2026-06-08,3,EUR", "C,2026-06-09,4,EUR", name="R March (1).csv")
        quiet.deliver(letter(march, at=later), at=later)
        again = quiet.read(state=first.state)
        anew = quiet.read()

        assert named(again.records)["B"].external_id in first.hashes
        assert sorted(named(again.records)) == ["B", "C"]
        assert sorted(named(anew.records)) == ["A", "B", "C"]
        assert str(named(anew.records)["B"].due.on) == "2026-06-08"

    def test_an_older_sheet_that_is_filed_later_takes_nothing_back(self, quiet: Desk) -> None:
        quiet.deliver(letter(csv("A,2026-06-08,3,EUR")))
        first = quiet.read()
        old = START - timedelta(days=9)
        quiet.deliver(letter(csv("A,2026-05-05,1,EUR", "Z,2026-05-05,1,EUR"), at=old), at=old)
        again = quiet.read(state=first.state)

        assert sorted(named(again.records)) == ["Z"]

    def test_rows_with_numbers_of_their_own_are_told_apart_by_table(self, quiet: Desk) -> None:
        head = "ID,Title,Due date"
        quiet.deliver(
            letter(
                csv("1,Renewal,2026-05-06", name="renewals.csv", head=head),
                csv("1,Claim,2026-05-07", name="claims.csv", head=head),
            )
        )

        assert sorted(named(quiet.read().records)) == ["Claim", "Renewal"]

    def test_what_leaves_a_doubt_is_not_guessed_but_told(self, quiet: Desk) -> None:
        quiet.deliver(letter(csv("A,03/04/2026,1,EUR", "B,05/06/2026,1,EUR")))
        reading = quiet.read()
        said = not_read(reading)

        assert named(reading.records) == {}
        assert "renewals.csv: The columns have to be mapped first." in said
        assert "3 April 2026 or 4 March 2026" in said or "4 March 2026 or 3 April 2026" in said
        assert "import the file once as a spreadsheet" in said

    def test_a_mapping_that_the_connection_knows_settles_it(self, quiet: Desk) -> None:
        from connectors.spreadsheet.onboarding import inspect, suggest_sheet

        table = csv("A,03/04/2026,1,EUR", "B,05/06/2026,1,EUR")
        first = quiet.deliver(letter(table)) and quiet.read()
        (sheet,) = inspect(str(table[2]).encode()).sheets
        mapping = suggest_sheet(sheet).mapping({"date_order:Due date": "dmy"})
        quiet.set(mapping={sheet.fingerprint: mapping.model_dump(mode="json")})
        again = quiet.read(state=first.state)

        assert str(named(again.records)["A"].due.on) == "2026-04-03"
        assert "Attachments not read" not in facts(notice(again))

    def test_words_that_are_no_columns_make_no_items(self, quiet: Desk) -> None:
        quiet.deliver(letter(("notes.csv", "text/csv", "Hello,there\r\nanything,else\r\n")))
        reading = quiet.read()

        assert named(reading.records) == {}
        assert "notes.csv:" in not_read(reading)

    def test_a_bad_row_is_listed_with_mail_file_and_row_until_it_is_gone(self, quiet: Desk) -> None:
        uid = quiet.deliver(letter(csv("A,2026-05-06,1,EUR", "B,2026-05-07,lots,EUR")))
        first = quiet.read()
        again = quiet.read(state=first.state)
        (bad,) = first.quarantined

        assert sorted(named(first.records)) == ["A"]
        assert bad.where == (
            "INBOX, “With files” of engage@partners.fortinet.example, renewals.csv row 3"
        )
        assert "“lots” is not a number" in bad.reason
        assert again.quarantined == first.quarantined
        assert facts(notice(first))["Read from attachments"] == "renewals.csv: 1 row, 1 unreadable"

        quiet.sandbox.folders["INBOX"].dropped.add(uid)

        assert quiet.read(state=again.state).quarantined == ()

    def test_a_sheet_behind_a_megabyte_is_read_whole(self, quiet: Desk) -> None:
        rows = [f"Renew {n:05d} {'x' * 60},2026-05-06,1,EUR" for n in range(15_000)]
        quiet.deliver(letter(csv(*rows)))

        assert len(named(quiet.read().records)) == 15_000

    @pytest.mark.parametrize(
        ("name", "stays"),
        [
            ("Renewals 2026-03 (1).xlsx", "renewals"),
            ("renewals_März.csv", "renewals"),
            ("Renewals_v2 Q3.csv", "renewals"),
            ("MDF claims.csv", "mdf claims"),
            ("2026.csv", ""),
        ],
    )
    def test_a_tables_name_stays_from_month_to_month(self, name: str, stays: str) -> None:
        part = message_from_bytes(b"\r\n")

        assert table_name(Attachment(name=name, kind="text/csv", part=part)) == stays


class TestCalendarFiles:
    def test_each_entry_is_what_a_calendar_makes_of_it(self, quiet: Desk) -> None:
        quiet.deliver(letter(invite()))
        reading = quiet.read("calendar")
        (item,) = reading.records

        assert isinstance(item, Deadline)
        assert (item.external_id, item.title, item.vendor) == ("review@x", "Review", "Fortinet")
        assert item.category is Category.EVENT
        assert isinstance(item.due, DueInstant)
        assert item.due.at.isoformat() == "2026-04-10T14:00:00+00:00"
        assert facts(notice(quiet.read()))["Read from attachments"] == "invite.ics"

    def test_an_update_moves_it_and_an_old_one_takes_nothing_back(self, quiet: Desk) -> None:
        quiet.deliver(letter(invite(sequence=1)))
        first = quiet.read("calendar")
        quiet.deliver(letter(invite("DTSTART:20260501T140000Z", sequence=2), number="2"))
        moved = quiet.read("calendar", first.state)
        quiet.deliver(letter(invite("DTSTART:20260402T140000Z", sequence=0), number="0"))
        still = quiet.read("calendar", moved.state)

        assert [day(reading) for reading in (first, moved, still)] == [
            ["2026-04-10"],
            ["2026-05-01"],
            ["2026-05-01"],
        ]
        assert still.hashes.keys() == first.hashes.keys()

    def test_a_cancellation_closes_it(self, quiet: Desk) -> None:
        quiet.deliver(letter(invite()))
        first = quiet.read("calendar")
        quiet.deliver(letter(invite(method="CANCEL", sequence=1), number="2"))
        (item,) = quiet.read("calendar", first.state).records

        assert isinstance(item, Deadline)
        assert (item.external_id, item.closed, item.status) == ("review@x", True, "CANCELLED")

    def test_a_series_is_cancelled_by_one_that_does_not_repeat(self, quiet: Desk) -> None:
        quiet.deliver(letter(invite("RRULE:FREQ=MONTHLY;COUNT=4")))
        first = quiet.read("calendar")
        quiet.deliver(letter(invite(method="CANCEL", sequence=1), number="2"))
        again = quiet.read("calendar", first.state)

        assert len(first.records) == 4
        assert again.hashes.keys() == first.hashes.keys()
        assert all(closed(again))

    def test_one_date_of_a_series_is_cancelled(self, quiet: Desk) -> None:
        quiet.deliver(letter(invite("RRULE:FREQ=MONTHLY;COUNT=3")))
        first = quiet.read("calendar")
        one = invite("RECURRENCE-ID:20260510T140000Z", method="CANCEL", sequence=1)
        quiet.deliver(letter(one, number="2"))

        assert closed(quiet.read("calendar", first.state)) == [False, True, False]

    def test_an_answer_of_somebody_invited_is_no_date(self, quiet: Desk) -> None:
        quiet.deliver(letter(invite(method="REPLY")))
        quiet.deliver(letter(invite(method="CANCEL", uid="never-seen@x"), number="2"))

        assert quiet.read("calendar").records == ()

    def test_a_date_stays_when_its_mail_is_filed_or_the_rules_change(self, quiet: Desk) -> None:
        uid = quiet.deliver(letter(invite("RRULE:FREQ=MONTHLY")))
        first = quiet.read("calendar")
        quiet.sandbox.folders["INBOX"].dropped.add(uid)
        quiet.set(senders=["@partners.fortinet.example = Fortinet Inc."])
        quiet.stage.clock.move(timedelta(days=45))
        again = quiet.read("calendar", first.state)

        assert {item.vendor for item in again.records} == {"Fortinet Inc."}
        assert isinstance(again.ended, Complete)
        assert again.ended.window is not None
        assert len(again.hashes.keys() - first.hashes.keys()) in {1, 2}  # the days went on
        assert first.hashes.keys() <= again.hashes.keys()

    def test_nobody_else_changes_what_a_vendor_announced(self, quiet: Desk) -> None:
        quiet.deliver(letter(invite()))
        first = quiet.read("calendar")
        forged = letter(invite(method="CANCEL", sequence=9), sender=story.CISCO, number="2")
        quiet.deliver(forged)
        again = quiet.read("calendar", first.state)

        assert closed(again) == [False]
        assert "a mail of somebody else does not change it" in again.quarantined[0].reason

    def test_a_vendor_writes_from_all_the_domains_of_its_rule(self, quiet: Desk) -> None:
        quiet.deliver(letter(invite()))
        first = quiet.read("calendar")
        other = "Events <events@mail.partners.fortinet.example>"
        quiet.deliver(letter(invite(method="CANCEL", sequence=1), sender=other, number="2"))

        assert closed(quiet.read("calendar", first.state)) == [True]

    def test_what_no_database_takes_is_not_kept(self, quiet: Desk) -> None:
        quiet.deliver(letter(invite("LOCATION:Room\x00 7", uid="nul\x00@x")))
        quiet.deliver(letter(invite("LOCATION:Room\x00 7", uid="fine@x"), number="2"))
        reading = quiet.read("calendar")

        assert "\\u0000" not in json.dumps(dict(reading.state))
        assert "fine@x" in reading.hashes

    def test_an_entry_that_cannot_be_read_is_listed_and_costs_itself(self, quiet: Desk) -> None:
        both = ics("DTSTART:20261399").replace("END:VCALENDAR\r\n", "") + (
            "BEGIN:VEVENT\r\nUID:b@x\r\nDTSTART:20260401\r\nSUMMARY:Fine\r\nEND:VEVENT\r\n"
            "END:VCALENDAR\r\n"
        )
        quiet.deliver(letter(("both.ics", "text/calendar", both)))
        first = quiet.read("calendar")
        again = quiet.read("calendar", first.state)

        assert [item.title for item in first.records] == ["Fine"]
        assert "INBOX, “With files” of" in first.quarantined[0].where
        assert again.quarantined == first.quarantined

    def test_what_is_no_calendar_is_told_on_its_notice(self, quiet: Desk) -> None:
        quiet.deliver(letter(("invite.ics", "text/calendar", "Hello")))

        assert (
            "invite.ics: This is not an iCalendar file"
            in (facts(notice(quiet.read()))["Attachments not read"])
        )
        assert quiet.read("calendar").records == ()

    def test_switched_off_nothing_is_asked_and_nothing_is_missing(self, quiet: Desk) -> None:
        quiet.deliver(letter(invite(), csv("A,2026-05-06,1,EUR")))
        first = quiet.read("calendar")
        quiet.set(attachments="no")
        off = quiet.read("calendar", first.state)

        assert off.whole
        assert off.state == first.state
        assert off.asked == ()
        assert isinstance(off.ended, Complete)
        assert off.ended.window == (date.max, date.min)
        assert named(quiet.read().records) == {}


LINES = st.sampled_from(
    [
        "BEGIN:VEVENT",
        "END:VEVENT",
        "BEGIN:VCALENDAR",
        "END:VCALENDAR",
        "METHOD:CANCEL",
        "UID:a",
        "UID:b",
        "SEQUENCE:9",
        "DTSTART:20260401",
        "DTSTART;TZID=X:20260401T100000",
        "RRULE:FREQ=DAILY",
        "RRULE:FREQ=",
        "SEQUENCE:-1",
        "RECURRENCE-ID:20260402",
        "STATUS:CONFIRMED",
        "BEGIN:VTODO",
        "DUE:20260404",
        "DTSTART:",
        "EXDATE:20260403",
        "BEGIN:VTIMEZONE",
        "TZID:X",
    ]
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(LINES | st.text(max_size=20), max_size=12), max_size=4))
def test_whatever_mails_bring_as_calendars_stays_one_that_is_read(files: list[list[str]]) -> None:
    rules = rules_of(["@a.example = A"])
    known = Known.of({}, START.date(), rules)
    came = Piece(text="", sender="x@a.example", folder="INBOX", where="here")
    for lines in files:
        whole = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"]
        with suppress(ConnectorError):
            known.take("\r\n".join(whole).encode("utf-8", "replace"), None, came)
    found = known.records()
    again = Known.of({"entries": known.state()}, START.date(), rules).records()

    assert [one.external_id for one in again.records] == [one.external_id for one in found.records]


class TestWhoIsRead:
    FILES = (invite(), csv("A,2026-05-06,1,EUR"))

    @pytest.mark.parametrize("senders", [None, ["* ="]])
    def test_only_whom_a_rule_names(self, quiet: Desk, senders: list[str] | None) -> None:
        quiet.deliver(letter(*self.FILES))
        quiet.set(senders=senders)
        reading = quiet.read()

        assert named(reading.records) == {}
        assert "no rule names its sender or folder" in not_read(reading)
        assert quiet.read("calendar").records == ()

    def test_everybody_in_a_folder_that_a_rule_names(self, quiet: Desk) -> None:
        quiet.deliver(letter(*self.FILES))
        quiet.set(senders=["* in inbox = Somebody"])

        assert sorted(named(quiet.read().records)) == ["A"]
        assert [item.title for item in quiet.read("calendar").records] == ["Review"]

    def test_not_whose_signature_is_false(self, quiet: Desk) -> None:
        quiet.deliver(letter(*self.FILES).replace(b"dkim=pass", b"dkim=fail"))
        reading = quiet.read()

        assert named(reading.records) == {}
        assert "signature is not valid" in not_read(reading)
        assert quiet.read("calendar").records == ()

    def test_outlooks_own_packaging_is_told_with_a_remedy(self, quiet: Desk) -> None:
        quiet.deliver(letter(("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22")))

        assert (
            "ask the sender for plain attachments"
            in (facts(notice(quiet.read()))["Attachments not read"])
        )

    def test_what_lies_in_a_forwarded_mail_is_read(self, quiet: Desk) -> None:
        inner = message_from_bytes(letter(*self.FILES), policy=SMTP)
        outer = message_from_bytes(letter(number="outer"), policy=SMTP)
        outer.make_mixed()  # type: ignore[attr-defined]  # the policy makes an EmailMessage
        outer.add_attachment(inner)  # type: ignore[attr-defined]  # the same
        quiet.deliver(outer.as_bytes())

        assert sorted(named(quiet.read().records)) == ["A"]
        assert [item.title for item in quiet.read("calendar").records] == ["Review"]

    @pytest.mark.parametrize(
        ("kind", "name", "sort"),
        [
            ("application/octet-stream", "Claims.CSV", Sort.TABLE),
            ("application/vnd.ms-excel", "claims.csv", Sort.TABLE),
            ("text/csv", None, Sort.TABLE),
            ("text/csv", "claims.2026", Sort.TABLE),
            ("text/calendar", None, Sort.CALENDAR),
            ("application/octet-stream", "invite.ics", Sort.CALENDAR),
            ("application/pdf", "claims.pdf", Sort.OTHER),
        ],
    )
    def test_a_file_is_known_by_its_name_or_else_its_type(
        self, kind: str, name: str | None, sort: Sort
    ) -> None:
        said = f'; name="{name}"' if name else ""
        data = (
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n"
            f"--b\nContent-Type: {kind}{said}\n\na,b\n--b--\n"
        )
        mail = mail_of(data.encode())

        assert [sort_of(attached) for attached in mail.attachments] == [sort]
        assert mail.text.strip() == "Hi"

    def test_a_name_in_any_coding_is_known(self) -> None:
        data = letter(csv("A,2026-05-06,1,EUR", name="Prämien für Q3 – Übersicht.csv"))

        assert [one.name for one in mail_of(data).attachments] == ["Prämien für Q3 – Übersicht.csv"]


def not_read(reading: Reading) -> str:
    return facts(notice(reading))["Attachments not read"]


def day(reading: Reading) -> list[str]:
    found = []
    for item in reading.records:
        assert isinstance(item, AnyItem)
        assert isinstance(item.due, DueInstant)
        found.append(item.due.at.date().isoformat())
    return found


def closed(reading: Reading) -> list[bool]:
    items = sorted(reading.records, key=lambda record: record.external_id)
    return [item.closed for item in items if isinstance(item, AnyItem)]
