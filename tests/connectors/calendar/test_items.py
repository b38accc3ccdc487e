"""What an entry says becomes an item; what it does not say stays empty."""

from datetime import UTC, date, datetime

import pytest

from connectors.sdk.records import Category, Deadline, DueDate, DueInstant, ReportingRequirement
from tests.connectors.calendar.ics import RECORDED, Found, Item, Read, calendar, event, task


def facts(item: Item) -> dict[str, str]:
    return {fact.label: fact.value for fact in item.facts}


def brief(found: Found) -> list[tuple[str, str, str, str | None, bool]]:
    """Id, title, due as text, status, closed."""
    rows = []
    for item in found.items.values():
        due = item.due
        when = (
            due.on if isinstance(due, DueDate) else due and f"{due.at:%Y-%m-%dT%H:%MZ} {due.zone}"
        )
        rows.append((item.external_id, item.title, str(when), item.status, item.closed))
    return sorted(rows)


def test_a_calendar_of_google(read: Read) -> None:
    found = read((RECORDED / "google.ics").read_bytes())

    uid, title = "5u0q7d0p2s8k@google.com", "Fortinet channel call"
    assert brief(found) == [
        ("1a2b3c@google.com", "Sophos audit", "2026-03-31", "CONFIRMED", False),
        (f"{uid}/2026-01-08", title, "2026-01-08T09:00Z Europe/Berlin", "CONFIRMED", False),
        (f"{uid}/2026-02-12", title, "2026-02-12T09:00Z Europe/Berlin", "CONFIRMED", False),
        (
            f"{uid}/2026-03-12",
            f"{title} (moved)",
            "2026-03-13T14:00Z Europe/Berlin",
            "CONFIRMED",
            False,
        ),
        (f"{uid}/2026-05-14", title, "2026-05-14T08:00Z Europe/Berlin", "CONFIRMED", False),
        (f"{uid}/2026-06-11", title, "2026-06-11T08:00Z Europe/Berlin", "CONFIRMED", False),
    ]
    call = found.items[f"{uid}/2026-05-14"]
    assert call.summary == "Agenda • Pipeline, by region • Certified people Deck"
    assert call.body is not None
    assert "<li><b>Certified</b> people</li>" in call.body
    assert facts(call) == {
        "Ends": "2026-05-14 11:00 Europe/Berlin",
        "Where": "Room 4, second floor",
        "Organizer": "Alliance team <c_3f0a@group.calendar.example>",
        "Repeats": "FREQ=MONTHLY;UNTIL=20260630T215959Z;BYDAY=2TH",
        "Calendar": "Vendor deadlines",
    }


def test_a_calendar_of_outlook(read: Read) -> None:
    found = read((RECORDED / "outlook.ics").read_bytes())

    uid = "040000008200E00074C5B7101A82E00800000000"
    dell = "Dell: Lagebesprechung"
    assert brief(found) == [
        (f"{uid}A0B1/2026-03-09", dell, "2026-03-09T08:00Z Europe/Berlin", "CONFIRMED", False),
        (f"{uid}A0B1/2026-04-06", dell, "2026-04-06T07:00Z Europe/Berlin", "CONFIRMED", False),
        (f"{uid}A0B1/2026-04-20", dell, "2026-04-20T07:00Z Europe/Berlin", "CONFIRMED", False),
        (
            f"{uid}C0D2",
            "Call with Bengaluru",
            "2026-03-10T12:30Z None",
            None,
            False,
        ),
        (f"{uid}E0F3", "Canceled: Promotions call", "2026-03-16", "CANCELLED", True),
    ]
    review = found.items[f"{uid}A0B1/2026-03-09"]
    assert review.body == "<p>Partner review</p><p>Please bring the <i>scorecard</i>.</p>"
    assert isinstance(review, Deadline)
    assert review.category is Category.INCENTIVE  # the entry's own category
    assert facts(found.items[f"{uid}E0F3"])["Ends"] == "2026-03-18"


def test_a_task_list_of_nextcloud(read: Read) -> None:
    found = read((RECORDED / "nextcloud-tasks.ics").read_bytes())

    first, second, third, fourth = (brief(found)[n] for n in range(4))
    assert first[1:] == ("POS report to Microsoft", "2026-03-06", "IN-PROCESS", False)
    assert second[1:] == (
        "Upload satisfaction results",
        "2026-03-30T12:00Z Europe/Berlin",
        "NEEDS-ACTION",
        False,
    )
    assert third[1:] == ("Joint business plan", "None", "COMPLETED", True)
    assert fourth[1:] == ("Renew support contract", "2025-09-30T16:00Z UTC", None, False)
    kinds = [type(item) for _, item in sorted(found.items.items())]
    assert kinds == [ReportingRequirement, Deadline, Deadline, Deadline]


@pytest.mark.parametrize("label", ["Report", "reports", "REPORTING", "Reporting requirement"])
def test_an_entry_that_calls_itself_a_report_is_one(read: Read, label: str) -> None:
    assert isinstance(read(calendar(event(f"CATEGORIES:Dell,{label}"))).only, ReportingRequirement)


def test_a_report_is_due_by_the_last_of_its_days(read: Read) -> None:
    item = read(calendar(event("CATEGORIES:Report", "DTEND;VALUE=DATE:20260404"))).only

    assert item.due == DueDate(on=date(2026, 4, 3), raw="VALUE=DATE:20260404")


@pytest.mark.parametrize(
    ("label", "category"),
    [
        ("Fund claim", Category.FUND_CLAIM),
        ("deal-registration", Category.DEAL_REGISTRATION),
        ("Red category", Category.CERTIFICATION),
    ],
)
def test_an_entrys_own_category_comes_before_the_one_of_the_settings(
    read: Read, label: str, category: Category
) -> None:
    item = read(calendar(event(f"CATEGORIES:{label}")), category="certification").only

    assert isinstance(item, Deadline)
    assert item.category is category


@pytest.mark.parametrize(
    ("vendor", "lines", "expected"),
    [
        ("Sophos", ["SUMMARY:Fortinet call"], "Sophos"),
        ("Sophos, Fortinet", ["SUMMARY:call with FORTINET"], "Fortinet"),
        ("HP, HPE", ["SUMMARY:HPE call"], "HPE"),
        ("Dell, AWS", ["SUMMARY:Dell day", "CATEGORIES:aws"], "AWS"),
        ("Dell, AWS", ["SUMMARY:Laws of partnering"], None),
        ("", ["SUMMARY:Dell day"], None),
    ],
)
def test_the_vendor_is_the_one_of_the_settings_that_the_entry_names(
    read: Read, vendor: str, lines: list[str], expected: str | None
) -> None:
    item = read(calendar(event(*lines)), vendor=vendor, program="Gold").only

    assert (item.vendor, item.program) == (expected, "Gold")


@pytest.mark.parametrize(
    ("lines", "due"),
    [
        (["DUE;VALUE=DATE:20260331"], DueDate(on=date(2026, 3, 31), raw="VALUE=DATE:20260331")),
        (
            ["DTSTART;VALUE=DATE:20260329", "DURATION:P2D"],
            DueDate(on=date(2026, 3, 31), raw="VALUE=DATE:20260331"),
        ),
        (
            # Two days later by the calendar, although one of them has 23 hours.
            ["DTSTART;TZID=Europe/Berlin:20260328T120000", "DURATION:P2D"],
            DueInstant(
                at=datetime(2026, 3, 30, 10, tzinfo=UTC),
                zone="Europe/Berlin",
                raw="TZID=Europe/Berlin:20260330T120000",
            ),
        ),
        (["DUE:20260331T170000"], DueDate(on=date(2026, 3, 31), raw="20260331T170000")),
        (["DTSTART;VALUE=DATE:20260331"], None),
        ([], None),
    ],
    ids=[
        "a day",
        "a start and days",
        "a start and days of the calendar",
        "floating",
        "a start",
        "none",
    ],
)
def test_a_task_is_due_when_it_says(read: Read, lines: list[str], due: object) -> None:
    assert read(calendar(task(*lines))).only.due == due


@pytest.mark.parametrize(
    ("lines", "closed"),
    [
        (["STATUS:NEEDS-ACTION"], False),
        (["STATUS:IN-PROCESS", "PERCENT-COMPLETE:99"], False),
        (["STATUS:COMPLETED"], True),
        (["STATUS:CANCELLED"], True),
        (["COMPLETED:20260301T100000Z"], True),
        (["STATUS:DONE-ISH"], False),
    ],
)
def test_a_task_is_closed_when_it_says(read: Read, lines: list[str], closed: bool) -> None:
    assert read(calendar(task("DUE:20260331T100000Z", *lines))).only.closed is closed


def test_each_date_of_a_repeated_task_is_due(read: Read) -> None:
    found = read(calendar(task("DUE;VALUE=DATE:20260310", "RRULE:FREQ=MONTHLY;COUNT=3")))

    assert sorted(found.items) == [
        "task:t@x/2026-03-10",
        "task:t@x/2026-04-10",
        "task:t@x/2026-05-10",
    ]
    assert [f"{day}" for day in found.days] == ["2026-03-10", "2026-04-10", "2026-05-10"]


@pytest.mark.promise("P1")
def test_an_open_task_stays_however_late_it_is(read: Read) -> None:
    late = "DUE;VALUE=DATE:20250101"

    assert len(read(calendar(task(late))).items) == 1
    assert read(calendar(task(late, "STATUS:COMPLETED", "COMPLETED:20250102T000000Z"))).items == {}


def test_events_that_were_over_long_ago_are_no_items(read: Read) -> None:
    assert read(calendar(event("DTSTART;VALUE=DATE:20251101"))).items == {}


@pytest.mark.promise("P1")
def test_an_event_that_moves_into_the_past_is_seen_to_move(read: Read) -> None:
    moved = event("DTSTART;VALUE=DATE:20251101", "LAST-MODIFIED:20260301T100000Z")

    assert [f"{day}" for day in read(calendar(moved)).days] == ["2025-11-01"]


@pytest.mark.promise("P1")
def test_a_single_event_may_move_as_far_ahead_as_it_likes(read: Read) -> None:
    assert len(read(calendar(event("DTSTART;VALUE=DATE:20400101"))).items) == 1


def test_an_entry_without_an_id_gets_one_that_stays_and_says_so(read: Read) -> None:
    bare = "BEGIN:VEVENT\r\nSUMMARY:Audit\r\nDTSTART;VALUE=DATE:20260331\r\nEND:VEVENT"

    once = read(calendar(bare, "X-NOTE:x")).only
    again = read(calendar(bare.replace("SUMMARY", "LOCATION:here\r\nSUMMARY"), bare)).only

    assert once.external_id == again.external_id
    assert facts(once)["Identity"].startswith("The calendar gives no UID")


def test_a_task_and_an_event_with_one_id_are_two_items(read: Read) -> None:
    found = read(calendar(event("UID:same"), task("UID:same", "DUE:20260331T100000Z")))

    assert sorted(found.items) == ["same", "task:same"]


def test_an_entry_without_a_title_is_still_shown(read: Read) -> None:
    assert read(calendar(event("SUMMARY:"))).only.title == "(no title)"


def test_plain_text_keeps_its_lines_and_hostile_html_loses_its_teeth(read: Read) -> None:
    plain = read(calendar(event(r"DESCRIPTION:One\nTwo <3 three"))).only
    hostile = read(
        calendar(event("DESCRIPTION:<p onclick=x()>Hi<script>alert(1)</script></p>"))
    ).only

    assert (plain.summary, plain.body) == ("One Two <3 three", "One<br>Two &lt;3 three")
    assert (hostile.summary, hostile.body) == ("Hi", "<p>Hi</p>")


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x00"])
def test_an_odd_line_end_within_a_text_ends_no_line(read: Read, odd: str) -> None:
    item = read(calendar(event(f"SUMMARY:One{odd}two", f"DESCRIPTION:x{odd}END:VEVENT"))).only

    assert (item.title, item.summary) == ("One two", "x END:VEVENT")


@pytest.mark.parametrize(
    ("link", "url"),
    [("https://partners.example/x", "https://partners.example/x"), ("javascript:alert(1)", None)],
)
def test_only_web_addresses_become_links(read: Read, link: str, url: str | None) -> None:
    assert read(calendar(event(f"URL:{link}"))).only.url == url


def test_what_changes_with_every_download_changes_no_item(read: Read) -> None:
    first = event("DTSTAMP:20260302T080000Z", "SEQUENCE:1", "CREATED:20250101T000000Z")
    second = event("DTSTAMP:20260302T090000Z", "SEQUENCE:7", "X-NONCE:42")

    assert read(calendar(first)).items == read(calendar(second)).items
