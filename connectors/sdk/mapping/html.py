"""HTML of platforms is hostile until it went through here."""

import re
from collections import Counter
from html.parser import HTMLParser

import nh3

from connectors.sdk.mapping.text import link_of, plain, visible
from connectors.sdk.records import SafeHtml

_LONGEST = 200_000
_MARKUP = 20
"""Characters of HTML that are looked at for each one of the text that is wanted of it."""
_BLOCKS = frozenset(
    {
        "p",
        "div",
        "br",
        "hr",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "pre",
        "blockquote",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "caption",
        "tr",
    }
)
_TABLE = frozenset({"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"})
_INLINE = frozenset({"a", "b", "strong", "i", "em", "u", "s", "sub", "sup", "code", "span"})
_HOSTILE = frozenset(
    {"script", "style", "title", "template", "noscript", "svg", "math", "select", "iframe"}
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_ANY_TAG = re.compile(r"<[^<>]*>?")
_VOID = frozenset(
    {
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
    }
)
_CLOSED_BY_THE_NEXT = frozenset({"p", "li", "dt", "dd", "td", "th", "tr", "option"})
_DEEPEST = 2_000
"""Elements within one another. To close one, a parser looks through all that are open: 25,000 of
them, in 200 KB, keep it busy for a quarter of a minute."""
_cleaner = nh3.Cleaner(
    tags=set(_BLOCKS | _TABLE | _INLINE),
    # Gone with all they hold; other tags that are not allowed leave their text.
    clean_content_tags=set(_HOSTILE),
    attributes={
        "a": {"href", "title"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
    },
    attribute_filter=lambda tag, name, value: _attribute(name, value),
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",  # a relative link would lead into our own pages
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)


def clean_html(value: str) -> SafeHtml:
    """HTML with a short allow-list of tags; links only http, https, mailto.

    No images (they would tell the sender who reads), styles, classes, ids, forms or frames.
    Input beyond 200,000 characters is cut. Applied twice it changes nothing.
    """
    return SafeHtml(_cleaned(value[:_LONGEST]))


def html_text(value: str, *, limit: int = 2000) -> str:
    """The readable text of HTML: a line per block, a bullet per list item, cells by " · ".

    Input beyond 200,000 characters is cut, or beyond twenty times ``limit`` where that is more.
    """
    reader = _Reader()
    reader.feed(_cleaned(value[: max(_LONGEST, _MARKUP * limit)]))
    reader.close()
    lines = (plain(line, limit) for line in "".join(reader.parts).split("\n"))
    text = "\n".join(line for line in lines if line.strip("•· "))
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def is_too_deep(value: str) -> bool:
    """Whether so many elements stay open that no parser should be given this HTML."""
    if value.count("<") <= _DEEPEST:
        return False
    left: Counter[str] = Counter()
    open_ = 0
    for closes, written in _TAG.findall(value):
        name = written.lower()
        if name in _VOID or name in _CLOSED_BY_THE_NEXT or (closes and not left[name]):
            continue
        left[name] += -1 if closes else 1
        open_ += -1 if closes else 1
        if open_ > _DEEPEST:
            return True
    return False


def _cleaned(value: str) -> str:
    """Of HTML that is nested deeper than any text only the words stay."""
    shown = visible(value)
    if is_too_deep(shown):
        shown = _ANY_TAG.sub(" ", shown)
    return _cleaner.clean(shown).strip()


def _attribute(name: str, value: str) -> str | None:
    if name == "href" and not value.lower().startswith("mailto:"):
        return link_of(value)
    if name in {"colspan", "rowspan"}:
        return value if value.isdecimal() and len(value) <= 2 else None
    return value


class _Reader(HTMLParser):
    """Collects the text of cleaned HTML; line ends in it are blanks, as in a browser."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"td", "th"}:
            self.parts.append(" · " if self.parts and self.parts[-1] != "\n" else "")
        elif tag in _BLOCKS:
            self.parts.append("\n• " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", " "))
