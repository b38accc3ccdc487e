"""A watched page: what changed is told with both versions, and nothing else is a change."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.sdk.connector import CheckState, Complete, Page, ReadContext
from connectors.sdk.errors import FormatChanged, Incomplete
from connectors.sdk.http import HttpSession
from connectors.sdk.policy import policy_of
from connectors.sdk.records import Notice
from connectors.sdk.sandbox import SandboxClock, SandboxHost
from connectors.web_page.connector import WebPage
from connectors.web_page.sandbox import Sandbox
from connectors.web_page.settings import WebPageConfig
from connectors.web_page.text import change, text_of

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def config(**settings: str) -> WebPageConfig:
    return WebPageConfig.model_validate({"url": "https://vendor.example/guide", **settings})


def page(body: str) -> bytes:
    return f"<html><head><title>Guide</title></head><body>{body}</body></html>".encode()


def test_a_change_is_told_once_with_both_versions() -> None:
    sandbox = Sandbox(SandboxClock(NOW))
    with SandboxHost({"page": sandbox}) as host:
        watched = WebPageConfig.model_validate(sandbox.config(host.url("page")))

        def read(state: Mapping[str, Any]) -> tuple[list[Notice], Mapping[str, Any] | None]:
            with HttpSession(policy_of(WebPage.manifest, watched, {"127.0.0.1"})) as http:
                context = ReadContext(http=http, now=NOW, state=state)
                *pages, end = WebPage().read("changes", watched, context)
            found = [one for each in pages if isinstance(each, Page) for one in each.records]
            told = [one for one in found if isinstance(one, Notice)]
            return told, end.state if isinstance(end, Complete) else None

        (first,), state = read({})
        assert first.title == "Watched: Partner program guide"
        assert state is not None
        assert read(state) == ([], None)  # the server says that nothing changed

        sandbox.advance()
        (changed,), later = read(state)
        assert later is not None
        assert changed.body is not None
        assert "Gold: 3 certified engineers" in changed.body.partition("Before")[0]
        assert "Gold: 2 certified engineers" in changed.body.partition("Before")[2]
        assert ("Noticed", "2026-11-22") in [(fact.label, fact.value) for fact in changed.facts]
        assert read({**later, "etag": "another"})[0] == []  # sent whole again, and the same

        sandbox.advance()
        (back,), _ = read(later)
        assert back.external_id != changed.external_id


def test_another_part_or_other_words_begin_anew_and_are_no_change() -> None:
    first = text_of(page("<main>A</main><aside>B</aside>"), config())
    other = text_of(page("<main>A</main><aside>B</aside>"), config(selector="aside"))
    assert (first.lines, other.lines) == (("A",), ("B",))

    sandbox = Sandbox(SandboxClock(NOW))
    with SandboxHost({"page": sandbox}) as host:
        values = dict(sandbox.config(host.url("page")))
        state: Mapping[str, Any] = {}
        for selector, title in (("#tiers", "Watched"), ("main", "Watched"), ("main", None)):
            watched = WebPageConfig.model_validate({**values, "selector": selector})
            with HttpSession(policy_of(WebPage.manifest, watched, {"127.0.0.1"})) as http:
                context = ReadContext(http=http, now=NOW, state=state)
                *pages, end = WebPage().read("changes", watched, context)
            titles = [one.title for each in pages if isinstance(each, Page) for one in each.records]
            assert [name.partition(":")[0] for name in titles] == ([title] if title else [])
            state = end.state if isinstance(end, Complete) else state


def test_only_text_counts() -> None:
    before = page("<main><p class='a'>Gold <b>two</b> people</p><script>x=1</script></main>")
    now = page("<main><div><p>Gold two\n people</p></div><style>p {}</style><img src=x></main>")
    assert text_of(before, config()).version == text_of(now, config()).version

    ignoring = config(ignore="Minutes ago, cookies")
    lines = text_of(page("<main><p>Gold</p><p>3 minutes ago</p></main>"), ignoring).lines
    assert lines == ("Gold",)


@pytest.mark.promise("P8")
def test_hostile_text_does_no_harm() -> None:
    hostile = "<main><p onclick=alert(1)>&lt;script&gt;alert(1)&lt;/script&gt; Gold</p></main>"
    found = change((), text_of(page(hostile), config()).lines)

    assert "<script" not in found.body()
    assert "onclick" not in found.body()
    assert "Gold" in found.body()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"items": []}', FormatChanged),
        (b"", FormatChanged),
        (page("<main>Gold</main>")[:-30], Incomplete),
        (page("<form><input type=password></form>"), FormatChanged),
        (page("<main><form><input type='password'></form></main>"), FormatChanged),
        (page("<main> </main>"), FormatChanged),
        (b"\0" * 100, FormatChanged),
        (page("<div>" * 100_000), FormatChanged),
        (page("<ul><li>" * 100_000), FormatChanged),
        (page("Gold " * 2_000_000), FormatChanged),
    ],
)
def test_what_is_no_whole_public_page_is_no_change(
    body: bytes, error: type[FormatChanged] | type[Incomplete]
) -> None:
    with pytest.raises(error) as raised:
        text_of(body, config())
    assert raised.value.remedy


def test_a_page_with_a_place_to_sign_in_beside_its_text_is_public() -> None:
    body = page("<header><form><input type=password></form></header><main>Gold</main>")

    assert text_of(body, config()).lines == ("Gold",)
    with pytest.raises(FormatChanged, match="sign-in"):
        text_of(body, config(selector="#tiers"))


def test_what_a_cache_writes_behind_the_end_changes_nothing() -> None:
    assert text_of(page("Gold") + b"\n<!-- " + b"cached " * 200 + b"-->", config()).lines == (
        "Gold",
    )


def test_a_page_of_much_markup_and_little_text_is_compared_to_its_end() -> None:
    lines = "".join(f"<p class='{'wide ' * 30}'>line {number}</p>" for number in range(1_900))
    script = f"<script>{'x=1;' * 600_000}</script>"

    found = text_of(page(f"<main>{script}{lines}</main>"), config())

    assert (len(found.lines), found.lines[-1], found.whole) == (1_900, "line 1899", True)


def test_a_page_that_is_longer_than_what_is_compared_says_so_in_the_check() -> None:
    sandbox = Sandbox(SandboxClock(NOW), size=2_100)
    with SandboxHost({"page": sandbox}) as host:
        watched = WebPageConfig.model_validate(sandbox.config(host.url("page")))
        with HttpSession(policy_of(WebPage.manifest, watched, {"127.0.0.1"})) as http:
            *_, check = WebPage().check(watched, ReadContext(http=http, now=NOW))

    assert (check.name, check.state) == ("Part of the page", CheckState.WARN)
    assert "#tiers" in check.fix


@pytest.mark.parametrize("selector", ["p[", "::::", " , ", "main >"])
def test_a_selector_that_is_none_is_refused(selector: str) -> None:
    with pytest.raises(ValidationError, match=r"selectors|part of the page"):
        config(selector=selector)


def test_a_comma_within_a_selector_is_its_own() -> None:
    body = page("<h2>Head</h2><p id=a>one</p><p id=b>two</p>")
    assert text_of(body, config(selector="main, :is(#a, #b)")).lines == ("one", "two")
