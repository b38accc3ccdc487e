"""Dates in prose are found where they are certain, in both readings where they are not."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.candidates import LONGEST_SENTENCE, MOST, Candidate, candidates

TOLD = date(2026, 11, 22)


def found(text: str, told_on: date = TOLD) -> list[Candidate]:
    return list(candidates(text, told_on=told_on))


def days(text: str, told_on: date = TOLD) -> list[str]:
    return [str(one.on) for one in found(text, told_on)]


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-30",
        "30 November 2026",
        "30 Nov 2026",
        "30-Nov-2026",
        "30th of November, 2026",
        "November 30, 2026",
        "Nov. 30th, 2026",
        "NOVEMBER 30 2026",
        "30.11.2026",
        "30/11/2026",
        "11/30/2026",
    ],
)
def test_a_date_is_read_in_every_certain_form(written: str) -> None:
    (one,) = found(f"Dear partner. Submit all claims by {written}. Thank you.")

    assert (one.on, one.or_on, one.note) == (date(2026, 11, 30), None, "")
    assert one.raw == written
    assert one.sentence == f"Submit all claims by {written}."


class TestOrder:
    def test_what_nothing_settles_is_given_both_ways(self) -> None:
        (one,) = found("Claim by 06/07/2027.")

        assert (one.on, one.or_on) == (date(2027, 6, 7), date(2027, 7, 6))
        assert one.note

    def test_another_date_of_the_text_settles_it_and_that_is_said(self) -> None:
        month_first = found("Claim by 06/07/2027. The event is on 12/24/2026.")

        assert [(one.on, one.or_on) for one in month_first] == [
            (date(2027, 6, 7), None),
            (date(2026, 12, 24), None),
        ]
        assert "another date" in month_first[0].note

    def test_dates_that_contradict_each_other_settle_nothing(self) -> None:
        found_ = found("By 06/07/2027, or 12/24/2026, or 24/12/2026.")

        assert found_[0].or_on == date(2027, 7, 6)

    def test_the_same_day_and_month_has_one_reading(self) -> None:
        (one,) = found("Claim by 05/05/2027.")

        assert (one.on, one.or_on) == (date(2027, 5, 5), None)


class TestWithoutYear:
    def test_the_next_one_is_taken_and_said(self) -> None:
        (one,) = found("The portal closes on 15 January at noon.")

        assert one.on == date(2027, 1, 15)
        assert "no year" in one.note

    def test_what_may_as_well_be_past_is_not_taken(self) -> None:
        assert days("As announced on 1 November, prices rise.") == []

    def test_a_leap_day_is_never_moved(self) -> None:
        assert days("Closes 29 February.", date(2026, 12, 1)) == []
        assert days("Closes 29 February.", date(2027, 12, 1)) == ["2028-02-29"]


@pytest.mark.parametrize(
    "text",
    [
        "Valid since 1 January 2026.",
        "Version 2026-11-30.4 of the guide, build 12.2026-11-30",
        "See https://vendor.example/2026-11-30/claims",
        "Call 030 11 2026 or room 12/11",
        "It is due on 31 November 2026 or 2026-13-40.",
        "Sent: 30 November 2026",
        "On 30 November 2026, Rin Vendor wrote:",
        "© 2026 Vendor, 30 November 2026",
        "We may 5 or 6 of you invite; march 2 by 2.",
        "By 30 November 2096.",
    ],
)
def test_what_is_no_date_to_come_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("USD 12,500.00", (Decimal("12500.00"), "USD")),
        ("$12,500", (Decimal(12500), None)),
        ("US$ 1,250,000", (Decimal(1250000), "USD")),
        ("12.500,00 EUR", (Decimal("12500.00"), "EUR")),
        ("€ 500", (Decimal(500), "EUR")),
        ("500€", (Decimal(500), "EUR")),
        ("CHF 1'200", (Decimal(1200), "CHF")),
        ("$40,000 or $50,000", (None, None)),
        ("12,500 points", (None, None)),
        ("40 %", (None, None)),
    ],
)
def test_the_only_amount_beside_a_date_goes_with_it(
    said: str, amount: tuple[Decimal | None, str | None]
) -> None:
    (one,) = found(f"Claim {said} by 30 November 2026.")

    assert (one.amount, one.currency) == amount


def test_a_date_is_proposed_once_with_its_first_sentence() -> None:
    (one,) = found("Claims close 30 Nov. 2026. Remember: 2026-11-30 is the day.")

    assert one.sentence == "Claims close 30 Nov. 2026."


def test_of_a_sentence_without_end_what_stands_around_the_date_is_quoted() -> None:
    (one,) = found(f"{'word ' * 300} by 30 November 2026 {'word ' * 300}")

    assert len(one.sentence) <= LONGEST_SENTENCE
    assert "30 November 2026" in one.sentence


def test_a_calendar_in_a_mail_proposes_only_so_many() -> None:
    text = "\n".join(f"Day {n}: {n % 28 + 1} January {2027 + n // 28}" for n in range(60))

    assert len(found(text)) == MOST


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=300), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_no_text_breaks_it_and_nothing_past_is_proposed(text: str, told_on: date) -> None:
    assert all(one.on >= told_on and one.sentence for one in found(text, told_on))


@given(st.dates(TOLD, date(2030, 12, 31)))
def test_a_date_in_is_the_date_out(day: date) -> None:
    assert days(f"Due {day.isoformat()}.") == [str(day)]
    assert days(f"Due {day.day} {day:%B} {day.year}.") == [str(day)]
