"""From an entry of a feed to a notice."""

from email.utils import parsedate_to_datetime
from hashlib import blake2b
from typing import Any

from connectors.news.formats import Entry
from connectors.news.settings import NewsConfig
from connectors.sdk import mapping
from connectors.sdk.mapping import BadField
from connectors.sdk.records import Due, Fact, Notice

UNTITLED = "Without a title"
SUMMARY = 400
"""Characters of an entry's text that stand in lists; its page has the whole text."""


def notice(entry: Entry, config: NewsConfig) -> Notice | None:
    """The notice; None for an entry that does not mention what was asked for.

    An entry without an id is known by its link, else by its title and date: a feed that changes
    those shows a new entry. A date that cannot be read stays as it is written, as a fact.
    """
    html = _text(entry.get("html"), "content")
    plain = mapping.html_text(_text(entry.get("text"), "summary") or html or "") or None
    title = mapping.text_of(entry.get("title")) or _first_line(plain)
    if not config.wants(title, plain, html and mapping.html_text(html, limit=20_000)):
        return None
    published, written = _published(entry.get("published"))
    unread = [Fact("Published", written)] if written and published is None else []
    return Notice(
        external_id=id_of(entry),
        title=title or UNTITLED,
        url=mapping.link_of(entry.get("link")),
        vendor=config.vendor,
        program=config.program,
        summary=_shortened(plain),
        body=mapping.clean_html(html) if html else None,
        published=published,
        facts=(
            *unread,
            *mapping.facts_of(
                ("Author", entry.get("author")), ("Categories", _listed(entry.get("tags")))
            ),
        ),
    )


def id_of(entry: Entry) -> str:
    """The entry's own id, which may be a number; else a hash of what tells it from others."""
    own = mapping.text_of(entry.get("id"))
    if own is not None:
        return own
    told = entry.get("link") or f"{entry.get('title')}\0{entry.get('published')}"
    if told == "None\0None":
        raise BadField("it has neither id, link, title nor date")
    return f"hash:{blake2b(str(told).encode('utf-8', 'replace'), digest_size=12).hexdigest()}"


def _published(value: Any) -> tuple[Due | None, str | None]:
    """When it was published, and the text as it is written. RSS writes dates as mail does."""
    written = mapping.text_of(value, limit=80) if isinstance(value, str | int | float) else None
    if written is None:
        return None, None
    for given in (value, _mail_date(written)):
        try:
            if given is not None and (due := mapping.due_of(given, field="published")):
                return due, written
        except BadField:
            continue
    return None, written


def _mail_date(written: str) -> str | None:
    """ISO 8601 of a date as RFC 5322 writes it; one whose zone nobody knows has none here."""
    try:
        return parsedate_to_datetime(written).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _text(value: Any, field: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise BadField(f"field {field} is no text")


def _first_line(text: str | None) -> str | None:
    return mapping.text_of(text.splitlines()[0], limit=120) if text else None


def _shortened(text: str | None) -> str | None:
    return mapping.text_of(text, limit=SUMMARY) if text else None


def _listed(tags: Any) -> str | None:
    names = [name for name in map(_named, tags if isinstance(tags, list) else [tags]) if name]
    return mapping.joined(*dict.fromkeys(names), by=", ") or None


def _named(tag: Any) -> str | None:
    return mapping.text_of(tag, limit=60) if isinstance(tag, str) else None
