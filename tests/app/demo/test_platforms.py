from datetime import UTC, datetime, timedelta

from app.demo.platforms import RunningClock
from connectors.sdk.sandbox import Quota

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_platform_that_was_asked_too_often_answers_again_a_minute_later() -> None:
    passed = [1000.0]
    clock = RunningClock(START, seconds=lambda: passed[0])
    quota = Quota(clock, calls=1, seconds=60)
    assert (clock.now(), quota.wait()) == (START, 0)
    assert quota.wait() == 60

    passed[0] += 61

    assert quota.wait() == 0
    assert clock.now() == START + timedelta(seconds=61)
