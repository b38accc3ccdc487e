"""The simulated account itself: that it changes, and goes on changing."""

from connectors.impact_com.connector import ImpactCom
from connectors.impact_com.sandbox import Sandbox
from connectors.sdk.sandbox import SandboxClock
from tests.connectors.impact_com.conftest import Account

STREAMS = [spec.name for spec in ImpactCom.manifest.streams]


def test_each_change_is_told_in_words_and_seen_by_the_next_read(account: Account) -> None:
    for stream in ("tasks", "contracts", "contracts", "invoices", "tasks"):
        before = account.read(stream).hashes

        said = account.sandbox.advance()

        assert said
        assert account.read(stream).hashes != before, said


def test_it_goes_on_changing_for_as_long_as_it_runs(account: Account) -> None:
    said = [account.sandbox.advance() for _ in range(60)]

    assert sum(map(bool, said)) > 40
    for stream in STREAMS:
        reading = account.read(stream)
        assert reading.whole, reading.outcome()
        assert len(reading.hashes) == len(reading.records)


def test_what_is_dropped_is_named_by_the_ids_that_are_read(account: Account) -> None:
    for stream in STREAMS:
        before = set(account.read(stream).hashes)

        gone = account.sandbox.drop(stream, 1)

        assert before - set(account.read(stream).hashes) == set(gone) & before
        assert gone
        account.sandbox.restore(stream)
        assert set(account.read(stream).hashes) == before


def test_the_same_seed_gives_the_same_account_and_another_one_does_not(account: Account) -> None:
    def rows(seed: int) -> list[dict[str, object]]:
        return list(Sandbox(SandboxClock(account.clock.now()), seed=seed, size=50).tasks)

    assert rows(1) == rows(1)
    assert rows(1) != rows(2)
