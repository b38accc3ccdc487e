"""From a declaration's shape to what reads with it; what cannot work is a problem with a place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from connectors.http_api import model
from connectors.http_api.fields import NEEDED, OPTIONS, Reader, fields_of
from connectors.http_api.jmes import Path
from connectors.http_api.problems import Problems
from connectors.http_api.sentences import nearest, sentences
from connectors.http_api.shape import completeness, judge
from connectors.sdk.lines import Place
from connectors.sdk.manifest import StreamSpec
from connectors.sdk.records import Category, Kind
from connectors.sdk.urls import parts_of

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_WIRE = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "te", "upgrade", "expect"}
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One field of a record: how it is read, by which rule, from where."""

    reader: Reader
    rule: model.Rule
    path: Path | None = None
    currency: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One stream, ready to read.

    Paths that were not declared are None. ``facts`` are by label.
    """

    spec: StreamSpec
    kind: Kind
    stream: model.Stream
    error: Path | None
    rows: Path
    each: Path | None
    when: Path | None
    detail_id: Path | None
    total: Path | None
    pages: Path | None
    more: Path | None
    following: Path | None
    fields: Mapping[str, Source]
    facts: Mapping[str, Source]


def plans_of(told: model.Declaration, problems: Problems) -> tuple[Plan, ...]:
    """A plan for every stream, as far as there is no problem."""
    _address(told.base, ("base",), problems)
    _zone(told.zone, ("zone",), problems)
    _sign_in(told.sign_in, problems)
    _headers(told.headers, ("headers",), problems)
    return tuple(
        _plan(name, stream, ("streams", name), problems) for name, stream in told.streams.items()
    )


def _plan(name: str, stream: model.Stream, at: Place, problems: Problems) -> Plan:
    kind = Kind(stream.kind)
    judge(stream, at, problems)
    detail = stream.detail
    fields, facts = _sources(stream.map, kind, (*at, "map"), problems)
    return Plan(
        spec=StreamSpec(
            name=name,
            title=stream.title or name.replace("_", " ").capitalize(),
            kinds=frozenset({kind}),
            completeness=completeness(stream, at, problems),
        ),
        kind=kind,
        stream=stream,
        error=problems.path(stream.error, (*at, "error")),
        rows=problems.path(_rows(stream), (*at, "rows")) or Path("@"),
        each=problems.path(stream.each, (*at, "each")),
        when=problems.path(stream.when, (*at, "when")),
        detail_id=problems.path(detail.id if detail else None, (*at, "detail", "id")),
        total=problems.path(stream.total, (*at, "total")),
        pages=_of_pager("pages", stream, at, problems),
        more=_of_pager("more", stream, at, problems),
        following=_of_pager("next", stream, at, problems),
        fields=fields,
        facts=facts,
    )


def _of_pager(key: str, stream: model.Stream, at: Place, problems: Problems) -> Path | None:
    return problems.path(getattr(stream.pager, key, None), (*at, "pager", key))


def _rows(stream: model.Stream) -> str:
    odata = isinstance(stream.pager, model.ODataPager)
    return stream.rows or ("value" if odata else "@")


def _sources(
    told: Mapping[str, Any], kind: Kind, at: Place, problems: Problems
) -> tuple[dict[str, Source], dict[str, Source]]:
    known = fields_of(kind)
    fields: dict[str, Source] = {}
    facts: dict[str, Source] = {}

    def put(found: dict[str, Source], place: Place, value: Any, reader: Reader) -> None:
        if source := _source(value, reader, place, problems):
            found[str(place[-1])] = source

    for name, value in told.items():
        if name not in known:
            problems.add((*at, name), f"a {kind} has no such field{nearest(name, known)}")
        elif known[name] is not Reader.FACTS:
            put(fields, (*at, name), value, known[name])
        elif not isinstance(value, dict):
            problems.add((*at, name), "it must be labels with a path each")
        else:
            for label, path in value.items():
                put(facts, (*at, name, label), path, Reader.TEXT)
    for name in NEEDED:
        if name not in told:
            problems.add((*at, name), "is needed")
    return fields, facts


def _source(value: Any, reader: Reader, place: Place, problems: Problems) -> Source | None:
    try:
        rule = model.as_rule(value)
    except ValidationError as error:
        for inner, sentence in sentences(error, value, model.Rule):
            problems.add((*place, *inner), sentence)
        return None
    _judge(rule, reader, place, problems)
    currency = rule.currency.path if rule.currency else None
    return Source(
        reader=reader,
        rule=rule,
        path=problems.path(rule.path, (*place, "path")),
        currency=problems.path(currency, (*place, "currency")),
    )


def _judge(rule: model.Rule, reader: Reader, place: Place, problems: Problems) -> None:
    """Whether a rule fits the field that it is for."""
    if (rule.path is None) is (rule.constant is None):
        problems.add(place, "it needs path or constant, one of the two")
    if reader is Reader.ID and rule.path is None:
        problems.add(place, "every row needs an id of its own: it needs a path")
    if rule.currency and (rule.currency.path is None) is (rule.currency.constant is None):
        problems.add((*place, "currency"), "it needs path or constant, one of the two")
    for option in sorted(rule.model_fields_set - {"path", "constant"}):
        if option not in OPTIONS.get(reader, ()):
            problems.add((*place, option), f"it is not for a field that is read as {reader}")
    if rule.format is not None:
        problems.date_format(rule.format, (*place, "format"))
    _zone(rule.zone, (*place, "zone"), problems)
    if reader is Reader.CATEGORY:
        words = rule.words or {}
        told: list[tuple[Place, str]] = [(("words", word), words[word]) for word in words]
        told += [(("default",), rule.default)] if rule.default else []
        told += [(("constant",), str(rule.constant))] if rule.constant is not None else []
        for inner, value in told:
            if value not in set(Category):
                close = nearest(value, list(Category))
                problems.add((*place, *inner), f"there is no category {value}{close}")


def _zone(text: str | None, place: Place, problems: Problems) -> None:
    if text is None:
        return
    try:
        ZoneInfo(text)
    except (ValueError, OSError, LookupError):
        problems.add(place, "there is no such time zone; write one like Europe/Berlin")


def _address(url: str, place: Place, problems: Problems) -> None:
    try:
        parts = parts_of(url)
    except ValueError as error:
        problems.add(place, str(error).rstrip("."))
        return
    if parts.query or parts.fragment:
        problems.add(place, "it must have no parameters: they stand in params")


def _sign_in(told: Any, problems: Problems) -> None:
    if isinstance(told, model.KeySignIn) and (told.header is None) is (told.query is None):
        problems.add(("sign_in",), "it needs header or query, one of the two")
    if isinstance(told, model.KeySignIn) and told.header is not None:
        _header(told.header, told.prefix, ("sign_in", "header"), problems)
    if isinstance(told, model.KeySignIn) and told.secret_header is not None:
        _header(told.secret_header, "", ("sign_in", "secret_header"), problems)
        if told.header is None:
            problems.add(("sign_in", "secret_header"), "it stands beside header only")
    if isinstance(told, model.LoginSignIn):
        problems.path(told.token, ("sign_in", "token"))
        _header(told.header, told.prefix, ("sign_in", "header"), problems)
    if isinstance(told, model.OAuthSignIn | model.LoginSignIn):
        if urlsplit(told.token_url).scheme:
            _address(told.token_url, ("sign_in", "token_url"), problems)
        problems.secrets(told.extra, ("sign_in", "extra"))


def _headers(told: Mapping[str, str], place: Place, problems: Problems) -> None:
    problems.secrets(told, place)
    for name, value in told.items():
        _header(name, value, (*place, name), problems)


def _header(name: str, value: str, place: Place, problems: Problems) -> None:
    """Whether it can be sent, and is not one that says how a request itself is sent."""
    if not _HEADER.fullmatch(name) or not value.isascii() or not (value or "x").isprintable():
        problems.add(place, "it is no header: letters, digits and - name it, one line is in it")
    elif name.lower() in _WIRE:
        problems.add(place, "this header belongs to the request itself and is not declared")
