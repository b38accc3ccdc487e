"""What is measured is a whole read, and its floor is the very same requests."""

from datetime import timedelta

import pytest

from app.bench import pull
from app.bench.pull import Heard, Pull


def heard(made: Pull, *, again: list[Heard] | None = None) -> list[Heard]:
    """What the platform hears of a read, or of the floor that repeats one."""
    made.clock.move(pull.REST)
    made.platform.heard = []
    made.read() if again is None else made.repeat(again)
    return made.platform.heard


def told(requests: list[Heard]) -> list[tuple[object, ...]]:
    return [(one.method, one.target, one.body) for one in requests]


@pytest.mark.parametrize("connector_id", pull.simulated())
def test_the_floor_repeats_every_request_and_gets_the_same_answers(connector_id: str) -> None:
    sandbox = pull.simulated()[connector_id]
    with pull.pulling(connector_id, sandbox, rows=0) as made:
        asked = heard(made)
        again = heard(made, again=asked)
        answers = made.answers(asked)
        assert made.answers(again) == answers
    assert answers
    assert told(again) == told(asked)
    assert {one.status for one in asked} == {200}
    for first, second in zip(asked, again, strict=True):
        assert set(first.headers) <= set(second.headers)


def test_waiting_for_a_limit_moves_the_clock_and_touches_no_quota() -> None:
    sandbox = pull.simulated()["ingram_micro"]
    with pull.pulling("ingram_micro", sandbox, rows=5_000) as made:
        asked = heard(made)
        again = heard(made, again=asked)
    assert len(asked) > 60
    for requests in (asked, again):
        assert {one.status for one in requests} == {200}
        assert requests[-1].at - requests[0].at > timedelta(minutes=1)
