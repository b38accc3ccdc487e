"""Whether two are about one matter: suggested with a reason, the same whichever is asked first."""

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.matters import Told, clues, references, same_matter, stands, suggestions, twins, words

DAY = date(2026, 12, 4)
TOLD = date(2026, 11, 20)
ONE_WORD, NO_DAY = "mdf mdf mdf", frozenset[date]()


def told(id_: int = 1, title: str = "MDF claims for Q3 close soon", **more: Any) -> Told:
    fields: dict[str, Any] = {
        "source": "1 partners.fortinet.example",
        "told_on": TOLD,
        "vendor": "Fortinet",
        "program": "Engage",
        "days": frozenset([DAY]),
        **more,
    }
    naming = fields.pop("naming", "")
    return Told(id=id_, title=title, named=frozenset(words(f"{title} {naming}")), **fields)


def passed_on(title: str = "FW: Fortinet: MDF claims for Q3 close soon", **more: object) -> Told:
    given: dict[str, object] = {
        "source": "1 ingrammicro.example",
        "vendor": "Ingram Micro",
        "program": None,
        **more,
    }
    return told(2, title, **given)


class TestTwins:
    def test_the_vendors_notice_and_the_distributors_are_suggested_with_the_reason(self) -> None:
        reason = "Both name 4 December 2026, and their titles are nearly the same."

        assert twins(told(), passed_on()) == reason

    @pytest.mark.parametrize(
        "title",
        [
            "MDF claims for Q3 close soon",
            "WG: [EXTERN] MDF Claims for Q3 close soon",
            "Reminder: MDF claims for Q3 close soon!",
            "TR: RE: Fortinet Engage – MDF claim for Q3 close soon",
        ],
    )
    def test_what_mail_programs_and_senders_put_around_a_title_does_not_matter(
        self, title: str
    ) -> None:
        assert twins(told(), passed_on(title, naming="Fortinet"))

    def test_a_shared_number_does_for_a_title(self) -> None:
        ref = frozenset(["QUO-88121"])
        other = passed_on("Your offer, Fortinet", references=ref)

        assert (
            twins(told(references=ref), other)
            == "Both name 4 December 2026, and both name QUO-88121."
        )

    def test_near_in_time_a_title_is_enough_where_a_date_is_missing(self) -> None:
        silent = passed_on(days=frozenset())
        assert twins(told(), silent) == "Their titles are nearly the same; only one names a date."
        assert not twins(told(), passed_on(days=frozenset(), told_on=TOLD - timedelta(days=31)))

    def test_different_dates_near_in_time_are_told_as_what_they_are(self) -> None:
        moved = passed_on(days=frozenset([DAY + timedelta(days=9)]))

        assert twins(told(), moved).startswith("They name different dates")

    @pytest.mark.parametrize(
        "other",
        [
            passed_on("MDF claims for Q3 close soon", vendor="Cisco"),
            passed_on("Partner day in Lisbon, with Fortinet"),
            passed_on("FW: Fortinet: MDF claims for Q4 close soon"),
            passed_on(source="1 partners.fortinet.example"),
            passed_on(vendor="Fortinet", program="Xperts"),
            passed_on(days=frozenset([DAY + timedelta(days=31)]), told_on=TOLD - timedelta(days=9)),
            passed_on(told_on=TOLD - timedelta(days=46)),
            passed_on("Fortinet news"),
        ],
        ids=[
            "of another vendor, who is not named",
            "another title",
            "another quarter",
            "the same sender's own series",
            "another program",
            "the next month's",
            "long before",
            "a title that says nothing",
        ],
    )
    def test_what_is_not_surely_the_same_is_not_suggested(self, other: Told) -> None:
        assert twins(told(), other) == ""

    def test_what_was_not_passed_on_stands_for_both(self) -> None:
        first, second = told(9), passed_on()

        assert stands(first, second) == stands(second, first) == first


class TestKnown:
    known = told(7, known=True)

    def test_the_same_subject_of_the_same_program(self) -> None:
        mail = told(8, "RE: MDF claims for Q3 close soon")

        assert same_matter(mail, self.known) == "It has the same subject, for the same program."

    def test_what_was_told_before_or_long_after_is_no_news_of_it(self) -> None:
        before = TOLD - timedelta(days=1)
        other = frozenset([DAY + timedelta(days=5)])
        assert not same_matter(told(8, told_on=before, days=other), self.known)
        assert same_matter(told(8, told_on=before), self.known), "it names the known date"
        assert not same_matter(told(8, told_on=DAY + timedelta(days=15)), self.known)

    def test_a_subject_of_two_words_says_too_little(self) -> None:
        assert not same_matter(told(8, "Partner news"), told(7, "Partner news", known=True))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Quote QUO-88121 and renewal 4419005.", {"QUO-88121", "4419005"}),
        ("Deal registration DR-2026-00123 lapses.", {"DR-2026-00123"}),
        ("Auftrag Nr. 1234567, Angebot AN123456", {"1234567", "AN123456"}),
        ("ISO-27001, FY2027, 30 November 2026, USD 12,500.00, +49 30 12345678", set()),
        ("See https://vendor.example/QUO-88121 and file_QUO-88122.pdf", set()),
    ],
)
def test_the_numbers_that_people_quote_are_found(text: str, found: set[str]) -> None:
    assert references(text) == found


def tellings(count: int = 12) -> st.SearchStrategy[list[Told]]:
    title = st.lists(
        st.sampled_from(["mdf", "claims", "q3", "close", "soon", "partner", "day"]),
        max_size=6,
    )
    one = st.builds(
        lambda title, source, days, vendor, ahead: {
            "title": " ".join(title),
            "source": source,
            "days": frozenset(DAY + timedelta(days=day) for day in days),
            "vendor": vendor,
            "told_on": TOLD + timedelta(days=ahead),
            "naming": "Fortinet Cisco",
        },
        title,
        st.sampled_from(["a", "b", "c"]),
        st.sets(st.integers(0, 3), max_size=2),
        st.sampled_from(["Fortinet", "Cisco", None]),
        st.integers(0, 50),
    )
    return st.lists(one, max_size=count).map(
        lambda made: [told(number, **fields) for number, fields in enumerate(made)]
    )


@settings(max_examples=150, deadline=None)
@given(tellings())
def test_it_is_the_same_from_both_sides_and_in_every_order(listed: list[Told]) -> None:
    for a, b in combinations(listed, 2):
        assert twins(a, b) == twins(b, a)
        assert stands(a, b) == stands(b, a)
    assert list(suggestions(listed, [])) == list(suggestions(listed[::-1], listed))


@settings(max_examples=150, deadline=None)
@given(tellings())
@example([told(id_, ONE_WORD, days=NO_DAY, source=f"{id_}") for id_ in (1, 2)])
def test_no_two_that_are_alike_are_missed_for_want_of_a_clue(listed: list[Told]) -> None:
    found = {(a, b) for a, b, _ in suggestions(listed, [], most=99)}

    alike = {(a.id, b.id) for a, b in combinations(listed, 2) if twins(a, b)}
    assert found == alike


def test_of_three_thousand_alike_each_is_compared_with_a_few() -> None:
    listed = [
        told(n, "Line card offers of the week", source=f"{n % 3}", vendor=None)
        for n in range(3_000)
    ]

    assert sum(1 for _ in suggestions(listed, [])) <= len(listed) * 2 * 8
    assert all(len(clues(one)) < 30 for one in listed)
