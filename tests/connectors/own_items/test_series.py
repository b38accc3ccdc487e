"""One time of what repeats, and all that follow it: what lies before stays as it was."""

from datetime import date

import pytest

from connectors.own_items import series
from connectors.own_items.entries import entries_of
from connectors.own_items.records import Window, records_of
from connectors.own_items.settings import OwnItemsConfig

TODAY = date(2026, 3, 20)
SINCE = date(2026, 2, 17)
QBR = "# ours\n- title: QBR\n  repeats: 5 working days before quarter end\n"
FORECAST = "- title: Forecast\n  date: 2026-01-31\n  repeats: every month\n"


def days(text: str, today: date = TODAY) -> dict[str, str]:
    config = OwnItemsConfig(entries=text)
    return {
        record.external_id: f"{record.due.on}"  # type: ignore[union-attr]  # they all have one
        for entry in config.all
        for record in records_of(entry, config, Window.around(today), today)
    }


def following(text: str, item: str, today: date = TODAY, **typed: str) -> str:
    config = OwnItemsConfig(entries=text)
    on = date.fromisoformat(days(text, today)[item])
    place = series.place_of(config, item, on)
    assert place
    since = Window.around(today).first
    return series.following(text, place, {"title": "x", **typed}, config, since=since)


def test_another_rule_moves_what_follows_and_nothing_before() -> None:
    today = date(2026, 4, 2)  # the review of the first quarter was a week ago
    before = days(QBR, today)

    text = following(QBR, "qbr/2026-Q2", today, title="QBR", repeats="5 days after quarter end")

    after = days(text, today)
    assert after["qbr/2026-Q1"] == before["qbr/2026-Q1"] == "2026-03-24"
    assert after["qbr/2026-Q2"] == "2026-07-05"
    assert after.keys() == before.keys()
    assert text.startswith("# ours\n")


def test_an_earlier_rule_keeps_the_period_that_it_begins_with() -> None:
    text = following(QBR, "qbr/2026-Q2", title="QBR", repeats="60 days before quarter end")

    after = days(text)
    assert after["qbr/2026-Q1"] == "2026-03-24"
    assert after["qbr/2026-Q2"] == "2026-05-01"


def test_where_nothing_lies_before_the_entry_is_changed_in_its_place() -> None:
    text = following(QBR, "qbr/2026-Q1", title="Review", repeats="10 days after quarter end")

    (entry,) = entries_of(text)
    assert (entry.id, entry.title, f"{entry.since}") == ("qbr", "Review", "2026-04-10")
    # Nor does the quarter before come back, whose new day would lie in the last month.
    assert "qbr/2025-Q4" not in days(text, date(2026, 1, 20))


def test_the_31st_comes_back_after_a_change() -> None:
    assert days(FORECAST)["forecast/2026-02"] == "2026-02-28"

    text = following(
        FORECAST, "forecast/2026-04", date="2026-04-30", repeats="every month", note="new"
    )

    after = days(text)
    assert (after["forecast/2026-03"], after["forecast/2026-05"]) == ("2026-03-31", "2026-05-31")
    assert [entry.note for entry in entries_of(text)] == [None, "new"]


def test_another_day_or_rhythm_counts_from_the_one_typed() -> None:
    day = following(FORECAST, "forecast/2026-04", date="2026-04-12", repeats="every month")
    assert days(day)["forecast/2026-05"] == "2026-05-12"

    rhythm = following(FORECAST, "forecast/2026-04", date="2026-04-30", repeats="every quarter")
    assert [key for key in days(rhythm) if key >= "forecast/2026-04"][:2] == [
        "forecast/2026-04",
        "forecast/2026-07",
    ]


def test_a_second_change_goes_on_from_the_first() -> None:
    once = following(QBR, "qbr/2026-Q2", title="QBR", repeats="quarter end")
    twice = following(once, "qbr/2026-Q4", title="Review", repeats="quarter start")

    assert days(twice) == days(QBR) | {
        "qbr/2026-Q2": "2026-06-30",
        "qbr/2026-Q3": "2026-09-30",
        "qbr/2026-Q4": "2026-10-01",
        "qbr/2027-Q1": "2027-01-01",
        "qbr/2027-Q2": "2027-04-01",
    }
    assert len({entry.id for entry in entries_of(twice)}) == 3


def test_a_number_that_was_reached_survives_another_rule() -> None:
    text = (
        "- title: Sales\n  kind: goal\n  repeats: quarter end\n  target: 9\n"
        "  only: {2026-Q2: {actual: 4, title: Old}}\n"
    )

    changed = entries_of(following(text, "sales/2026-Q2", kind="goal", repeats="quarter end"))[-1]

    assert (changed.only["2026-Q2"].actual, changed.only["2026-Q2"].title) == (4, None)


@pytest.mark.parametrize(
    ("text", "item", "left"),
    [
        (QBR, "qbr/2026-Q2", {"qbr/2026-Q1"}),
        (FORECAST, "forecast/2026-04", {"forecast/2026-02", "forecast/2026-03"}),
        ("- title: a\n  date: 2026-03-31\n  repeats: every week", "a/2026-03-31", set()),
    ],
)
def test_a_rhythm_is_stopped(text: str, item: str, left: set[str]) -> None:
    place = series.place_of(
        OwnItemsConfig(entries=text), item, date.fromisoformat(days(text)[item])
    )
    assert place

    assert set(days(series.stopped(text, place))) == left


def test_one_time_is_changed_and_left_out_alone() -> None:
    config = OwnItemsConfig(entries=QBR)
    place = series.place_of(config, "qbr/2026-Q2", date(2026, 6, 23))
    assert place

    moved = series.changed_once(QBR, place, {"date": "2026-06-02", "note": "in Oslo"})
    assert days(moved) == days(QBR) | {"qbr/2026-Q2": "2026-06-02"}
    again = series.place_of(OwnItemsConfig(entries=moved), "qbr/2026-Q2", date(2026, 6, 2))
    assert again
    assert again.on == date(2026, 6, 23)
    skipped = series.skipped(moved, again)
    assert days(skipped).keys() == days(QBR).keys() - {"qbr/2026-Q2"}
    assert "skip" in skipped


def test_what_nobody_entered_has_no_place() -> None:
    assert series.place_of(OwnItemsConfig(entries=QBR), "other/2026-Q1", None) is None
