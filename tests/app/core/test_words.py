"""Money, dates and counts as people read them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import words
from app.core.words import Clock
from connectors.sdk.records import Due, DueDate, DueInstant, Money

BERLIN = ZoneInfo("Europe/Berlin")
CLOCK = Clock(now=datetime(2026, 11, 21, 8, 30, tzinfo=UTC), zone=BERLIN)
GAP = "\N{NO-BREAK SPACE}"


def on(text: str) -> DueDate:
    return DueDate(on=date.fromisoformat(text))


def at(text: str) -> DueInstant:
    return DueInstant(at=datetime.fromisoformat(text).astimezone(UTC))


# Dates


@pytest.mark.parametrize(
    ("due", "text", "tone"),
    [
        (on("2026-11-19"), "2 days late", "late"),
        (on("2026-11-20"), "1 day late", "late"),
        (on("2026-11-21"), "today", "soon"),
        (on("2026-11-22"), "tomorrow", "soon"),
        (on("2026-11-24"), "Tue 24 Nov", "soon"),
        (on("2026-11-28"), "Sat 28 Nov", "soon"),
        (on("2026-11-29"), "Sun 29 Nov", ""),
        (on("2026-12-02"), "2 Dec", ""),
        (on("2027-01-03"), "3 Jan", ""),
        (on("2027-02-03"), "3 Feb 2027", ""),
        (at("2026-11-20T23:59+01:00"), "1 day late", "late"),
        (at("2026-11-21T00:30+01:00"), "late since 00:30", "late"),
        (at("2026-11-21T09:30+01:00"), "today 09:30", "soon"),
        (at("2026-11-21T23:59+01:00"), "today 23:59", "soon"),
        pytest.param(at("2026-11-21T23:30+00:00"), "tomorrow", "soon", id="the reader's tomorrow"),
    ],
)
def test_a_due_date_in_a_word_or_two(due: Due, text: str, tone: str) -> None:
    said = words.due_words(due, CLOCK)

    assert (said.text, said.tone) == (text, tone)


@pytest.mark.promise("P7")
@given(
    day=st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    zone=st.sampled_from(["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "UTC"]),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
)
def test_a_date_is_that_date_on_every_clock(day: date, zone: str, now: datetime) -> None:
    clock = Clock(now=now, zone=ZoneInfo(zone))

    assert words.due_day(DueDate(on=day), clock) == day
    assert words.due_words(DueDate(on=day), clock).full == f"{day:%a} {day.day} {day:%b %Y}"
    assert words.is_late(DueDate(on=day), clock) == (day < clock.today)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-11-21T09:30+01:00", "today 09:30"),
        ("2026-11-21T00:00+01:00", "today 00:00"),
        ("2026-11-20T23:59+01:00", "yesterday 23:59"),
        ("2026-11-15T10:00+01:00", "Sunday 10:00"),
        ("2026-11-14T10:00+01:00", "14 Nov"),
        ("2025-02-03T10:00+01:00", "3 Feb 2025"),
        ("2026-11-22T06:00+01:00", "Sun 22 Nov"),
    ],
)
def test_when_something_happened(moment: str, text: str) -> None:
    assert words.when_words(datetime.fromisoformat(moment), CLOCK) == text


def test_the_tooltip_of_a_moment_names_its_zone() -> None:
    summer = datetime(2026, 7, 1, 6, 10, tzinfo=UTC)

    assert words.when_full(summer, CLOCK) == "Wed 1 Jul 2026, 08:10 CEST"


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("2026-11-24", "Tue 24 Nov 2026"),
        ("2026-11-24 23:30 UTC", "Wed 25 Nov 2026, 00:30"),
        ("2026-13-40", "2026-13-40"),
        ("at noon UTC", "at noon UTC"),
        ("4419005", "4419005"),
        ("", ""),
    ],
)
def test_a_value_of_the_history_is_read_in_the_readers_zone(kept: str, read: str) -> None:
    assert words.kept_words(kept, CLOCK) == read


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        (
            "Due moved 2026-11-30 → 2026-11-24 23:30 UTC",
            "Due moved Mon 30 Nov 2026 → Wed 25 Nov 2026, 00:30",
        ),
        ("Due moved no date → 2026-11-24", "Due moved no date → Tue 24 Nov 2026"),
        ("The source opened it again", "The source opened it again"),
        ("Amount changed 100.00 USD → 2,026.11 USD", "Amount changed 100.00 USD → 2,026.11 USD"),
    ],
)
def test_why_an_item_came_back_is_read_without_utc(kept: str, read: str) -> None:
    assert words.told_words(kept, CLOCK) == read


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (60, "1 minute"),
        (3599, "59 minutes"),
        (3600, "1 hour"),
        (86399, "23 hours"),
        (86400, "1 day"),
        (timedelta(days=800).total_seconds(), "800 days"),
    ],
)
def test_a_length_of_time(seconds: float, text: str) -> None:
    assert words.span_words(seconds) == text


@pytest.mark.parametrize(
    ("count", "words_of", "text"),
    [
        (0, ("item",), "0 items"),
        (1, ("item",), "1 item"),
        (2, ("item",), "2 items"),
        (2000, ("item",), "2,000 items"),
        (1, ("person", "people"), "1 person"),
        (3, ("person", "people"), "3 people"),
    ],
)
def test_one_is_not_many(count: int, words_of: tuple[str, ...], text: str) -> None:
    assert words.plural(count, *words_of) == text


# Money


@pytest.mark.parametrize(
    ("amount", "currency", "short", "exact"),
    [
        ("42300", "USD", "$42,300", "$42,300.00 USD"),
        ("42300.5", "USD", "$42,300.50", "$42,300.50 USD"),
        ("-42.5", "USD", "-$42.50", "-$42.50 USD"),
        ("0", "EUR", "€0", "€0.00 EUR"),
        ("96150", "GBP", "£96,150", "£96,150.00 GBP"),
        pytest.param("1000", "JPY", "¥1,000", "¥1,000 JPY", id="a yen has no cents"),
        pytest.param("1000.5", "JPY", "¥1,000.50", "¥1,000.5 JPY", id="but none is dropped"),
        ("12.345", "KWD", f"KWD{GAP}12.345", f"KWD{GAP}12.345"),
        ("42300", "CHF", f"CHF{GAP}42,300", f"CHF{GAP}42,300.00"),
        ("-7", "SEK", f"-SEK{GAP}7", f"-SEK{GAP}7.00"),
        pytest.param("0.0125", "USD", "$0.01", "$0.0125 USD", id="a price by the request"),
        pytest.param("42300", "XYZ", "42,300 XYZ", "42,300 XYZ", id="three letters, no currency"),
        ("42300", "usd", "42,300 usd", "42,300 usd"),
        ("1500.25", "points", "1,500.25 points", "1,500.25 points"),
        ("4200.5", None, "4,200.50", "4,200.50, currency not given"),
        ("1234.5678", None, "1,234.57", "1,234.5678, currency not given"),
        ("5", "", "5", "5.00, currency not given"),
    ],
)
def test_an_amount_in_short_and_exactly(
    amount: str, currency: str | None, short: str, exact: str
) -> None:
    money = Money(amount=Decimal(amount), currency=currency)

    assert words.money_words(money) == short
    assert words.money_exact(money) == exact


@given(
    amount=st.decimals(-(10**13), 10**13, places=4),
    currency=st.sampled_from(["USD", "JPY", "KWD", "CHF", "CLF", "XYZ", "points", None]),
)
def test_the_exact_amount_can_be_read_back(amount: Decimal, currency: str | None) -> None:
    said = words.money_exact(Money(amount=amount, currency=currency))
    digits = "".join(letter for letter in said if letter in "-.0123456789")

    assert Decimal(digits.rstrip(".")) == amount


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        *(("986488.5", "$986,489"), ("-0.5", "-$1"), ("3", "$3"), ("0", "$0")),
        *(("0.49", "$0.49"), ("-0.4", "-$0.40")),
    ],
)
def test_a_total_is_rounded_to_whole_units_and_never_to_nothing(amount: str, text: str) -> None:
    assert words.money_round(Money(amount=Decimal(amount), currency="USD")) == text


# Quantities


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        ("412000", "USD", "$412,000"),
        ("70", "points", "70 points"),
        ("18", "%", "18 %"),
        ("4.50", None, "4.5"),
        ("4", "", "4"),
        pytest.param("3", "all", "3 all", id="a word that is a currency in capitals"),
    ],
)
def test_a_quantity_with_its_unit(number: str, unit: str | None, text: str) -> None:
    assert words.quantity_words(Decimal(number), unit) == text


@pytest.mark.parametrize(
    ("actual", "target", "unit", "text"),
    [
        ("412000", "600000", "USD", "$412,000 of $600,000"),
        ("64", "70", "points", "64 of 70 points"),
        ("0", "2", "", "0 of 2"),
        ("18", "25", "%", "18 of 25 %"),
        (None, "2", "people", "2 people to reach"),
        ("3", None, "people", "3 people, no target told"),
        (None, None, "people", "not told"),
    ],
)
def test_a_goal_in_words(actual: str | None, target: str | None, unit: str, text: str) -> None:
    reached, wanted = (Decimal(one) if one else None for one in (actual, target))

    assert words.goal_words(reached, wanted, unit) == text


# Where a date comes from


@pytest.mark.parametrize(
    ("due", "nature"),
    [
        (DueDate(on=date(2026, 1, 2)), "a calendar date, no time given"),
        (
            DueDate(on=date(2026, 1, 2), zone="America/New_York"),
            "a calendar date, America/New_York rules",
        ),
        (DueInstant(at=CLOCK.now), "an exact time, shown in your zone"),
        (
            DueInstant(at=CLOCK.now, zone="America/New_York"),
            "an exact time, shown in your zone, given in America/New_York",
        ),
    ],
)
def test_whose_clock_rules_a_date(due: Due, nature: str) -> None:
    assert words.due_nature(due) == nature


@pytest.mark.parametrize(
    ("raw", "own"), [("11/24/26", "11/24/26"), ("2026-11-24", None), ("2026-11-24T00:00", None)]
)
def test_the_sources_own_text_is_shown_where_it_says_more(raw: str, own: str | None) -> None:
    assert words.own_text(raw, on("2026-11-24")) == own


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (0, "0 %"),
        (41_200 / 60_000, "68 %"),
        (0.9999, "99 %"),
        (1, "100 %"),
        (0.29, "29 %"),
        (1.5, "150 %"),
    ],
)
def test_a_share_is_all_only_when_it_is(part: float, text: str) -> None:
    assert words.percent_words(part) == text


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 11, 23), date(2026, 11, 29), "23–29 Nov"),
        (date(2026, 11, 30), date(2026, 12, 6), "30 Nov – 6 Dec"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 Dec – 3 Jan 2027"),
        (date(2027, 1, 4), date(2027, 1, 10), "4–10 Jan 2027"),
        (date(2026, 11, 22), date(2026, 11, 22), "22 Nov"),
    ],
)
def test_days_from_and_to(first: date, last: date, said: str) -> None:
    assert words.days_short(first, last, date(2026, 11, 22)) == said


@pytest.mark.parametrize(
    ("text", "most", "told"),
    [
        ("Renew  it\nsoon", 20, "Renew it soon"),
        ("Renew it soon", 13, "Renew it soon"),
        ("Renew it soon", 9, "Renew it…"),
        ("Renew it soon", 12, "Renew it…"),
        ("Renew DE-5551-7777-9999", 16, "Renew DE-5551-7…"),
        (
            "Renew in \U0001f1e9\U0001f1ea \U0001f1eb\U0001f1f7",
            13,
            "Renew in \U0001f1e9\U0001f1ea…",
        ),
    ],
)
def test_what_is_longer_than_its_room_is_cut_behind_a_word(text: str, most: int, told: str) -> None:
    assert words.short(text, most) == told


def test_what_is_written_from_right_to_left_does_not_turn_around_what_stands_beside_it() -> None:
    told = f"{words.short('ישן', 9)} → {words.short('חדש', 9)}"
    assert told == "\u2068ישן\u2069 → \u2068חדש\u2069"
