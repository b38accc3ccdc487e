"""What it costs to ask again: by date, packed, and of pages whose items are long."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import pytest

from app.services import acts
from connectors.sdk.records import Fact
from tests.app.api.company import act
from tests.app.api.tool import Tool
from tests.support.scripted import deadline


def http_date(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


def test_who_knows_dates_alone_is_told_that_nothing_changed(company: Tool) -> None:
    first = company.get()
    assert "last-modified" not in first.headers  # this second is not over: more may come in it
    company.world.clock.forward(seconds=2)
    told = company.get().headers["last-modified"]
    assert parsedate_to_datetime(told) <= company.world.clock()

    company.world.clock.forward(minutes=10)
    assert company.get({"If-Modified-Since": told}).status_code == 304
    assert company.get({"If-Modified-Since": "yesterday"}).status_code == 200
    earlier = http_date(parsedate_to_datetime(told) - timedelta(seconds=1))
    assert company.get({"If-Modified-Since": earlier}).status_code == 200
    both = {"If-Modified-Since": told, "If-None-Match": '"other"'}
    assert company.get(both).status_code == 200  # the tag decides where there is one


def test_a_date_never_hides_a_change_of_the_same_second(company: Tool) -> None:
    company.world.clock.time = datetime(2026, 11, 21, 12, 0, 5, tzinfo=UTC)
    company.get()
    company.world.clock.forward(seconds=1.2)
    told = company.get().headers["last-modified"]
    company.world.clock.forward(seconds=0.1)
    act(company, acts.done, "Notice")  # within the second that was told
    company.world.clock.forward(seconds=0.1)
    assert company.get({"If-Modified-Since": told}).status_code == 200
    company.world.clock.forward(seconds=2)
    assert company.get({"If-Modified-Since": told}).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [("gzip, br", True), ("br;q=1, GZIP;q=0.5", True), ("gzip;q=0", False), ("identity", False)],
)
def test_a_page_comes_packed_for_whoever_takes_it_so(
    company: Tool, accepted: str, is_packed: bool
) -> None:
    headers = {"Authorization": f"Bearer {company.token}", "Accept-Encoding": accepted}
    with company.client.stream("GET", "/feed.json", headers=headers) as answer:
        body = b"".join(answer.iter_raw())
    assert (answer.headers.get("content-encoding") == "gzip") is is_packed
    assert int(answer.headers["content-length"]) == len(body)
    plain = gzip.decompress(body) if is_packed else body
    assert len(json.loads(plain)["items"]) == 7
    assert answer.headers["etag"] == company.get().headers["etag"]


def test_a_page_of_long_items_has_fewer_of_them_and_none_is_lost(tool: Tool) -> None:
    facts = tuple(Fact(f"Fact {number}", "ä" * 400) for number in range(20))
    tool.world.connector.lists(*(deadline(f"n{number}", facts=facts) for number in range(40)))
    tool.world.sync()
    pages = list(tool.pages(limit=200))
    told = [item["id"] for page in pages for item in page["items"]]
    assert len(pages) > 2
    assert len(told) == len(set(told)) == 40
