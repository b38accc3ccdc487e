"""Text as search compares it: without accents, in small letters."""

import re
import unicodedata
from collections.abc import Iterable

SEARCHED = ("title", "account", "reference", "vendor", "program", "summary")
"""The columns of an item that are searched."""

_ACCENT = re.compile("[\u0300-\u036f]")
_OTHER_LETTER = re.compile(r"[^\W\x00-\x7f]|[\u0300-\u036f]")


def fold(text: str) -> str:
    """The text without accents, in small letters."""
    return _ACCENT.sub("", unicodedata.normalize("NFD", text)).lower()


def folded(texts: Iterable[str | None]) -> str | None:
    """The words of an item's ``SEARCHED`` texts that are not ASCII, folded; None where all are.

    Postgres would take longer for this than for all else that it does with a new row.
    """
    text = " ".join([text for text in texts if text and not text.isascii()])
    if not _OTHER_LETTER.search(text):  # dashes and quotation marks are most of what is not ASCII
        return None
    words = [word for word in text.split() if _OTHER_LETTER.search(word)]
    return fold(" ".join(words))
