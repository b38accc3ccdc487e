"""Lists that lead on by an address: in a header, in the body, as OData writes it."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.errors import FormatChanged, Incomplete
from connectors.sdk.http import Reply
from connectors.sdk.links import next_link
from connectors.sdk.paging import by_link, by_next, by_odata
from tests.connectors.sdk.test_paging import HOME, page_of, rows


class Linked:
    """Pages that name the next one by a link."""

    def __init__(self, *links: str) -> None:
        self.links = links
        self.asked: list[str] = []

    def header(self, url: str) -> Reply:
        self.asked.append(url)
        number = len(self.asked)
        target = self.links[number - 1] if number <= len(self.links) else ""
        link = f'<{target}>; rel="next"' if target else ""
        return page_of(rows(number), url=url.partition("?")[0], link=link)

    def by_next(self) -> Iterator[Any]:
        return by_next(
            self.odata,
            HOME,
            items=lambda body: body["value"],
            target=lambda body: body.get("@odata.nextLink"),
        )

    def odata(self, url: str) -> Reply:
        self.asked.append(url)
        number = len(self.asked)
        more = {"@odata.nextLink": self.links[number - 1]} if number <= len(self.links) else {}
        return page_of({"value": rows(number), **more}, url=url.partition("?")[0])


def test_links_are_resolved_against_the_page() -> None:
    linked = Linked(f"{HOME}?p=2", "?p=3", "/v2/rows?p=4", "more?p=5")

    assert len(list(by_link(linked.header, HOME))) == 5
    assert linked.asked == [
        HOME,
        f"{HOME}?p=2",
        f"{HOME}?p=3",
        "https://api.example.com/v2/rows?p=4",
        "https://api.example.com/v2/more?p=5",
    ]


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/rows",
        "http://api.example.com/v1/rows",
        "https://api.example.com:8443/v1/rows",
        "//evil.example/",
        "https://api.example.com@evil.example/",
    ],
)
def test_a_link_to_another_host_is_not_followed(target: str) -> None:
    linked = Linked(target)

    with pytest.raises(Incomplete, match="another host"):
        list(by_link(linked.header, HOME))
    with pytest.raises(Incomplete, match="another host"):
        list(Linked(target).by_next())
    assert linked.asked == [HOME]


def test_an_address_in_the_body_leads_on_until_there_is_none() -> None:
    linked = Linked("?p=2", "/v2/rows?p=3", "")

    assert len(list(linked.by_next())) == 3
    assert linked.asked == [HOME, f"{HOME}?p=2", "https://api.example.com/v2/rows?p=3"]


@pytest.mark.parametrize("target", [HOME, "?p=2"])
def test_links_that_lead_in_a_circle_are_incomplete(target: str) -> None:
    with pytest.raises(Incomplete, match="circle"):
        list(by_link(Linked("?p=2", target).header, HOME))
    with pytest.raises(Incomplete, match="circle"):
        list(by_odata(Linked(f"{HOME}?p=2", target).odata, HOME))
    with pytest.raises(Incomplete, match="circle"):
        list(Linked("?p=2", target).by_next())


def test_a_linked_page_that_comes_twice_is_incomplete() -> None:
    same = rows(1, 2)
    links = iter(["?p=2", "?p=3", ""])

    def get(url: str) -> Reply:
        return page_of(same, link=f'<{next(links)}>; rel="next"')

    with pytest.raises(Incomplete, match="twice"):
        list(by_link(get, HOME))


@pytest.mark.parametrize(
    ("first", "target", "asked"),
    [
        (HOME, f"{HOME}?$skiptoken=a%2Bb", f"{HOME}?$skiptoken=a%2Bb"),
        (HOME, "http://api.example.com/v1/rows?p=2", f"{HOME}?p=2"),
        (HOME, "https://internal.gateway:8443/v1/rows?p=2", f"{HOME}?p=2"),
        (HOME, "rows?p=2", f"{HOME}?p=2"),
        ("http://127.0.0.1:8080/rows", "https://other/rows?p=2", "http://127.0.0.1:8080/rows?p=2"),
    ],
)
def test_odata_links_stay_on_the_first_pages_host(first: str, target: str, asked: str) -> None:
    linked = Linked(target)

    assert len(list(by_odata(linked.odata, first))) == 2
    assert linked.asked == [first, asked]


def test_odata_reads_the_older_name_of_the_link_too() -> None:
    pages = iter([{"value": rows(1), "odata.nextLink": "?p=2"}, {"value": rows(2)}])

    got = by_odata(lambda url: page_of(next(pages)), HOME)

    assert [body["value"][0]["id"] for body in got] == [1, 2]


def test_odata_without_its_list_has_changed() -> None:
    with pytest.raises(FormatChanged, match="list"):
        list(by_odata(lambda url: page_of({"error": {}}), HOME))


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ('<https://a/?p=2>; rel="next"', "https://a/?p=2"),
        ("<https://a/?p=2>; rel=next", "https://a/?p=2"),
        ('<https://a/?p=2>;REL="Next"', "https://a/?p=2"),
        ('<https://a/?p=1>; rel="prev", <https://a/?p=3>; rel="next"', "https://a/?p=3"),
        ('<https://a/?x=1,2;3>; rel="prev last next"', "https://a/?x=1,2;3"),
        ('<https://a/2>; title="a, <b>; rel=prev"; rel="next"', "https://a/2"),
        ('<https://a/2>; title="say \\"next\\""; rel="next"', "https://a/2"),
        ("<https://a/2>; rel=\"next\"; title*=UTF-8''n%c3%a4chste", "https://a/2"),
        ('<https://a/2>; anchor="#x"; rel = "next"', "https://a/2"),
        ('< https://a/2 >; rel="next"', "https://a/2"),
        ('<https://a/2>; rel="prev"; rel="next"', None),
        ('<https://a/2>; rel="nextish"', None),
        ('<https://a/2>; title="rel=next"', None),
        ("<https://a/2>", None),
        ("", None),
        ("next", None),
    ],
)
def test_the_next_link_is_read_from_the_header(header: str, target: str | None) -> None:
    assert next_link(header) == target


@given(st.text(alphabet='<>;,="\\ relnxt/', max_size=400))
def test_no_header_confuses_the_reader_of_links(header: str) -> None:
    target = next_link(header)

    assert target is None or "<" not in target
