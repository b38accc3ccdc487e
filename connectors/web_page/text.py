"""The text of a page as lines, and what is new and gone between two of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import blake2b
from html import escape

from selectolax.lexbor import LexborHTMLParser

from connectors.sdk import mapping
from connectors.sdk.errors import FormatChanged, Incomplete
from connectors.sdk.records import SafeHtml
from connectors.web_page.settings import WebPageConfig, selectors

LARGEST = 8_000_000
"""Bytes of a page."""
LINES = 2_000
LENGTH = 100_000
"""Characters of a page's text that are compared and kept."""
MARKUP = 20 * LENGTH
"""Characters of a part's HTML in which its text is looked for: as many as ``html_text`` takes."""
TAIL = 10_000
"""Bytes behind which a page's end has to come: caches and trackers write behind it."""
NO_TEXT = ("script", "style", "noscript", "template", "svg", "math", "iframe")
SHOWN = 40
"""Lines of each version that a notice shows; it says how many more there are."""

_PASSWORD = "input[type=password]"  # noqa: S105 - a selector


@dataclass(frozen=True, kw_only=True)
class Text:
    """A page as it is compared; ``whole`` is false where it is longer than what is compared."""

    title: str
    lines: tuple[str, ...]
    whole: bool = True

    @property
    def version(self) -> str:
        """Changes when a line does."""
        return blake2b("\n".join(self.lines).encode(), digest_size=12).hexdigest()


def text_of(body: bytes, config: WebPageConfig) -> Text:
    """The lines of the chosen part; raises ``FormatChanged`` or ``Incomplete`` for the page."""
    if b"<" not in body[:2_000] or b"\0" in body:
        raise FormatChanged(
            "It is no web page.", remedy="Enter the address of a page, not of a file."
        )
    if len(body) > LARGEST or mapping.is_too_deep(body.decode("latin-1")):
        raise FormatChanged(
            "The page is larger, or nested deeper, than any page that people read.",
            remedy="Watch another page that says the same, such as the one for printing.",
        )
    if not ended(body):
        raise Incomplete("The page arrived without its end.")
    page = LexborHTMLParser(body)
    page.strip_tags(list(NO_TEXT))
    parts = next((found for one in selectors(config.selector) if (found := page.css(one))), [])
    inputs = [part.css_first(_PASSWORD) for part in parts] or [page.css_first(_PASSWORD)]
    if any(found is not None for found in inputs):
        raise FormatChanged(
            "The page asks for a sign-in.", remedy="Watch a page that everybody can see."
        )
    sources = [part.html or "" for part in parts]
    text = "\n".join(mapping.html_text(source, limit=LENGTH) for source in sources)[:LENGTH]
    told = [line for line in text.splitlines() if _counts(line, config)]
    if not told:
        raise FormatChanged(
            "The part of the page that is watched is not there, or is empty.",
            remedy="Look at the page and correct “Part of the page” in the settings.",
        )
    heading = page.css_first("title") or page.css_first("h1")
    title = mapping.text_of(heading.text() if heading else None, limit=200)
    longest = max(len(source) for source in sources)
    whole = len(told) <= LINES and len(text) < LENGTH and longest <= MARKUP
    return Text(title=title or config.url, lines=tuple(told[:LINES]), whole=whole)


def ended(body: bytes) -> bool:
    """Whether the page has its own end."""
    return b"</html" in body[-TAIL:].lower()


def _counts(line: str, config: WebPageConfig) -> bool:
    low = line.lower()
    return bool(line.strip()) and not any(word in low for word in config.ignored)


@dataclass(frozen=True, kw_only=True)
class Change:
    """Lines that are gone and lines that are new, in the page's order."""

    gone: tuple[str, ...]
    new: tuple[str, ...]

    def summary(self) -> str:
        """For lists: how much changed, and the first words of it."""
        counts = mapping.joined(
            f"{len(self.new)} new" if self.new else None,
            f"{len(self.gone)} gone" if self.gone else None,
            by=", ",
        )
        first = (self.new or self.gone)[0]
        return mapping.text_of(f"Lines: {counts}. {first}", limit=400) or counts

    def body(self) -> SafeHtml:
        """Both versions of what changed."""
        parts = [
            f"<p><b>{title}</b></p><ul>{_listed(lines)}</ul>"
            for title, lines in (("Now", self.new), ("Before", self.gone))
            if lines
        ]
        return mapping.clean_html("".join(parts))


def _listed(lines: Sequence[str]) -> str:
    shown = [f"<li>{escape(line)}</li>" for line in lines[:SHOWN]]
    if len(lines) > SHOWN:
        shown.append(f"<li>and {len(lines) - SHOWN} more</li>")
    return "".join(shown)


def change(before: Sequence[str], now: Sequence[str]) -> Change:
    """What changed between two versions. A line that only moved is both gone and new."""
    gone: list[str] = []
    new: list[str] = []
    matched = SequenceMatcher(None, before, now, autojunk=False)
    for tag, a, b, c, d in matched.get_opcodes():
        if tag != "equal":
            gone.extend(before[a:b])
            new.extend(now[c:d])
    return Change(gone=tuple(gone), new=tuple(new))
