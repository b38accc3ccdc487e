"""The simulated account itself: that it changes, goes on changing, and refuses as Pax8 does."""

from connectors.pax8.connector import Pax8
from connectors.pax8.sandbox import Sandbox
from connectors.sdk.sandbox import SandboxClock
from tests.connectors.pax8.conftest import Account

STREAMS = [spec.name for spec in Pax8.manifest.streams]


def test_each_change_is_told_in_words_and_seen_by_the_next_read(account: Account) -> None:
    for stream in STREAMS:
        before = account.read(stream)

        said = account.sandbox.advance()

        assert said
        assert account.read(stream, dict(before.state)).hashes != before.hashes, said


def test_it_goes_on_changing_for_as_long_as_it_runs(account: Account) -> None:
    said = [account.sandbox.advance() for _ in range(60)]

    assert all(said)
    for stream in STREAMS:
        reading = account.read(stream)
        assert reading.whole, reading.outcome()
        assert len(reading.hashes) == len(reading.records)


def test_the_same_seed_gives_the_same_account_and_another_one_does_not(account: Account) -> None:
    def rows(seed: int) -> list[dict[str, object]]:
        return Sandbox(
            SandboxClock(account.clock.now()), seed=seed, size=50
        ).account.subscriptions()

    assert rows(1) == rows(1)
    assert rows(1) != rows(2)


def test_a_token_is_asked_for_as_pax8_wants_it_or_not_given(account: Account) -> None:
    good = {
        "client_id": account.values["client_id"],
        "client_secret": account.values["client_secret"],
        "audience": "https://api.pax8.com",
        "grant_type": "client_credentials",
    }
    with account.session() as http:
        for change, status in (({}, 200), ({"audience": "api://usage"}, 401)):
            reply = http.request(
                "POST", f"{account.url}/v1/token", json={**good, **change}, also_ok=(401,)
            )
            assert reply.status == status
    assert reply.json() == {"error": "access_denied", "error_description": "Unauthorized"}
