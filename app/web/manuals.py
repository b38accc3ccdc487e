"""Pages of the documentation, as they are read beside the form that they are about."""

import re
from collections.abc import Sequence
from functools import cache
from html import unescape
from pathlib import Path

from markdown_it import MarkdownIt
from markupsafe import Markup

from app.paths import GUIDES, MANUALS
from connectors import registry

GUIDED = ("api", "assistants", "events", "webhooks")
"""Pages that are not about a connector."""
_ELSEWHERE = re.compile(r'<a href="(?!https:|#|/)([^"]*)">(.*?)</a>', re.S)
_PART = re.compile(r"<h2>(.*?)</h2>")
_PAGE = re.compile(r"([a-z0-9_]+)\.md(#.*)?")


def is_there(connector_id: str) -> bool:
    """Whether a connector has a page of ours; those of other packages have none."""
    return connector_id in registry.connectors() and (MANUALS / f"{connector_id}.md").is_file()


@cache
def manual_of(connector_id: str) -> Markup:
    """The page as HTML; only of a connector for which it ``is_there``."""
    return _html(MANUALS / f"{connector_id}.md")


@cache
def guide(name: str) -> Markup:
    """One of ``GUIDED``, as HTML."""
    return _html(GUIDES / f"{name}.md")


def opened(page: Markup) -> tuple[Markup, Markup, Sequence[tuple[str, str]]]:
    """What stands before the first heading, the rest, and the headings by their names."""
    first, rest = page.split("<h2", 1)
    parts = re.findall(r'<h2 id="(.*?)">(.*?)</h2>', page)
    return first, Markup("<h2") + rest, [(name, unescape(words)) for name, words in parts]


def _html(page: Path) -> Markup:
    text = page.read_text("utf-8")
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>')
    html = html.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')
    html = _PART.sub(_named, html)
    return Markup(_ELSEWHERE.sub(_linked, html))  # noqa: S704  (our own page, HTML in it is escaped)


def _named(found: re.Match[str]) -> str:
    """A heading that can be led to, named as whoever shows our files names it."""
    words = re.sub(r"<[^>]*>|&[a-z]+;", "", found[1]).lower()
    name = re.sub(r"[^\w -]", "", words).replace(" ", "-")
    return f'<h2 id="{name}">{found[1]}</h2>'


def _linked(found: re.Match[str]) -> str:
    """A link to another page of help leads there; one to other files is only its words."""
    page = _PAGE.fullmatch(found[1])
    if page is None:
        return found[2]
    folder = "/help" if page[1] in GUIDED else "/help/connectors"
    return f'<a href="{folder}/{page[1]}{page[2] or ""}">{found[2]}</a>'
