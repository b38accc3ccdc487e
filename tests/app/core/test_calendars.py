"""Months as a calendar shows them, and fiscal quarters over them."""

from datetime import date, timedelta

import pytest

from app.core.calendars import bands, day_of, ends_on, month_of
from app.core.fiscal_facts import KNOWN, Known
from connectors.sdk.fiscal import year_of

TODAY = date(2026, 11, 22)
CISCO = ("Cisco", year_of("last Saturday of July"))
MICROSOFT = ("Microsoft", year_of("July"))
AWS = ("AWS", year_of("January"))


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-11-01", "nonsense", "２０２６-11"])
def test_what_is_no_month_is_todays(text: str) -> None:
    assert month_of(text, TODAY).key == "2026-11"


def test_weeks_begin_on_monday_and_are_whole() -> None:
    month = month_of("2026-11", TODAY)

    assert month.weeks[0] == tuple(date(2026, 10, 26) + timedelta(days=day) for day in range(7))
    assert month.weeks[-1][-1] == date(2026, 12, 6)
    assert len(list(month.days)) == 30
    assert [len(month_of(key, TODAY).weeks) for key in ("2027-02", "2027-05")] == [4, 6]


def test_one_can_turn_over_the_year_and_not_off_the_calendar() -> None:
    assert (month_of("2026-12", TODAY).after, month_of("2027-01", TODAY).before) == (
        "2027-01",
        "2026-12",
    )
    assert month_of("1999-01", TODAY).before is None
    assert month_of("9999-12", TODAY).after is None
    assert (day_of("9999-12-31"), day_of("x"), day_of("2026-02-30")) == (None, None, None)


def test_a_quarter_of_weeks_ends_within_a_month_and_the_next_begins() -> None:
    (band,) = bands([CISCO], month_of("2027-01", TODAY))

    assert [(one.name, one.begin, one.days, one.last) for one in band.quarters] == [
        ("FY27 Q2", 0, 23, date(2027, 1, 23)),
        ("FY27 Q3", 23, 8, date(2027, 4, 24)),
    ]
    assert [one.ends_here for one in band.quarters] == [True, False]


def test_whose_quarter_ends_first_stands_first() -> None:
    found = bands([AWS, CISCO, MICROSOFT], month_of("2027-01", TODAY))

    assert [band.vendor for band in found] == ["Cisco", "AWS", "Microsoft"]
    assert found[1].quarters[0].name == "FY27 Q1"


def test_each_quarter_ends_on_its_day_and_only_there() -> None:
    found = ends_on([AWS, MICROSOFT, CISCO], date(2026, 12, 28), date(2027, 1, 31))

    assert found == {
        date(2026, 12, 31): ("AWS FY26 Q4", "Microsoft FY27 Q2"),
        date(2027, 1, 23): ("Cisco FY27 Q2",),
    }


def test_what_vendors_published_says_where() -> None:
    assert all(one.url.startswith("https://www.sec.gov/") for one in KNOWN)


REPORTED = {
    "AWS": (date(2019, 12, 31), date(2017, 12, 31)),
    "Cisco": (
        *(date(2011, 7, 30), date(2012, 7, 28), date(2013, 7, 27), date(2014, 7, 26)),
        date(2021, 5, 1),  # the end of a quarter of 14 weeks
    ),
    "Dell": (
        *(date(2020, 1, 31), date(2021, 1, 29), date(2022, 1, 28), date(2024, 2, 2)),
        *(date(2022, 10, 28), date(2023, 2, 3)),  # the last quarter of 2023 had 14 weeks
    ),
    "Fortinet": (date(2019, 12, 31),),
    "Google Cloud": (date(2020, 12, 31),),
    "HPE": (date(2023, 10, 31), date(2024, 10, 31), date(2023, 4, 30)),
    "Microsoft": (date(2013, 6, 30), date(2015, 6, 30)),
    "NetApp": (
        *(date(2018, 4, 27), date(2019, 4, 26), date(2020, 4, 24), date(2021, 4, 30)),
        *(date(2020, 7, 31), date(2020, 10, 30)),  # the first quarter of 2021 had 14 weeks
    ),
    "Palo Alto Networks": (date(2023, 7, 31), date(2020, 4, 30)),
    "Salesforce": (date(2018, 1, 31), date(2023, 1, 31)),
}
"""Days on which a quarter ended, by the first pages of the companies' reports to the SEC."""


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.vendor)
def test_what_is_offered_ends_quarters_when_the_company_reported_that_they_ended(
    known: Known,
) -> None:
    years = [(known.vendor, year_of(known.text))]

    for day in REPORTED[known.vendor]:
        week = timedelta(days=7)
        assert list(ends_on(years, day - week, day + week)) == [day]


def test_this_years_extra_week_lies_where_the_last_such_year_had_it() -> None:
    years = [(one.vendor, year_of(one.text)) for one in KNOWN]

    found = ends_on(years, date(2026, 10, 1), date(2027, 5, 1))
    assert found[date(2026, 10, 30)] == ("Dell FY27 Q3", "NetApp FY27 Q2")
    assert found[date(2027, 5, 1)] == ("Cisco FY27 Q3",)
