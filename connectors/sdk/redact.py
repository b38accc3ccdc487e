"""Secrets out of every text that a person or a log may see (P8).

Two nets: the values that we know (``register``), in each form in which they travel, and
the places where secrets usually stand (headers, query parameters, JSON and form fields).
"""

import base64
import json
import logging
import re
import threading
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "[redacted]"
SHORTEST = 6
"""Shorter values are left to the patterns: masking them would blank ordinary words."""

_known: frozenset[str] = frozenset()
_lock = threading.Lock()

_NAMES = (
    r"(?:[\w.-]*(?:password|passwd|secret|token|api[-_]?key|apikey|authori[sz]ation|signature"
    r"|credential|private[-_]?key|session[-_]?id)[\w.-]*|pwd|sig|set-cookie|cookie|x-amz-[\w-]+)"
)
_PATTERNS = [
    # user:password@ in an address
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@'\"<>]+@"), rf"\1{MASK}@"),
    # the query of an address, whole: names of parameters are the platform's choice
    (re.compile(r"(?i)\b(https?://[^\s?'\"<>]+)\?[^\s'\"<>]+"), rf"\1?{MASK}"),
    # "name": "value" and 'name': 'value'
    (
        re.compile(rf"(?i)([\"']{_NAMES}[\"']\s*:\s*)(\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?)"),
        rf'\1"{MASK}"',
    ),
    # Authorization: Bearer x, Cookie: a=b; c=d
    (
        re.compile(r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(\s*[:=]\s*)[^\r\n\"']+"),
        rf"\1\2{MASK}",
    ),
    # "Bearer x" anywhere; a word without a digit is more likely "basic support"
    (re.compile(r"(?i)\b(bearer|basic)\s+(?=\S*\d|\S{20})[\w.~+/=-]{6,}"), rf"\1 {MASK}"),
    # name=value and name: value
    (re.compile(rf"(?i)\b({_NAMES})(\s*[=:]\s*)[^\s&;,\"'<>\[\]{{}}]+"), rf"\1\2{MASK}"),
]


def register(*secrets: str) -> None:
    """Never let these values out again, in this process."""
    global _known  # noqa: PLW0603  one set for the process: logs have no session
    new = {form for secret in secrets for form in _forms(secret)}
    with _lock:
        if not new <= _known:
            _known = _known | new


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the given and the registered secrets; otherwise verbatim."""
    values = _known.union(form for secret in secrets for form in _forms(secret))
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, MASK)
    return text


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without secrets: the given, the registered, and what looks like one."""
    text = mask(text, secrets)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class RedactingFilter(logging.Filter):
    """Belongs on handlers: a filter on a logger does not see the records of its children."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            record.msg, record.args = redact(record.getMessage()), ()
        except (TypeError, ValueError, KeyError):  # arguments do not fit the message
            record.msg, record.args = redact(f"{record.msg} {record.args!r}"), ()
        if record.exc_info:
            record.exc_text = redact(_formatter.formatException(record.exc_info))
            record.exc_info = None
        elif record.exc_text:
            record.exc_text = redact(record.exc_text)
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


_formatter = logging.Formatter()


def _forms(secret: str) -> set[str]:
    """The value as it is, in an address, in a form, in JSON and in Basic sign-in."""
    if len(secret) < SHORTEST:
        return set()
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        base64.b64encode(secret.encode()).decode(),
    }
