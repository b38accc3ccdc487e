"""When something is due, as people say it, over month ends, leap days and fiscal years."""

from datetime import date
from itertools import pairwise

import pytest

from connectors.sdk.due_rules import BadRule, parse
from connectors.sdk.fiscal import FiscalYear, Span, add_months, month_of, year_of

CALENDAR, DELL, MICROSOFT = (FiscalYear(first_month=n) for n in (1, 2, 7))
FRIDAYS, SATURDAYS = map(year_of, ("Friday nearest 31 January", "last Saturday of July"))


@pytest.mark.parametrize(
    ("year", "span", "day", "names", "days"),
    [
        (CALENDAR, Span.QUARTER, "2026-03-31", "2026-Q1 Q1 2026", "2026-01-01 2026-03-31"),
        (CALENDAR, Span.YEAR, "2024-02-29", "2024 2024", "2024-01-01 2024-12-31"),
        (CALENDAR, Span.MONTH, "2024-02-29", "2024-02 February 2024", "2024-02-01 2024-02-29"),
        (DELL, Span.QUARTER, "2026-01-31", "2026-Q4 Q4 FY2026", "2025-11-01 2026-01-31"),
        (DELL, Span.QUARTER, "2026-02-01", "2027-Q1 Q1 FY2027", "2026-02-01 2026-04-30"),
        (DELL, Span.YEAR, "2021-02-01", "2022 FY2022", "2021-02-01 2022-01-31"),
        (MICROSOFT, Span.HALF, "2025-12-31", "2026-H1 H1 FY2026", "2025-07-01 2025-12-31"),
        (MICROSOFT, Span.HALF, "2026-01-01", "2026-H2 H2 FY2026", "2026-01-01 2026-06-30"),
        (MICROSOFT, Span.MONTH, "2025-07-04", "2025-07 July 2025", "2025-07-01 2025-07-31"),
    ],
)
def test_a_day_lies_in_a_period_of_the_vendors_calendar(
    year: FiscalYear, span: Span, day: str, names: str, days: str
) -> None:
    found = year.period(span, date.fromisoformat(day))

    assert f"{found.key} {found.label}" == names
    assert f"{found.first} {found.last}" == days


YEARS = [
    *(FiscalYear(first_month=month) for month in range(1, 13)),
    *(FRIDAYS, SATURDAYS, year_of("Sunday nearest 31 December, 5-4-4, extra week in Q1")),
]


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("span", Span)
def test_periods_leave_no_day_out_and_share_none(year: FiscalYear, span: Span) -> None:
    found = list(year.periods(span, date(2023, 5, 5), date(2028, 5, 5)))

    assert all((b.first - a.last).days == 1 for a, b in pairwise(found))
    assert len({period.key for period in found}) == len(found)
    assert [period.key for period in found] == sorted(period.key for period in found)


@pytest.mark.parametrize(
    ("year", "span", "day", "names", "days"),
    [  # the periods of Dell's quarterly reports, and of Cisco's incentive periods 27, 30 and 32
        (FRIDAYS, Span.YEAR, "2021-01-30", "2022 FY2022", "2021-01-30 2022-01-28"),
        (FRIDAYS, Span.YEAR, "2023-02-03", "2023 FY2023", "2022-01-29 2023-02-03"),
        (FRIDAYS, Span.YEAR, "2024-02-02", "2024 FY2024", "2023-02-04 2024-02-02"),
        (FRIDAYS, Span.QUARTER, "2020-05-01", "2021-Q1 Q1 FY2021", "2020-02-01 2020-05-01"),
        (FRIDAYS, Span.QUARTER, "2022-04-29", "2023-Q1 Q1 FY2023", "2022-01-29 2022-04-29"),
        (FRIDAYS, Span.QUARTER, "2023-02-03", "2023-Q4 Q4 FY2023", "2022-10-29 2023-02-03"),
        (FRIDAYS, Span.QUARTER, "2023-08-05", "2024-Q3 Q3 FY2024", "2023-08-05 2023-11-03"),
        (SATURDAYS, Span.HALF, "2016-07-30", "2016-H2 H2 FY2016", "2016-01-24 2016-07-30"),
        (SATURDAYS, Span.HALF, "2017-07-30", "2018-H1 H1 FY2018", "2017-07-30 2018-01-27"),
        (SATURDAYS, Span.HALF, "2019-01-26", "2019-H1 H1 FY2019", "2018-07-29 2019-01-26"),
        (SATURDAYS, Span.MONTH, "2018-07-29", "2018-08 August 2018", "2018-07-29 2018-08-25"),
        (SATURDAYS, Span.MONTH, "2019-01-26", "2019-01 January 2019", "2018-12-23 2019-01-26"),
    ],
)
def test_a_year_of_whole_weeks_has_the_periods_that_its_vendor_reports(
    year: FiscalYear, span: Span, day: str, names: str, days: str
) -> None:
    test_a_day_lies_in_a_period_of_the_vendors_calendar(year, span, day, names, days)


def test_the_extra_week_and_the_months_weeks_are_where_one_says() -> None:
    year = year_of("last Saturday of July, 4-5-4, extra week in Q3")

    third = year.period(Span.QUARTER, date(2016, 3, 1))
    assert f"{third.first} {third.last}" == "2016-01-24 2016-04-30"
    february = year.period(Span.MONTH, date(2016, 2, 29))
    assert (february.label, f"{february.first}") == ("March 2016", "2016-02-21")


@pytest.mark.parametrize(
    "text",
    [
        *("soon", "last day of July", "last Friday of", "Friday nearest 15 January"),
        *("Friday nearest 30 January", "last Friday of July, 5-5-5", "13"),
    ],
)
def test_a_fiscal_year_that_nobody_has_is_refused_with_what_can_be_written(text: str) -> None:
    with pytest.raises(ValueError, match="is no fiscal year: write its first month"):
        year_of(text)


@pytest.mark.parametrize(
    "text",
    ["february", "Feb", "2", "the last Sunday in June", "saturday closest to the end of feb"],
)
def test_a_fiscal_year_is_read_as_people_write_it(text: str) -> None:
    found = year_of(text)

    assert (found.weeks is None) == (found.first_month == 2)


@pytest.mark.parametrize(
    ("rule", "year", "day", "due"),
    [
        ("30 days after quarter end", FRIDAYS, "2022-03-01", "2022-05-29"),
        ("5 working days before quarter end", SATURDAYS, "2026-11-22", "2027-01-18"),
        ("last working day of month", FRIDAYS, "2022-02-01", "2022-02-25"),
        ("30 days after quarter end", CALENDAR, "2026-02-10", "2026-04-30"),
        ("30 days after quarter end", DELL, "2026-02-10", "2026-05-30"),
        ("30 days after the fiscal quarter end", DELL, "2025-11-30", "2026-03-02"),
        ("45 days after half-year end", MICROSOFT, "2025-12-31", "2026-02-14"),
        ("45 days after half year end", MICROSOFT, "2026-01-01", "2026-08-14"),
        ("1 day after month end", CALENDAR, "2024-02-01", "2024-03-01"),
        ("1 day before month end", CALENDAR, "2024-02-01", "2024-02-28"),
        ("5 working days before quarter end", CALENDAR, "2026-05-05", "2026-06-23"),
        ("1 working day before month end", CALENDAR, "2026-05-05", "2026-05-29"),
        ("3 business days after month end", CALENDAR, "2026-04-10", "2026-05-05"),
        ("10 WORKING DAYS  before Year Start", DELL, "2026-06-01", "2026-01-19"),
        ("2 weeks before year end", MICROSOFT, "2026-06-30", "2026-06-16"),
        ("1 month after quarter end", CALENDAR, "2026-12-31", "2027-01-31"),
        ("1 month after quarter end", CALENDAR, "2026-06-30", "2026-07-30"),
        ("1 month before month end", CALENDAR, "2024-03-31", "2024-02-29"),
        ("quarter end", MICROSOFT, "2026-08-01", "2026-09-30"),
        ("year start", DELL, "2026-01-31", "2025-02-01"),
        ("last working day of month", CALENDAR, "2026-05-01", "2026-05-29"),
        ("last day of month", CALENDAR, "2023-02-01", "2023-02-28"),
        ("first working day of quarter", CALENDAR, "2022-02-02", "2022-01-03"),
        ("first day of half-year", MICROSOFT, "2026-06-30", "2026-01-01"),
        ("day 15 of month", CALENDAR, "2026-02-01", "2026-02-15"),
        ("day 31 of month", CALENDAR, "2026-02-01", "2026-02-28"),
        ("working day 5 of month", CALENDAR, "2026-03-30", "2026-03-06"),
        ("working day 23 of month", CALENDAR, "2026-02-01", "2026-02-27"),
    ],
)
def test_a_rule_gives_a_day_for_each_period(
    rule: str, year: FiscalYear, day: str, due: str
) -> None:
    found = parse(rule)

    assert f"{found.due(year.period(found.span, date.fromisoformat(day)))}" == due


def test_holidays_are_no_working_days() -> None:
    rule = parse("2 working days before year end")
    period = CALENDAR.period(Span.YEAR, date(2026, 5, 5))

    assert rule.due(period) == date(2026, 12, 29)
    assert rule.due(period, {date(2026, 12, 30), date(2026, 12, 25)}) == date(2026, 12, 28)


def test_days_between_two_dates_come_with_the_period_that_they_are_about() -> None:
    found = parse("45 days after half-year end").between(
        date(2026, 1, 1), date(2027, 2, 14), MICROSOFT
    )

    assert [(f"{day}", period.label) for day, period in found] == [
        ("2026-02-14", "H1 FY2026"),
        ("2026-08-14", "H2 FY2026"),
        ("2027-02-14", "H1 FY2027"),
    ]


@pytest.mark.parametrize("text", ["400 days after month end", "13 months before year start"])
def test_the_farthest_rule_is_found_from_any_day(text: str) -> None:
    rule = parse(text)
    found = list(rule.between(date(2026, 1, 1), date(2029, 12, 31), CALENDAR))

    assert len(found) == (48 if rule.span is Span.MONTH else 4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not a rule"),
        ("soon", "“30 days after quarter end”"),
        ("30 days since quarter end", "is not a rule"),
        ("0 days after month end", "from 1 to 400 days"),
        ("900 days after month end", "from 1 to 400 days"),
        ("300 working days after month end", "from 1 to 260 working days"),
        ("day 32 of month", "has days from 1 to 31"),
        ("working day 24 of month", "has days from 1 to 23"),
        ("last tuesday of month", "is not a rule"),
    ],
)
def test_what_is_no_rule_is_told_what_is(text: str, said: str) -> None:
    with pytest.raises(BadRule, match=said):
        parse(text)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-12-31", -1, "2026-11-30"),
        ("2026-01-15", -13, "2024-12-15"),
    ],
)
def test_months_end_where_they_end(day: str, months: int, then: str) -> None:
    assert f"{add_months(date.fromisoformat(day), months)}" == then


@pytest.mark.parametrize("text", ["February", "feb", " FEBRUARY ", "2", "02"])
def test_a_month_is_known_by_name_or_number(text: str) -> None:
    assert month_of(text) == 2


@pytest.mark.parametrize("text", ["", "13", "0", "Febtober"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month"):
        month_of(text)
