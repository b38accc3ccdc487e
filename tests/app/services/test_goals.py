"""Goals: the page, the badge beside the navigation and the digest say the same."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.services import accounts, acts, digesting, inbox, tracking, waking
from connectors.sdk.records import Goal
from tests.support.world import START, World

DAY = START.date()
YEAR = {"period_start": date(2026, 1, 1), "period_end": date(2026, 12, 31)}


def goal(name: str, target: int | None, actual: str | None, **said: Any) -> Goal:
    values = {"unit": "people", **YEAR, **said}
    return Goal(
        external_id=name,
        title=name,
        target=Decimal(target) if target is not None else None,
        actual=Decimal(actual) if actual is not None else None,
        **values,
    )


GOALS = {
    goal("one", 2, "1"): "1 behind",
    goal("some", 20, "4"): "14 people behind",
    goal("hours", 10, "4.5", unit="hours"): "4.4 hours behind",
    goal("money", 600_000, "412000", unit="USD"): "$120,603 behind",
    goal("percent", 100, "88", unit="%"): "on pace",
    goal("all", 2, "2"): "reached",
    goal("next", 5, "0", period_start=date(2027, 1, 1), period_end=date(2027, 3, 31)): (
        "not begun yet"
    ),
    goal("last", 10, "9", period_start=date(2025, 1, 1), period_end=date(2025, 12, 31)): (
        "ended 1 short"
    ),
    goal("settled", 10, "5", closed=True): "ended 5 people short",
    goal("nothing", 0, "0"): "its target is nothing",
    goal("odd", 10, "5", period_end=date(2025, 12, 1), period_start=None): "ended 5 people short",
    goal("turned", 10, "5", period_start=date(2027, 2, 1), period_end=date(2027, 1, 1)): (
        "its period ends before it begins"
    ),
    goal("endless", 10, "5", period_start=None, period_end=None): "no period given",
    goal("silent", None, None): "no target and no actual given",
    goal("today", 10, "0", period_start=DAY, period_end=DAY): "on pace",
    goal("yesterday", 10, "0", period_start=DAY - timedelta(1), period_end=DAY - timedelta(1)): (
        "ended 10 people short"
    ),
}
BEHIND = {"one", "some", "hours", "money"}


@pytest.fixture
def office(world: World, person: int) -> World:
    world.connector.lists(*GOALS)
    world.sync()
    return world


def verdicts(world: World, person: int) -> dict[str, str]:
    with world.database.read() as session:
        page = tracking.goals_page(session, user_id=person, clock=world.wall_clock())
    return {goal.row.title: goal.verdict for _title, goals in page.groups for goal in goals}


def behind(world: World, person: int) -> tuple[set[str], int, set[str]]:
    """By the page, in the badge, and in the digest."""
    clock = world.wall_clock()
    with world.database.read() as session:
        page = tracking.goals_page(session, user_id=person, clock=clock)
        badge = inbox.nav(session, user_id=person, clock=clock).goals_behind
        digest = digesting.compose(session, accounts.user(session, person), clock=clock)
    listed = {g.row.title for title, goals in page.groups for g in goals if title == "Behind pace"}
    return listed, badge, {line.title for line in digest.behind}


def test_each_goal_says_how_it_stands(office: World, person: int) -> None:
    assert verdicts(office, person) == {goal.title: said for goal, said in GOALS.items()}


def test_page_badge_and_digest_count_the_same_goals(office: World, person: int) -> None:
    assert behind(office, person) == (BEHIND, len(BEHIND), BEHIND)


def test_a_goal_that_the_team_settled_is_behind_nowhere(office: World, person: int) -> None:
    with office.database.write() as session:
        some = office.items()["some"].id or 0
        acts.done(session, [some], user_id=person, clock=office.wall_clock())

    left = BEHIND - {"some"}
    assert behind(office, person) == (left, len(left), left)
    assert verdicts(office, person)["some"] == "ended 16 people short"


def test_a_snoozed_goal_is_behind_nowhere_until_it_is_back(office: World, person: int) -> None:
    until = office.clock() + timedelta(days=1)
    with office.database.write() as session:
        some = office.items()["some"].id or 0
        acts.snooze(session, [some], until, user_id=person, clock=office.wall_clock())

    left = BEHIND - {"some"}
    assert behind(office, person) == (left, len(left), left)
    with office.database.read() as session:
        page = tracking.goals_page(session, user_id=person, clock=office.wall_clock())
    assert [g.row.title for g in dict(page.groups)["Snoozed"]] == ["some"]
    assert verdicts(office, person)["some"] == "14 people behind"

    with office.database.write() as session:
        waking.wake(session, now=until)
    assert behind(office, person) == (BEHIND, len(BEHIND), BEHIND)
