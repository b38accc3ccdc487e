"""The simulated account itself: that it changes, comes back the same, and answers by contract."""

from typing import Any

import pytest

from connectors.ingram_micro.sandbox import Sandbox
from connectors.sdk.sandbox import SandboxClock
from tests.connectors.ingram_micro.conftest import START, Desk

STREAMS = ("renewals", "special_bids", "quotes", "invoices", "orders_on_hold")


def test_each_change_is_seen_by_the_next_read_and_told_in_words(desk: Desk) -> None:
    before = {stream: desk.read(stream).records for stream in STREAMS}
    for stream in STREAMS:
        said = desk.sandbox.advance()

        after = desk.read(stream).records

        assert said
        assert after != before[stream], said


def test_a_bid_is_ordered_from_and_another_one_expires(desk: Desk) -> None:
    desk.sandbox.advance()
    said = desk.sandbox.advance()

    found = desk.read("special_bids").records

    assert found["fortinet:9912 Fortinet refresh"].summary == "30 of 60 units left"
    assert "Bid 77120334 expired" in said
    assert str(found["cisco:77120334"].due).find("2026-03-01") > 0


def test_it_goes_on_changing_for_as_long_as_it_runs(desk: Desk) -> None:
    said = [desk.sandbox.advance() for _ in range(60)]

    assert sum(map(bool, said)) > 40
    for stream in STREAMS:
        assert desk.read(stream).error is None


def test_the_same_seed_gives_the_same_account_and_another_one_does_not() -> None:
    def rows(seed: int) -> list[dict[str, Any]]:
        return list(Sandbox(SandboxClock(START), seed=seed, size=50).account.renewals)

    assert rows(1) == rows(1)
    assert rows(1) != rows(2)


def test_size_adds_that_many_renewals(large: Desk) -> None:
    assert len(large.read("renewals").records) == 350 + 11


def test_another_order_of_the_same_rows_gives_the_same_records(desk: Desk) -> None:
    before = {stream: desk.read(stream).records for stream in STREAMS}

    desk.sandbox.shuffle()

    assert {stream: desk.read(stream).records for stream in STREAMS} == before


@pytest.mark.parametrize(
    ("headers", "status", "says"),
    [
        ({"IM-CustomerNumber": "20222222"}, 400, "must be in the format"),
        ({"IM-CustomerNumber": "20-333333"}, 500, "Invalid customer number"),
        ({"IM-CountryCode": "USA"}, 400, "IM-CountryCode is invalid"),
        ({"IM-CorrelationID": "x" * 33}, 400, "IM-CorrelationID"),
        ({"IM-CustomerContact": ""}, 400, "IM-CustomerContact is blank"),
        ({"Authorization": "Bearer stale"}, 401, ""),
    ],
    ids=str,
)
def test_a_call_with_a_wrong_header_is_refused_as_the_contract_says(
    desk: Desk, headers: dict[str, str], status: int, says: str
) -> None:
    good = {
        "Authorization": f"Bearer {desk.sandbox.gate.tokens.issue()}",
        "IM-CustomerNumber": "20-222222",
        "IM-CountryCode": "US",
        "IM-CorrelationID": "fbac82ba-cf0a-4bcf-fc03-0c5084",
        "IM-CustomerContact": "r.sato@partner.example",
    }
    with desk.session() as http:
        reply = http.request(
            "GET",
            f"{desk.settings['base_url']}/resellers/v6/quotes/search",
            headers={**good, **headers},
            also_ok=(400, 401, 500),
        )

    assert (reply.status, says in reply.text()) == (status, True)


def test_a_call_too_many_is_told_when_to_come_back(desk: Desk) -> None:
    quota = desk.sandbox.gate.quota
    quota.limit = 1
    headers = {
        "Authorization": f"Bearer {desk.sandbox.gate.tokens.issue()}",
        "IM-CustomerNumber": "20-222222",
        "IM-CountryCode": "US",
        "IM-CorrelationID": "1",
    }
    url = f"{desk.settings['base_url']}/resellers/v6/deals/search"
    with desk.session() as http:
        http.request("GET", url, headers=headers)
        reply = http.request("GET", url, headers=headers, also_ok=(429,))

    assert reply.json() == {"errors": [{"field": None, "message": "too many requests"}]}
    assert reply.headers["x-ratelimit-remaining"] == "0"
    assert int(reply.headers["x-ratelimit-reset"]) == int(START.timestamp()) + 60
