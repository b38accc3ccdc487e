"""A rate limit holds for all sessions of the process together."""

import threading
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.errors import Cancelled, RateLimited
from connectors.sdk.limits import Limits
from connectors.sdk.manifest import RateLimit
from tests.connectors.sdk.conftest import OpenSession, Time
from tests.connectors.sdk.raw_server import Asked, Raw, RawServer, json_reply, reply

SIXTY_A_MINUTE = RateLimit(calls=60, seconds=60.0)


def most_in_any_window(moments: list[float], seconds: float) -> int:
    ordered = sorted(moments)
    return max(sum(1 for other in ordered if start <= other < start + seconds) for start in ordered)


def test_200_connections_never_exceed_60_calls_a_minute_and_all_finish(
    server: RawServer, session: OpenSession, time: Time
) -> None:
    arrived: list[float] = []

    def note(_: Asked) -> Raw:
        arrived.append(time.passed)
        return json_reply({})

    server.plan(note)
    turns = Limits()
    for _ in range(200):
        session(rate=SIXTY_A_MINUTE, turns=turns).request("GET", server.url())

    assert len(arrived) == 200
    assert most_in_any_window(arrived, 60.0) == 60


@given(
    gaps=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=120),
    calls=st.integers(1, 10),
)
def test_no_window_holds_more_calls_than_allowed(gaps: list[float], calls: int) -> None:
    limits, now, turns = Limits(), 0.0, []
    for gap in gaps:
        now += gap
        turns.append(now + limits.wait("h", RateLimit(calls=calls, seconds=10), now, patience=1e9))

    assert most_in_any_window(turns, 10.0) <= calls
    assert turns == sorted(turns)


def test_threads_that_ask_at_once_get_turns_of_their_own() -> None:
    limits, waits = Limits(), []

    def ask() -> None:
        waits.append(limits.wait("h", SIXTY_A_MINUTE, 0.0, patience=1e9))

    threads = [threading.Thread(target=ask) for _ in range(90)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(1 for wait in waits if wait == 0) == 60
    assert sum(1 for wait in waits if wait >= 60) == 30


def test_hosts_have_limits_of_their_own() -> None:
    limits, one = Limits(), RateLimit(calls=1, seconds=60)

    assert limits.wait("a", one, 0.0, patience=1e9) == 0
    assert limits.wait("b", one, 0.0, patience=1e9) == 0
    assert limits.wait("a", one, 0.0, patience=1e9) >= 60


def test_a_turn_too_far_away_is_left_to_the_schedule_and_not_booked(
    server: RawServer, session: OpenSession, time: Time
) -> None:
    server.plan(json_reply({}))
    http = session(rate=RateLimit(calls=1, seconds=3600))
    http.request("GET", server.url())

    for _ in range(3):
        with pytest.raises(RateLimited) as raised:
            http.request("GET", server.url())
        assert raised.value.until - time.now() == timedelta(seconds=3636)
    assert len(server.asked) == 1


def test_the_wait_for_a_turn_does_not_use_up_the_platforms_time(
    server: RawServer, session: OpenSession
) -> None:
    server.plan(json_reply({}), reply(status=500), json_reply({"ok": True}))
    http = session(rate=RateLimit(calls=1, seconds=50), total_timeout=51.0, chance=lambda: 1.0)
    http.request("GET", server.url())

    # The wait for its turn alone took 50 of the 51 seconds; a second of backoff still fits.
    assert http.request("GET", server.url()).json() == {"ok": True}


def test_cancel_ends_the_wait_for_a_turn(server: RawServer, session: OpenSession) -> None:
    server.plan(json_reply({}))
    http = session(rate=RateLimit(calls=1, seconds=60), sleep=lambda seconds: http.cancel())
    http.request("GET", server.url())

    with pytest.raises(Cancelled):
        http.request("GET", server.url())
    assert len(server.asked) == 1


def test_two_platforms_behind_one_host_each_have_their_own_limit() -> None:
    limits, slow, fast = Limits(), RateLimit(calls=1, seconds=60), RateLimit(calls=5, seconds=60)

    assert limits.wait("gateway", slow, 0.0, patience=100) == 0
    assert limits.wait("gateway", fast, 0.0, patience=100) == 0
    assert limits.wait("gateway", slow, 0.0, patience=100) >= 60
