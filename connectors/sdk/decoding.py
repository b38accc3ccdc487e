"""Bytes to JSON and text.

msgspec reads JSON (measured fastest of those that can keep numbers exact): ``float_hook``
gets the digits as text, so 0.1 is ``Decimal("0.1")`` and money never passes through a
float. It refuses NaN and Infinity and keeps the last of duplicate keys.
"""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from connectors.sdk.errors import FormatChanged

MOST_CONTAINERS = 1_000_000
"""Objects and arrays in one body; "[" costs one byte in the answer and sixty in memory."""

_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)
# Others that Python knows are not character sets (punycode takes quadratic time).
_CHARSETS = re.compile(
    r"utf-?8|utf-?16(-?[lb]e)?|(us-)?ascii|iso-?8859-\d{1,2}|latin-?1|(windows-|cp)125\d"
    r"|shift_jis|euc-(jp|kr)|gb2312|gbk|gb18030|big5|koi8-[ru]",
    re.IGNORECASE,
)
_LONE_SURROGATE = re.compile(
    r"(\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}",
    re.IGNORECASE,
)
_SIGN_IN = re.compile(
    r"type=[\"']?password|sign[\s_-]?in|log[\s_-]?(?:in|on)\b|saml|oauth|single sign", re.IGNORECASE
)


def number(text: str) -> Decimal | str:
    """Exactly; a number that no arithmetic can hold stays the text that came."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


_decoder = msgspec.json.Decoder(float_hook=number)


def to_json(body: bytes, content_type: str = "") -> Any:
    """JSON with ``Decimal`` for every number that is not an integer.

    Raises ``FormatChanged`` for anything else, and says when it looks like a sign-in page.
    """
    if body.count(b"{") + body.count(b"[") > MOST_CONTAINERS:
        raise FormatChanged("The answer holds more objects than any list of this kind.")
    try:
        return _decoder.decode(body)
    except RecursionError:
        raise FormatChanged("The answer is nested deeper than any list of this kind.") from None
    except ValueError:
        return _to_json_tolerantly(to_text(body, content_type), content_type)


def _to_json_tolerantly(text: str, content_type: str) -> Any:
    """For what is JSON to a person: another charset, a BOM, a raw tab or half a surrogate
    inside a string. One such character in one row must not cost the whole page."""
    whole = _LONE_SURROGATE.sub(lambda m: m[1] or f"{m[2]}\\ufffd", text)
    try:
        return json.loads(whole, strict=False, parse_float=number, parse_constant=_refuse)
    except RecursionError:
        raise FormatChanged("The answer is nested deeper than any list of this kind.") from None
    except ValueError:
        raise _not_json(text, content_type) from None


def _refuse(name: str) -> None:
    raise ValueError(name)


def _not_json(text: str, content_type: str) -> FormatChanged:
    start = text[:20_000].lstrip()
    if not start:
        return FormatChanged("The platform's answer is empty where data was expected.")
    if start.startswith("<?xml") or ("xml" in content_type.lower() and "html" not in start[:200]):
        return FormatChanged(
            "The platform answered in XML where JSON was expected.",
            remedy="Ask it for JSON: most platforms that give both do so by the header Accept or by"
            " a parameter such as format=json.",
            sample=start,
        )
    if start.startswith("<") or "html" in content_type.lower():
        if _SIGN_IN.search(start):
            return FormatChanged(
                "The platform answered with what looks like a sign-in page instead of data.",
                remedy="Check the connection's sign-in and address, then sync again.",
                sample=start,
            )
        return FormatChanged("The platform answered with a web page instead of data.", sample=start)
    return FormatChanged("The platform's answer is not valid JSON.", sample=start)


def to_text(body: bytes, content_type: str = "") -> str:
    """By byte order mark, else the declared charset, else UTF-8; the mark is removed.

    Bytes that fit none of these become U+FFFD, so that the rest of the text is not lost.
    """
    for mark, charset in _BOMS.items():
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    declared = _CHARSET.search(content_type)
    if declared and _CHARSETS.fullmatch(declared[1]):
        return body.decode(declared[1], "replace")
    return body.decode("utf-8", "replace")
