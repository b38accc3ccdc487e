"""Feeds as publishers write them: three formats that say the same, and what is wrong with many."""

import json
from datetime import UTC, date, datetime
from xml.sax.saxutils import escape

import pytest

from connectors.news.connector import News
from connectors.news.entries import notice
from connectors.news.formats import entries_of
from connectors.news.sandbox import Sandbox
from connectors.news.settings import NewsConfig
from connectors.sdk.connector import Complete, Event, InMemory, Page, ReadContext, Unchanged
from connectors.sdk.errors import FormatChanged, Incomplete
from connectors.sdk.http import HttpSession
from connectors.sdk.policy import policy_of
from connectors.sdk.records import DueDate, DueInstant, Notice
from connectors.sdk.sandbox import SandboxClock, SandboxHost

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CONFIG = NewsConfig.model_validate({"url": "https://news.example.com/rss", "vendor": "Sophos"})
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>News</title><link>https://news.example.com</link>
<description>d</description>{items}</channel></rss>
"""


def rss(*items: str) -> bytes:
    return RSS.format(items="".join(f"<item>{item}</item>" for item in items)).encode()


def only(body: bytes, config: NewsConfig = CONFIG) -> Notice:
    (entry,) = entries_of(body, "application/rss+xml")
    made = notice(entry, config)
    assert made is not None
    return made


def test_the_three_formats_give_the_same_notices() -> None:
    sandbox = Sandbox(SandboxClock(NOW))
    found = {}
    with SandboxHost({"news": sandbox}) as host:
        for name, values in sandbox.flavours(host.url("news")).items():
            config = NewsConfig.model_validate(values)
            with HttpSession(policy_of(News.manifest, config, {"127.0.0.1"})) as http:
                events = list(News().read("entries", config, ReadContext(http=http, now=NOW)))
            page, end = events
            assert isinstance(page, Page)
            assert isinstance(end, Complete)
            assert page.quarantined == ()
            found[name] = [
                (one.external_id, one.title, one.url, one.body, _moment(one), _fact(one))
                for one in page.records
                if isinstance(one, Notice)
            ]
    assert found["feed.json"] == found["rss.xml"] == found["atom.xml"]
    assert len(found["feed.json"]) == 5


def _moment(found: Notice) -> datetime:
    assert isinstance(found.published, DueInstant)
    return found.published.at


def _fact(found: Notice) -> str:
    return next(fact.value for fact in found.facts if fact.label == "Categories")


def test_a_feed_that_did_not_change_is_not_read_again() -> None:
    sandbox = Sandbox(SandboxClock(NOW))
    with SandboxHost({"news": sandbox}) as host:
        config = NewsConfig.model_validate(sandbox.config(host.url("news")))

        def read(state: object) -> list[Event]:
            with HttpSession(policy_of(News.manifest, config, {"127.0.0.1"})) as http:
                context = ReadContext(http=http, now=NOW, state=state, secrets=InMemory())  # type: ignore[arg-type]  (of an earlier Complete)
                return list(News().read("entries", config, context))

        *_, end = read({})
        assert isinstance(end, Complete)
        assert read(end.state) == [Unchanged()]
        sandbox.advance()
        page, _end = read(end.state)
        assert isinstance(page, Page)
        assert len(page.records) == 6


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/partners/1", "https://news.example.com/partners/1"),
        ("https://other.example/1", "https://other.example/1"),
        ("http://[broken/1", None),
        ("javascript:x()", None),
    ],
)
def test_a_link_without_a_host_leads_to_the_feeds_own_site(link: str, url: str | None) -> None:
    found = only(rss(f"<guid isPermaLink='false'>1</guid><title>t</title><link>{link}</link>"))
    item = {"id": "1", "title": "t", "url": link}
    version, home = "https://jsonfeed.org/version/1.1", "https://news.example.com/"
    told = json.dumps({"version": version, "home_page_url": home, "items": [item]}).encode()

    assert (found.url, only(told).url) == (url, url)


@pytest.mark.promise("P7")
@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("Sat, 21 Nov 2026 23:30:00 -0500", datetime(2026, 11, 22, 4, 30, tzinfo=UTC)),
        ("21 Nov 2026 08:00 GMT", datetime(2026, 11, 21, 8, tzinfo=UTC)),
        ("2026-11-21T08:00:00+01:00", datetime(2026, 11, 21, 7, tzinfo=UTC)),
        ("2026-11-21", date(2026, 11, 21)),
        ("Sat, 21 Nov 2026 08:00:00 CEST", date(2026, 11, 21)),
        ("last Tuesday", None),
        ("Sat, 99 Nov 2026 08:00:00 GMT", None),
    ],
)
def test_when_it_was_published(written: str, published: date | None) -> None:
    found = only(rss(f"<guid>1</guid><title>t</title><pubDate>{written}</pubDate>"))

    match found.published:
        case DueInstant(at=at):
            assert at == published
        case DueDate(on=on):
            assert on == published
        case None:
            assert published is None
            assert [(fact.label, fact.value) for fact in found.facts] == [("Published", written)]


@pytest.mark.parametrize(
    ("items", "ids"),
    [
        (["<guid>7</guid><title>a</title>"], ["7"]),
        (["<title>a</title><link>https://x.example/1</link>"] * 2, None),
        (["<title>a</title>", "<title>b</title>"], None),
    ],
    ids=["its own", "the link's", "the title's"],
)
def test_an_entry_is_known_by_its_id_else_by_what_it_says(
    items: list[str], ids: list[str] | None
) -> None:
    first = [entry["id"] or notice(entry, CONFIG) for entry in entries_of(rss(*items), None)]
    again = [entry["id"] or notice(entry, CONFIG) for entry in entries_of(rss(*items), None)]

    assert first == again
    if ids:
        assert first == ids
    made = {str(one.external_id) for one in first if isinstance(one, Notice)}
    assert len(made) == (0 if ids else len(set(items)))


def test_what_an_entry_says_does_no_harm_and_keeps_its_sense() -> None:
    html = "<p onclick='x()'>Claim by <b>30 June</b><script>x()</script></p>"
    found = only(rss(f"<guid>1</guid><description>{escape(html)}</description>"))

    assert found.body == "<p>Claim by <b>30 June</b></p>"
    assert found.title == found.summary == "Claim by 30 June"


def test_only_entries_that_mention_what_was_asked_for() -> None:
    config = CONFIG.model_copy(update={"only": "price list, Deadline"})
    body = rss(
        "<guid>1</guid><title>A deadline moves</title>",
        "<guid>2</guid><title>A party</title><description>With the price list</description>",
        "<guid>3</guid><title>Deadlines</title>",
    )
    wanted = [notice(entry, config) is not None for entry in entries_of(body, None)]

    assert wanted == [True, True, False]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", FormatChanged),
        (b"<html><body>Sign in</body></html>", FormatChanged),
        (b"{}", FormatChanged),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', FormatChanged),
        (b"[" * 100_000, FormatChanged),
        (b"{" + b'"a":{' * 100_000, FormatChanged),
        (rss("<guid>1</guid><title>t</title>")[:-20], Incomplete),
        (rss("<guid>1</guid><title>t{}</title>")[:-30] + b"{}", Incomplete),
        (b'<!DOCTYPE rss [<!ENTITY a "aaaa">]>' + rss("<title>&a;</title>"), FormatChanged),
    ],
)
def test_what_is_no_whole_feed_is_not_read(
    body: bytes, error: type[FormatChanged] | type[Incomplete]
) -> None:
    with pytest.raises(error) as raised:
        entries_of(body, "application/rss+xml")
    assert raised.value.remedy


def test_what_a_cache_writes_behind_the_end_changes_nothing() -> None:
    body = rss("<guid>1</guid><title>t</title>")
    assert (
        only(body + b"<!-- page of 0.31 seconds --> <!-- " + b"cached " * 50 + b"-->").title == "t"
    )


def test_a_feed_with_common_mistakes_is_read() -> None:
    body = rss("<guid>1</guid><title>Fish & chips &nbsp; now</title>")
    assert only(body).title == "Fish & chips now"
    latin = body.decode().replace("utf-8", "iso-8859-1").replace("Fish", "Müsli").encode("latin-1")
    assert only(latin).title == "Müsli & chips now"
