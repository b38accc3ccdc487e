"""Pagers: what ends a list, and what only looks like its end."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.errors import FormatChanged, Incomplete, Rejected, Unavailable
from connectors.sdk.http import Reply
from connectors.sdk.paging import by_cursor, by_link, by_number, by_odata, by_offset

HOME = "https://api.example.com/v1/rows"


def page_of(value: Any, *, url: str = HOME, link: str = "") -> Reply:
    headers = {"link": link} if link else {}
    return Reply(status=200, headers=headers, body=msgspec.json.encode(value), url=url)


def rows(*ids: int) -> list[dict[str, int]]:
    return [{"id": number} for number in ids]


def items(body: Any) -> Any:
    return body["rows"]


class Listing:
    """A platform's list, paged in the four ways. ``cap`` is the page size that it really has."""

    def __init__(self, count: int, *, size: int = 10, cap: int | None = None) -> None:
        self.ids = list(range(count))
        self.size = size
        self.cap = cap or size
        self.announced: int | None = count
        self.asked: list[dict[str, Any]] = []

    def _slice(self, start: int, more: dict[str, Any]) -> Reply:
        found = self.ids[start : start + self.cap]
        total = {} if self.announced is None else {"total": self.announced}
        return page_of({"rows": rows(*found), "echo": len(self.asked), **total, **more})

    def numbered(self, params: dict[str, Any]) -> Reply:
        self.asked.append(params)
        return self._slice(
            (params["page"] - 1) * self.cap, {"pages": -(-len(self.ids) // self.cap)}
        )

    def offset(self, params: dict[str, Any]) -> Reply:
        self.asked.append(params)
        return self._slice(params["offset"], {})

    def cursor(self, params: dict[str, Any]) -> Reply:
        self.asked.append(params)
        start = int(params.get("after", 0))
        following = start + self.cap
        return self._slice(start, {"next": str(following) if following < len(self.ids) else None})


def total(body: Any) -> Any:
    return body["total"]


def read_numbered(listing: Listing, fetch: Any = None, **more: Any) -> Iterator[Any]:
    return by_number(fetch or listing.numbered, items=items, size=("size", listing.size), **more)


def read_offset(listing: Listing, fetch: Any = None, **more: Any) -> Iterator[Any]:
    return by_offset(fetch or listing.offset, items=items, size=("limit", listing.size), **more)


def read_cursor(listing: Listing, fetch: Any = None) -> Iterator[Any]:
    return by_cursor(
        fetch or listing.cursor, items=items, cursor=lambda body: body["next"], param="after"
    )


READERS: dict[str, tuple[str, Callable[..., Iterator[Any]]]] = {
    "number with a total": ("numbered", lambda li, f=None: read_numbered(li, f, total=total)),
    "number with a page count": (
        "numbered",
        lambda li, f=None: read_numbered(li, f, pages=lambda body: body["pages"]),
    ),
    "number alone": ("numbered", read_numbered),
    "offset with a total": ("offset", lambda li, f=None: read_offset(li, f, total=total)),
    "offset alone": ("offset", read_offset),
    "cursor": ("cursor", read_cursor),
}
every_reader = pytest.mark.parametrize(("way", "read"), READERS.values(), ids=READERS)


def drain(pages: Iterator[Any], into: list[Any]) -> None:
    """Keeps what came before an error."""
    for page in pages:
        into.append(page)  # noqa: PERF402  extend may keep nothing when the pages raise


def ids_of(pages: Iterator[Any]) -> list[int]:
    return [row["id"] for body in pages for row in items(body)]


@every_reader
@given(count=st.integers(0, 60), size=st.integers(1, 12), cap=st.integers(1, 12))
def test_every_row_comes_once_and_in_order(
    way: str, read: Callable[..., Iterator[Any]], count: int, size: int, cap: int
) -> None:
    listing = Listing(count, size=size, cap=min(cap, size))

    assert ids_of(read(listing)) == list(range(count))


@pytest.mark.promise("P2")
@every_reader
@given(data=st.data())
def test_a_list_cut_at_any_page_never_ends_well(
    way: str, read: Callable[..., Iterator[Any]], data: st.DataObject
) -> None:
    listing = Listing(data.draw(st.integers(1, 60)), size=7)
    fine = getattr(listing, way)
    needed = len(list(read(listing)))
    broken = data.draw(st.integers(1, needed))
    error = data.draw(st.sampled_from([Incomplete, Unavailable, FormatChanged]))
    calls = iter(range(1, 1000))

    def fetch(params: dict[str, Any]) -> Reply:
        if next(calls) == broken:
            raise error("cut")
        return fine(params)

    got: list[Any] = []
    with pytest.raises(error):
        drain(read(listing, fetch), got)
    ids = ids_of(iter(got))
    assert ids == list(range(len(ids)))  # what was read before stands
    assert len(got) == broken - 1 or len(ids) == len(listing.ids)


@pytest.mark.promise("P2")
@every_reader
@given(data=st.data())
def test_a_page_that_comes_twice_is_never_taken_for_the_next(
    way: str, read: Callable[..., Iterator[Any]], data: st.DataObject
) -> None:
    listing = Listing(data.draw(st.integers(15, 60)), size=7)
    fine = getattr(listing, way)
    repeated = data.draw(st.integers(1, len(list(read(listing))) - 1))
    replies: list[Reply] = []

    def fetch(params: dict[str, Any]) -> Reply:
        reply = replies[-1] if len(replies) == repeated else fine(params)
        replies.append(reply)
        return reply

    with pytest.raises(Incomplete, match=r"twice|circle"):
        list(read(listing, fetch))


@pytest.mark.parametrize("reader", ["number with a total", "offset with a total"])
@pytest.mark.parametrize(
    ("before", "after"),
    [(range(25), range(24)), (range(25), range(27)), (range(25), range(1, 25)), (range(25), [])],
    ids=["last row gone", "two rows more", "first row gone", "all gone"],
)
def test_a_list_that_changes_while_it_is_read_is_incomplete(
    reader: str, before: range, after: range
) -> None:
    way, read = READERS[reader]
    listing = Listing(len(before))
    fine = getattr(listing, way)

    def fetch(params: dict[str, Any]) -> Reply:
        reply: Reply = fine(params)
        listing.ids, listing.announced = list(after), len(after)
        return reply

    got = read(listing, fetch)
    assert ids_of(islice(got, 1)) == list(range(10))
    with pytest.raises(Incomplete, match=r"changed|announced"):
        list(got)


def test_a_row_that_slides_to_the_next_page_is_noticed_though_the_total_stays() -> None:
    listing = Listing(20)

    def fetch(params: dict[str, Any]) -> Reply:
        reply = listing.numbered(params)
        listing.ids = [99, *listing.ids[:-1]]  # one came at the top, one left at the end
        return reply

    with pytest.raises(Incomplete, match="changed while it was read"):
        list(read_numbered(listing, fetch, total=total))


@pytest.mark.parametrize("announced", [19, 21, 40])
def test_a_total_that_is_not_what_came_is_incomplete(announced: int) -> None:
    listing = Listing(20)
    listing.announced = announced

    with pytest.raises(Incomplete, match="announced"):
        list(read_numbered(listing, total=total))


def test_a_total_may_be_a_string_or_missing() -> None:
    listing = Listing(25)

    assert len(ids_of(read_numbered(listing, total=lambda body: str(body["total"])))) == 25
    assert len(ids_of(read_numbered(listing, total=lambda body: None))) == 25


def test_a_page_count_that_is_not_reached_is_incomplete() -> None:
    with pytest.raises(Incomplete, match="announced 4 pages and gave 3"):
        list(read_numbered(Listing(20), pages=lambda body: 4))


def test_a_short_first_page_is_not_taken_for_the_end() -> None:
    """A platform that gives 5 rows where 10 were asked for may simply give 5 at most."""
    listing = Listing(12, size=10, cap=5)
    listing.announced = None

    assert ids_of(read_numbered(listing)) == list(range(12))
    assert ids_of(read_offset(listing)) == list(range(12))


def test_a_list_that_fits_one_page_costs_one_request_more_at_most() -> None:
    known, unknown = Listing(3), Listing(3)

    list(read_numbered(known, total=total))
    list(read_numbered(unknown))

    assert (len(known.asked), len(unknown.asked)) == (1, 2)


@pytest.mark.parametrize("status", [400, 404, 416, 422])
def test_a_platform_that_refuses_the_page_after_a_short_one_has_ended(status: int) -> None:
    listing = Listing(3)

    def fetch(params: dict[str, Any]) -> Reply:
        if params["page"] > 1:
            raise Rejected("no such page", status=status)
        return listing.numbered(params)

    assert ids_of(read_numbered(listing, fetch)) == [0, 1, 2]
    with pytest.raises(Rejected):
        list(read_numbered(listing, fetch, total=lambda body: 20))


def test_a_platform_that_refuses_a_page_after_a_full_one_has_not_ended() -> None:
    listing = Listing(30)

    def fetch(params: dict[str, Any]) -> Reply:
        if params["page"] > 2:
            raise Rejected("no such page", status=404)
        return listing.numbered(params)

    with pytest.raises(Rejected):
        list(read_numbered(listing, fetch))


def test_the_parameters_are_named_by_the_connector() -> None:
    listing = Listing(0)

    def fetch(params: dict[str, Any]) -> Reply:
        listing.asked.append(params)
        return page_of({"rows": []})

    list(by_number(fetch, items=items, page="pageNumber", first=0, size=("pageSize", 100)))
    list(by_offset(fetch, items=items, offset="skip", size=("take", 50)))
    list(by_cursor(fetch, items=items, cursor=lambda body: None, param="NextToken"))

    assert listing.asked == [
        {"pageNumber": 0, "pageSize": 100},
        {"skip": 0, "take": 50},
        {},
    ]


def test_an_empty_list_is_one_empty_page() -> None:
    for _, read in READERS.values():
        pages = list(read(Listing(0)))
        assert [items(body) for body in pages] == [[]]


MISSING = {
    "no field": {"total": 0, "next": None},
    "null": {"rows": None},
    "an object": {"rows": {"id": 1}},
    "a string": {"rows": "none"},
    "a list instead of the object": [],
    "a word instead of the object": "busy",
    "null instead of the object": None,
}


@pytest.mark.parametrize("body", MISSING.values(), ids=MISSING)
def test_a_missing_list_is_not_an_empty_list(body: Any) -> None:
    for _, read in READERS.values():
        with pytest.raises(FormatChanged, match="list"):
            list(read(Listing(3), lambda params: page_of(body)))


def test_a_missing_total_or_cursor_field_is_not_the_end() -> None:
    with pytest.raises(FormatChanged, match="paging fields"):
        list(by_number(lambda _: page_of({"rows": []}), items=items, total=total))
    with pytest.raises(FormatChanged, match="paging fields"):
        list(
            by_cursor(
                lambda _: page_of({"rows": []}),
                items=items,
                cursor=lambda body: body["meta"]["next"],
                param="after",
            )
        )


@pytest.mark.parametrize("loop", [["a", "a"], ["a", "b", "a"], ["a", "b", "c", "b"]])
def test_a_cursor_that_loops_is_incomplete(loop: list[str]) -> None:
    cursors = iter([*loop, *["z"] * 100])
    numbers = iter(range(100))

    def fetch(params: dict[str, Any]) -> Reply:
        return page_of({"rows": rows(next(numbers)), "next": next(cursors)})

    with pytest.raises(Incomplete, match="circle"):
        list(by_cursor(fetch, items=items, cursor=lambda body: body["next"], param="after"))


def test_empty_pages_with_a_cursor_are_read_through() -> None:
    pages = iter([([], "a"), ([], "b"), (rows(1), "c"), ([], "")])

    def fetch(params: dict[str, Any]) -> Reply:
        found, following = next(pages)
        return page_of({"rows": found, "next": following})

    got = by_cursor(fetch, items=items, cursor=lambda body: body["next"], param="after")
    assert ids_of(got) == [1]


def test_no_pager_goes_on_for_ever() -> None:
    numbers = iter(range(10_000))

    def endless(_: Any) -> Reply:
        number = next(numbers)
        link = f'<{HOME}?p={number}>; rel="next"'
        following = {"next": str(number), "@odata.nextLink": f"{HOME}?p={number}"}
        found = rows(number)
        return page_of({"rows": found, "value": found, "total": 10**6, **following}, link=link)

    for pages in (
        by_number(endless, items=items, total=total, max_pages=5),
        by_offset(endless, items=items, size=("n", 1), max_pages=5),
        by_cursor(endless, items=items, cursor=lambda b: b["next"], param="c", max_pages=5),
        by_link(endless, HOME, max_pages=5),
        by_odata(endless, HOME, max_pages=5),
    ):
        got: list[Any] = []
        with pytest.raises(Incomplete, match="within 5 pages"):
            drain(pages, got)
        assert len(got) == 5
