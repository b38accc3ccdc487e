"""When a webhook is tried again, and by what it is known again."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core import webhooks

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "least"),
    [
        (1, timedelta(seconds=5)),
        (2, timedelta(minutes=5)),
        (3, timedelta(minutes=30)),
        (4, timedelta(hours=2)),
        (5, timedelta(hours=5)),
        (6, timedelta(hours=10)),
        (7, timedelta(hours=14)),
        (8, timedelta(hours=20)),
        (9, timedelta(hours=24)),
    ],
)
def test_each_wait_is_longer_and_no_two_messages_wait_alike(
    attempts: int, least: timedelta
) -> None:
    waits = [webhooks.wait(attempts, number) for number in range(50)]

    assert all(wait is not None and least <= wait <= least * 1.2 for wait in waits)
    assert len(set(waits)) == 50
    assert waits == [webhooks.wait(attempts, number) for number in range(50)]


def test_after_ten_attempts_it_is_given_up() -> None:
    assert webhooks.wait(10, 1) is None


def test_who_asks_for_time_gets_it_but_never_less_than_is_usual() -> None:
    assert webhooks.wait(1, 1, asked=3600) == timedelta(hours=1)
    assert webhooks.wait(2, 1, asked=1) == webhooks.wait(2, 1)


def test_a_message_keeps_its_id_and_no_other_has_it() -> None:
    known = webhooks.message_id(3, "event:17", NOW)

    assert known == webhooks.message_id(3, "event:17", NOW)
    others = {
        webhooks.message_id(4, "event:17", NOW),
        webhooks.message_id(3, "event:18", NOW),
        webhooks.message_id(3, "event:17", NOW + timedelta(microseconds=1)),
    }
    assert known not in others
    assert len(others) == 3
    assert known.startswith("msg_")
    assert "." not in known  # which parts what is signed
