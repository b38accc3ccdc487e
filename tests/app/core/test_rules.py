"""Which rule decides where several fit, and how that is explained."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from app.core.rules import ORDER, Rule, Traits, decider, in_order, why

MADE = datetime(2026, 11, 1, tzinfo=UTC)
RENEWAL: Traits = ("Titanium", "Dell", "renewal", "deadline")
REPORT: Traits = ("Titanium", "Dell", None, "reporting")


def rule(number: int = 1, *, days: int = 0, **asks: Any) -> Rule:
    return Rule(id=number, owner_id=number, created_at=MADE + timedelta(days=days), **asks)


def test_a_program_comes_before_a_vendor_and_a_vendor_before_a_category() -> None:
    by_program = rule(1, program="Titanium", days=9)
    by_both = rule(2, vendor="Dell", category="renewal", days=5)
    by_vendor = rule(3, vendor="Dell", days=3)
    by_category = rule(4, category="renewal", days=1)
    rest = rule(5)
    rules = [by_program, by_both, by_vendor, by_category, rest]

    for mixed in permutations(rules):
        assert list(in_order(mixed)) == rules
    for number, first in enumerate(rules):
        assert decider(rules[number:])(RENEWAL) is first


def test_of_two_that_ask_for_the_same_the_older_decides() -> None:
    newer, older = rule(1, vendor="Dell", days=2), rule(2, vendor="DELL ", days=1)

    assert decider([newer, older])(RENEWAL) is older
    assert decider([rule(8, vendor="Dell"), rule(7, vendor="dell")])(RENEWAL).id == 7


@pytest.mark.parametrize(
    "written",
    ["Internationale  Gesellschaft für Programme", " internationale gesellschaft FUR programme"],
)
def test_accents_capitals_and_spaces_make_no_other_vendor(written: str) -> None:
    traits: Traits = (None, "Internationale Gesellschaft für Programme", None, "deadline")

    assert rule(vendor=written).fits(traits)
    assert not rule(vendor="Gesellschaft").fits(traits)


def test_what_a_rule_leaves_empty_it_does_not_ask_for() -> None:
    nothing = rule(vendor=" ", program="", category=None)

    assert nothing.fits(RENEWAL)
    assert nothing.fits((None, None, None, "notice"))
    assert nothing.words == "everything else"


def test_a_kind_is_asked_for_as_a_category_is() -> None:
    assert rule(category="reporting").fits(REPORT)
    assert not rule(category="reporting").fits(RENEWAL)
    assert rule(category="deadline").fits(RENEWAL)


def test_where_none_fits_nobody_is_chosen() -> None:
    decide = decider([rule(vendor="Cisco"), rule(2, program="Gold", vendor="Dell")])

    assert [decide(traits) for traits in (RENEWAL, REPORT, RENEWAL)] == [None, None, None]


def test_a_rule_says_what_it_asks_for() -> None:
    assert rule(vendor="Dell", program="Titanium").words == "program Titanium and vendor Dell"
    assert rule(category="renewal").words == "category renewal"


@pytest.mark.parametrize(
    ("asks", "others", "says"),
    [
        ({"program": "T"}, {"vendor": "D", "category": "c"}, "a program comes before a vendor"),
        ({"vendor": "D"}, {"category": "c"}, "a vendor comes before a category"),
        ({"vendor": "D", "category": "c"}, {"vendor": "D"}, "it names the category, too"),
        ({"category": "c"}, {}, "it names the category"),
        ({"vendor": "D"}, {"vendor": "d"}, "it is the older of the two"),
    ],
)
def test_it_is_told_why_one_decides_before_another(
    asks: dict[str, str], others: dict[str, str], says: str
) -> None:
    first, second = rule(1, **asks), rule(2, **others)

    assert in_order([second, first])[0] is first
    assert why(first, second) == says


def test_more_conditions_come_before_fewer_of_the_same() -> None:
    every = [
        rule(number, **{name: "x" for bit, name in enumerate(ORDER) if number >> bit & 1})
        for number in range(8)
    ]
    place = {one.id: place for place, one in enumerate(in_order(every))}

    for one in every:
        for other in every:
            if one.id != other.id and one.id & other.id == other.id:
                assert place[one.id] < place[other.id]
