"""Whole pages and their parts, and that nothing a platform says becomes code."""

import dataclasses
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastapi import FastAPI, Request
from msgspec import structs
from starlette.responses import Response
from starlette.testclient import TestClient

from app.core.links import link
from app.core.tiles import Tile
from app.core.words import when_words
from app.paths import STATIC, TEMPLATES
from app.services.pages import GroupHead, Health, Row, State, Tab, View
from app.web.assets import Assets
from app.web.flash import Toast
from app.web.inbox_page import PARTS, around_list
from app.web.render import render, see_other
from app.web.templating import clean
from app.web.visit import reading
from connectors.sdk.mapping import clean_html
from connectors.sdk.records import Fact, SafeHtml
from tests.app.web import samples
from tests.app.web.conftest import NOW

Names = dict[str, Any]
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def show(app: FastAPI, client: TestClient) -> Callable[..., Response]:
    """Renders a template with the given names, as the answer to a request."""
    shown: Names = {}

    @app.get("/sample")
    def sample(request: Request) -> Response:
        with reading(request) as visit:
            return render(visit, shown["template"], parts=shown["parts"], **shown["names"])

    def show(template: str, names: Names, headers: dict[str, str] | None = None) -> Any:
        parts = {"inbox.html": PARTS, "item.html": ("detail",), "today.html": ("today",)}
        shown.update(template=template, names=names, parts=parts[template])
        return client.get("/sample", headers=headers)

    return show


def inbox(**changes: Any) -> Names:
    page = samples.inbox_page(**changes)
    return {"page": page, "item": None, **around_list(page)}


def pages() -> dict[str, Names]:
    return {
        "inbox.html": inbox() | {"item": samples.item_page()},
        "item.html": {"item": samples.item_page()},
        "today.html": {"page": samples.today_page()},
    }


def target(name: str) -> dict[str, str]:
    return HTMX | {"HX-Target": f"div#{name}"}


@pytest.mark.parametrize("part", PARTS)
def test_htmx_gets_only_the_part_it_will_replace(show: Any, part: str) -> None:
    whole = show("inbox.html", pages()["inbox.html"])
    answer = show("inbox.html", pages()["inbox.html"], target(part))

    assert whole.text.startswith("<!doctype html>")
    assert "<!doctype html>" not in answer.text
    assert answer.text.startswith("<title>Inbox · Partner Inbox</title>")
    body = answer.text.removeprefix("<title>Inbox · Partner Inbox</title>").strip()
    assert body
    if part != "more":  # it continues a list whose beginning is on the page already
        assert body in whole.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        target("detail") | {"HX-History-Restore-Request": "true"},
        {"HX-History-Restore-Request": "true", "HX-Request-Type": "full"},
        HTMX | {"HX-Request-Type": "full", "HX-Target": "body"},
        target("nav"),
        target("title"),
        {"HX-Target": "div#detail"},
    ],
    ids=["browser", "back", "back of htmx 4", "whole", "other block", "hidden block", "no htmx"],
)
def test_everything_else_gets_the_whole_page(show: Any, headers: dict[str, str]) -> None:
    assert show("inbox.html", pages()["inbox.html"], headers).text.startswith("<!doctype html>")


@pytest.mark.parametrize("headers", [{}, target("detail")])
def test_no_cache_can_mistake_a_part_for_the_page(show: Any, headers: dict[str, str]) -> None:
    answer = show("inbox.html", pages()["inbox.html"], headers)

    assert answer.headers["cache-control"] == "private, no-cache"
    vary = answer.headers["vary"]
    for name in ("HX-Request", "HX-Request-Type", "HX-History-Restore-Request", "HX-Target"):
        assert name in vary


def test_a_toast_is_shown_once_on_the_next_page(
    app: FastAPI, client: TestClient, show: Any
) -> None:
    @app.post("/act")
    def act(request: Request) -> Response:
        return see_other(request, "/sample", Toast(said="Done: <b>it</b>", undo="17"))

    client.post("/act")
    first = show("today.html", pages()["today.html"])
    second = show("today.html", pages()["today.html"])

    assert "Done: &lt;b&gt;it&lt;/b&gt;" in first.text
    assert 'name="act" value="17"' in first.text
    assert "Done: &lt;b&gt;it" not in second.text


def test_nobody_else_can_put_words_into_the_toast(client: TestClient, show: Any) -> None:
    client.cookies.set("partner-inbox-flash", "gAAAAABforged")
    assert show("today.html", pages()["today.html"]).status_code == 200


# What the pages say


def test_freshness_stands_beside_the_item(show: Any) -> None:
    stale = dataclasses.replace(samples.item_page(), source=samples.CRAYON)
    page = show("item.html", {"item": stale}).text

    assert "needs sign-in since Thursday 09:30" in page
    assert "confirmed" in page
    assert "twice agreed" in page


@pytest.mark.promise("P5")
def test_all_clear_is_never_said_while_a_source_is_not_fresh(show: Any) -> None:
    empty: Names = {"groups": (), "heads": (), "total": 0, "shown": 0, "after": None}
    fresh = show("inbox.html", inbox(**empty, doubtful=())).text
    stale = show("inbox.html", inbox(**empty, doubtful=(samples.SOPHOS,))).text
    today = show("today.html", {"page": samples.today_page(cards=())}).text

    assert "<h2>All clear</h2>" in fresh
    assert "As of today 07:30" in fresh
    for page in (stale, today):
        assert "<h2>All clear</h2>" not in page
        assert "not fresh</h2>" in page
    trusted = {health for health in Health if health.trusted}
    assert trusted == {Health.FRESH, Health.SAMPLE}, "of a sample the page says on top what it is"


def test_an_empty_list_says_which_of_four_things_is_true(show: Any) -> None:
    empty: Names = {"groups": (), "heads": (), "after": None, "doubtful": ()}
    assert "No source yet" in show("inbox.html", inbox(**empty, sources=0)).text
    filtered = inbox(**empty, view=View(tab="week", vendor="cisco"), total=12)
    page = show("inbox.html", filtered).text
    assert "Your filters hide 12 items" in page
    assert 'href="/inbox?tab=week"' in page


@pytest.mark.promise("P7")
def test_a_date_without_a_time_stays_that_date_in_every_zone(show: Any) -> None:
    page = show("item.html", {"item": samples.item_page()}).text
    assert "Tue 24 Nov 2026" in page
    assert "a calendar date, no time given" in page


def test_no_page_shows_utc(show: Any) -> None:
    for template, names in pages().items():
        visible = re.sub(r'datetime="[^"]*"|value="[^"]*"', "", show(template, names).text)
        assert "UTC" not in visible
        assert "+00:00" not in visible


def test_a_source_that_gives_no_date_and_no_amount_is_said_so(show: Any) -> None:
    bare = structs.replace(samples.ROWS["week"][0], due=None, amount=None, due_was=None)
    page = show("item.html", {"item": samples.item_page(bare, due_raw=None)}).text
    assert "the source gives no date" in page
    assert "the source names no amount" in page


# Hostile text

PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}",
    "</textarea></title><svg onload=alert(1)>",
    "<hx-partial hx-target='#nav'>x</hx-partial>",
    "hx-on:click=alert(1)",
)


class Danger(HTMLParser):
    """Collects whatever could run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "script" and not str(told.get("src")).startswith("/static/"):
            self.found.append(f"<{tag}>")
        if tag in {"iframe", "object", "embed", "base", "hx-partial", "img"}:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith(("on", "hx-on", "style")):
                self.found.append(f"{tag} {name}")
            if name in {"href", "src", "action", "hx-get", "formaction"} and not re.match(
                r"/|https?://|#|\?", value or ""
            ):
                self.found.append(f"{tag} {name}={value}")


def poisoned(value: Any, payload: str) -> Any:  # noqa: PLR0911  (a return for each type)
    """The same object with the payload in every text that comes from outside, however deep."""
    match value:
        case Health() | State() | Tile() | Tab() | GroupHead() | datetime():
            return value
        case View():
            return dataclasses.replace(value, q=payload)
        case SafeHtml():
            return clean_html(payload) or None
        case str():
            return payload
        case Fact():
            return Fact(label=payload, value=payload)
        case tuple() | list():
            return tuple(poisoned(one, payload) for one in value)
        case dict():
            return {key: poisoned(one, payload) for key, one in value.items()}
        case Row():
            fields = structs.asdict(value)
            return structs.replace(value, **{n: poisoned(v, payload) for n, v in fields.items()})
    return replaced(value, payload) if dataclasses.is_dataclass(value) else value


def replaced(value: Any, payload: str) -> Any:
    names = [field.name for field in dataclasses.fields(value)]
    return dataclasses.replace(
        value, **{name: poisoned(getattr(value, name), payload) for name in names}
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_platform_says_never_becomes_code(show: Any, payload: str) -> None:
    for template, names in pages().items():
        evil = {name: poisoned(value, payload) for name, value in names.items()}
        if template == "inbox.html":
            evil |= around_list(evil["page"])
        page = show(template, evil)
        assert page.status_code == 200
        parser = Danger()
        parser.feed(page.text)
        assert parser.found == []
        assert ">49<" not in page.text


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "//evil.example",
        "vbscript:x",
        "http:",
        "http://[",
        " javascript:x",
        "file:///etc/passwd",
        "",
        None,
    ],
)
def test_a_link_that_is_not_http_is_no_link(url: str | None) -> None:
    assert link(url) is None


def test_only_sanitised_html_is_shown_as_html() -> None:
    with pytest.raises(TypeError):
        clean("<b>not cleaned</b>")


# The templates and static files themselves


@pytest.mark.parametrize(
    "forbidden",
    [
        r"\|\s*safe\b",
        r"autoescape\s+false",
        r"\sstyle=",
        r"\son[a-z]+=",
        r"hx-on",
        r"\bjs:",
        r"javascript:",
    ],
)
def test_templates_do_not_weaken_the_policy(forbidden: str) -> None:
    for path in TEMPLATES.rglob("*.html"):
        if "email" not in path.parts:  # mail has no policy and no external styles
            assert not re.search(forbidden, path.read_text()), path


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = (STATIC / "vendor/icons.svg").read_text()
    used = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(
            r'icon\("([a-z-]+)"\)|note\("[a-z]*", "([a-z-]+)"\)', path.read_text()
        )
        for name in name
        if name
    }
    assert used
    assert [name for name in used if f'id="{name}"' not in sprite] == []


def test_vendored_files_are_those_of_the_manifest() -> None:
    manifest = msgspec.json.decode((STATIC / "vendor/manifest.json").read_bytes())
    folder = {path.name for path in (STATIC / "vendor").iterdir()}
    assert folder == {*manifest, "manifest.json", "LICENSES.txt"}
    for name, told in manifest.items():
        assert told["sha256"] == sha256((STATIC / "vendor" / name).read_bytes()).hexdigest()
        assert told["licence"]
        assert told["version"]


def test_static_files_are_cached_for_ever_under_an_address_of_their_content(
    client: TestClient,
) -> None:
    found = re.search(r'href="(/static/[0-9a-f]{12}/app\.css)"', client.get("/sign-in").text)
    assert found
    answer = client.get(found[1])

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/css")
    assert client.get("/static/000000000000/app.css").status_code == 404
    assert client.get("/static/app.css").status_code == 404
    assert client.get("/static/..%2fconfig.py").status_code == 404


def test_a_change_of_any_file_changes_the_address_of_all(tmp_path: Path) -> None:
    """They name one another by relative paths: no page may mix two versions."""
    (tmp_path / "js").mkdir()
    (tmp_path / "app.js").write_text('import "./js/one.js";')
    (tmp_path / "js" / "one.js").write_text("1")
    before = Assets(tmp_path).url("app.js")
    (tmp_path / "js" / "one.js").write_text("2")

    assert Assets(tmp_path).url("app.js") != before


def test_every_stylesheet_is_joined_and_every_module_known_before_it_is_asked_for(
    client: TestClient,
) -> None:
    page = client.get("/today").text
    styles = client.get(re.findall(r'rel="stylesheet" href="([^"]+)"', page)[0]).text
    told = set(re.findall(r'rel="modulepreload" href="/static/[^/]+/([^"]+)"', page))

    parts = sorted((STATIC / "css").glob("*.css"))
    assert "@import" not in styles
    assert [part.name for part in parts if part.read_text() not in styles] == []
    modules = {path.relative_to(STATIC).as_posix() for path in (STATIC / "js").glob("*.js")}
    assert told == modules
    needed = {
        found.rpartition("/")[2]
        for path in [STATIC / "app.js", *(STATIC / "js").glob("*.js")]
        for found in re.findall(r'^import .*?"(\./[^"]+)";$', path.read_text(), re.M)
    }
    assert {f"js/{name}" for name in needed} == modules


def test_the_first_visit_is_small(client: TestClient) -> None:
    page = client.get("/today")
    assets = re.findall(r'(?:href|src)="(/static/[^"#]+)"', page.text)
    answers = [page, *(client.get(url) for url in dict.fromkeys(assets))]
    loaded = [int(answer.headers["content-length"]) for answer in answers]

    assert [answer.status_code for answer in answers if answer.status_code != 200] == []
    assert sum(loaded) < 130_000
    assert len(loaded) <= 20


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_ON = {
    "ink": ("bg", "panel", "side", "soft", "hover", "brand-soft"),
    "mute": ("bg", "panel", "side", "soft", "hover", "brand-soft"),
    "brand": ("bg", "panel"),
    "on-brand": ("brand",),
    "late": ("bg", "panel", "side", "late-soft", "hover", "brand-soft"),
    "soon": ("bg", "panel", "soon-soft", "hover", "brand-soft"),
    "good": ("bg", "panel", "good-soft"),
}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_in_both_schemes(scheme: int) -> None:
    tokens = {
        name: (light, dark)[scheme]
        for name, light, dark in re.findall(
            r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)",
            (STATIC / "css/tokens.css").read_text(),
        )
    }
    weak = {
        f"{text} on {ground}": round(contrast(tokens[text], tokens[ground]), 2)
        for text, grounds in TEXT_ON.items()
        for ground in grounds
        if contrast(tokens[text], tokens[ground]) < 4.5
    }
    assert weak == {}
    assert contrast(tokens["edge"], tokens["panel"]) >= 3  # the border of a field


def test_ages_are_told_in_the_readers_own_day() -> None:
    assert when_words(NOW - timedelta(hours=10), samples.CLOCK) == "yesterday 23:30"
    assert when_words(NOW, samples.CLOCK) == "today 09:30"
