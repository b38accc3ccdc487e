"""How fast mail leaves: in no minute more than the relay takes, and nobody waits for nothing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.core import pacing
from app.core.pacing import MINUTE, Pace

START = datetime(2026, 11, 21, 8, tzinfo=UTC)
NONE = timedelta(0)


@given(
    most=st.integers(1, 7),
    pauses=st.lists(st.floats(0, 30), min_size=1, max_size=60),
)
def test_in_no_minute_leave_more_than_may_and_nobody_waits_longer_than_needed(
    most: int, pauses: list[float]
) -> None:
    pace, now, left = Pace(), START, list[datetime]()
    for pause in pauses:
        now += timedelta(seconds=pause)
        wait = pacing.wait(pace, most=most, now=now)
        if wait > NONE:
            assert left[-most] + MINUTE == now + wait
            now += wait
        assert pacing.wait(pace, most=most, now=now) <= NONE
        pace = pacing.left(pace, most=most, now=now)
        left.append(now)

    assert len(pace.left) <= most
    for first, last in zip(left, left[most:], strict=False):
        assert last - first >= MINUTE


def test_without_a_limit_nothing_waits_and_nothing_is_kept() -> None:
    pace = Pace()
    for _ in range(2_000):
        assert pacing.wait(pace, most=0, now=START) <= NONE
        pace = pacing.left(pace, most=0, now=START)
    assert pace == Pace()


def test_a_server_that_takes_nothing_is_let_be_twice_as_long_each_time() -> None:
    pace, rests = Pace(), []
    for _ in range(6):
        pace = pacing.rested(pace, now=START)
        rests.append(pacing.wait(pace, most=0, now=START) / MINUTE)
    assert rests == [1, 2, 4, 8, 15, 15]

    assert pacing.wait(pacing.taken(pace), most=0, now=START) <= NONE
    again = pacing.rested(pacing.taken(pace), now=START)
    assert pacing.wait(again, most=0, now=START) == MINUTE


def test_a_clock_that_was_set_back_stops_no_mail() -> None:
    pace = Pace(left=tuple(START + timedelta(days=1, seconds=n) for n in range(5)))
    assert pacing.wait(pace, most=5, now=START) <= NONE
