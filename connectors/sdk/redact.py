"""Secrets out of every text that a person or a log may see (P8).

Two nets: the values that we know (``register``), in each form in which they travel, and
the places where secrets usually stand (headers, query parameters, JSON and form fields).
"""

import logging
import re
import threading
from collections.abc import Iterable
from typing import Any

from connectors.sdk.disguises import forms, without
from connectors.sdk.lookout import Lookout

MASK = "[redacted]"
SURELY = 16
"""Characters of a secret that no ordinary text holds by chance, so that data may be changed."""

REMEMBERED = 2_000
"""Secrets: a worker gets a new token each hour and connection, and runs for months."""

_forms_of: dict[str, frozenset[str]] = {}
"""Each secret that is known, the one that was named last at the end."""
_lookout = Lookout()
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
    # the address of a calendar is a secret itself
    (re.compile(r"(/calendar/)[\w-]{8,}(?=\.ics)"), rf"\1{MASK}"),
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
    """Let these values out no more in this process, until ``REMEMBERED`` others were named since.

    Whoever uses a secret names it again each time, so only what went out of use is forgotten.
    """
    with _lock:
        for secret in secrets:
            known = _forms_of.pop(secret, None)
            if known is None:
                known = forms(secret)
                _lookout.add(known)
            _forms_of[secret] = known
        while len(_forms_of) > REMEMBERED:
            _lookout.remove(_forms_of.pop(next(iter(_forms_of))))


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the given and the registered secrets; otherwise verbatim."""
    given = {form for secret in secrets for form in forms(secret)}
    return without(text, _longest_first(given | _lookout.suspected(text)), MASK)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without secrets: the given, the registered, and what looks like one."""
    text = mask(text, secrets)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _longest_first(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(values, key=len, reverse=True))


_AS_IT_IS = re.compile(r"[!#-\[\]-~]+")


class Screen:
    """The secrets of one connection, to be looked for in all that its platform lists.

    Only long ones: a record stays as it came unless a secret is surely in it.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        found = {form for secret in secrets for form in forms(secret) if len(form) >= SURELY}
        self._forms = _longest_first(found)
        # What JSON leaves as it is; to look for that is all that most records cost.
        runs = {max(_AS_IT_IS.findall(form), key=len, default="") for form in found}
        self._signs = tuple(
            run.encode() for run in runs if not any(other in run for other in runs - {run})
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def suspects(self, text: bytes) -> bool:
        """Whether a secret may be in it; False is certain."""
        for sign in self._signs:  # noqa: SIM110  (a generator costs more than the search, here)
            if sign in text:
                return True
        return False

    def clean(self, value: Any) -> Any:
        """The same JSON value without the secrets."""
        match value:
            case str():
                return without(value, self._forms, MASK)
            case list():
                return [self.clean(one) for one in value]
            case dict():
                return {name: self.clean(one) for name, one in value.items()}
        return value


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
