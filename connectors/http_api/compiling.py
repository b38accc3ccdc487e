"""From a declaration's shape to what reads with it; what cannot work is a problem with a place."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from connectors.http_api import model
from connectors.http_api.fields import NEEDED, OPTIONS, Reader, fields_of
from connectors.http_api.jmes import BadPath, Path
from connectors.http_api.sentences import nearest, sentences
from connectors.sdk.lines import Place
from connectors.sdk.manifest import Completeness, StreamSpec
from connectors.sdk.records import Category, Kind
from connectors.sdk.urls import parts_of

_SECRET = re.compile(
    r"authori[sz]ation|cookie|pass(word|wd|phrase)|secret|token|api[-_]?key|x-.*key", re.I
)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_WIRE = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "te", "upgrade", "expect"}
)
_WHOLE_DATES = (("Y", "y"), ("m", "b", "B"), ("d",))
_DIRECTIVES = frozenset("YymbBdHIMSfpzaA%")
_ENDS_PROVABLY = (model.CursorPager, model.LinkPager, model.NextPager, model.ODataPager)


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
    rows: Path
    when: Path | None
    total: Path | None
    pages: Path | None
    following: Path | None
    fields: Mapping[str, Source]
    facts: Mapping[str, Source]


@dataclass
class Problems:
    """What is wrong, each with its place in the text."""

    found: list[tuple[Place, str]] = field(default_factory=list)

    def add(self, place: Place, message: str) -> None:
        self.found.append((place, message))

    def path(self, text: str | None, place: Place) -> Path | None:
        """The compiled expression; None where there is none, or where it is wrong."""
        if text is None:
            return None
        try:
            return Path(text)
        except BadPath as problem:
            self.add(place, str(problem))
            return None


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
    _shape(stream, at, problems)
    pager = stream.pager
    fields, facts = _sources(stream.map, kind, (*at, "map"), problems)
    return Plan(
        spec=StreamSpec(
            name=name,
            title=stream.title or name.replace("_", " ").capitalize(),
            kinds=frozenset({kind}),
            completeness=_completeness(stream, at, problems),
        ),
        kind=kind,
        stream=stream,
        rows=problems.path(_rows(stream), (*at, "rows")) or Path("@"),
        when=problems.path(stream.when, (*at, "when")),
        total=problems.path(stream.total, (*at, "total")),
        pages=problems.path(getattr(pager, "pages", None), (*at, "pager", "pages")),
        following=problems.path(getattr(pager, "next", None), (*at, "pager", "next")),
        fields=fields,
        facts=facts,
    )


def _rows(stream: model.Stream) -> str:
    odata = isinstance(stream.pager, model.ODataPager)
    return stream.rows or ("value" if odata else "@")


def _shape(stream: model.Stream, at: Place, problems: Problems) -> None:
    """What several keys of a stream must agree on."""
    pager = stream.pager
    if not re.fullmatch(r"[^\s?#\\]+", stream.path) or "//" in stream.path:
        problems.add((*at, "path"), "it must be a path below base; parameters stand in params")
    _no_secrets(stream.params, (*at, "params"), problems)
    _no_secrets(stream.body or {}, (*at, "body"), problems)
    if stream.body is not None and stream.method == "GET":
        problems.add((*at, "body"), "only a POST has a body: add method: POST")
    for name, part in (("pager", pager), ("window", stream.window)):
        if getattr(part, "place", "query") == "body" and stream.method == "GET":
            problems.add((*at, name, "in"), "only a POST has a body: add method: POST")
    if stream.format == "json" and stream.csv is not None:
        problems.add((*at, "csv"), "it is only for format: csv")
    if stream.format == "csv":
        _csv(stream, at, problems)
    if isinstance(pager, model.CursorPager) and (pager.next is None) is (pager.header is None):
        problems.add((*at, "pager"), "it needs next or header, one of the two")
    if isinstance(pager, model.PagePager) and (pager.size is None) is not (
        pager.size_param is None
    ):
        problems.add((*at, "pager"), "size and size_param need each other")
    if isinstance(pager, model.ODataPager) and stream.rows not in (None, "value"):
        problems.add((*at, "rows"), "OData has its rows in value: leave it out")
    if stream.window:
        if stream.window.back + stream.window.ahead < 2:
            problems.add((*at, "window"), "it needs two days at least: no less proves anything")
        _is_format(stream.window.format, (*at, "window", "format"), problems)


def _csv(stream: model.Stream, at: Place, problems: Problems) -> None:
    """A table has rows and nothing beside them that could lead on."""
    for name in ("rows", "total"):
        if getattr(stream, name) is not None:
            problems.add((*at, name), "CSV has nothing but rows: leave it out")
    pager = stream.pager
    for name in ("next", "pages"):
        if getattr(pager, name, None) is not None:
            problems.add((*at, "pager", name), "CSV has nothing but rows: leave it out")
    if isinstance(pager, model.ODataPager):
        problems.add((*at, "pager", "type"), "OData answers in JSON")


def _completeness(stream: model.Stream, at: Place, problems: Problems) -> Completeness:
    """What was said, else what the pager proves; without either nothing."""
    said = stream.completeness
    if said == "window" and stream.window is None:
        problems.add((*at, "completeness"), "a window needs the key window, with its parameters")
    if said == "full list" and stream.window is not None:
        problems.add((*at, "completeness"), "what is asked by a window is no full list")
    if said is not None:
        return Completeness(said)
    counted = stream.total is not None or getattr(stream.pager, "pages", None) is not None
    if not counted and not isinstance(stream.pager, _ENDS_PROVABLY):
        return Completeness.UNKNOWN
    return Completeness.WINDOW if stream.window else Completeness.FULL_LIST


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
        for inner, sentence in sentences(error, value):
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
        _is_format(rule.format, (*place, "format"), problems)
    _zone(rule.zone, (*place, "zone"), problems)
    if reader is Reader.CATEGORY:
        words = rule.words or {}
        told: list[tuple[Place, str]] = [(("words", word), words[word]) for word in words]
        told += [(("default",), rule.default)] if rule.default else []
        told += [(("constant",), str(rule.constant))] if rule.constant is not None else []
        for inner, value in told:
            if value not in set(Category):
                close = nearest(value, list(Category)) or f"; there are {', '.join(Category)}"
                problems.add((*place, *inner), f"there is no category {value}{close}")


def _is_format(text: str, place: Place, problems: Problems) -> None:
    """Whether it tells a whole date, by directives that mean the same everywhere."""
    used = re.findall(r"%(.?)", text)
    if strange := [one for one in used if one not in _DIRECTIVES]:
        problems.add(place, f"a date format has no %{strange[0]}")
    elif not all(any(one in used for one in group) for group in _WHOLE_DATES):
        problems.add(place, "a date format needs year, month and day, such as %d.%m.%Y")
    else:
        try:
            sample = datetime(2027, 11, 23, 14, 5).strftime(text)  # noqa: DTZ001  (no zone is meant)
            datetime.strptime(sample, text.replace("%z", ""))  # noqa: DTZ007  (as above)
        except (ValueError, re.error):
            problems.add(place, "it is no date format that can be read back")


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
    if isinstance(told, model.OAuthSignIn):
        if urlsplit(told.token_url).scheme:
            _address(told.token_url, ("sign_in", "token_url"), problems)
        _no_secrets(told.extra, ("sign_in", "extra"), problems)


def _headers(told: Mapping[str, str], place: Place, problems: Problems) -> None:
    _no_secrets(told, place, problems)
    for name, value in told.items():
        _header(name, value, (*place, name), problems)


def _header(name: str, value: str, place: Place, problems: Problems) -> None:
    """Whether it can be sent, and is not one that says how a request itself is sent."""
    if not _HEADER.fullmatch(name) or not value.isascii() or not (value or "x").isprintable():
        problems.add(place, "it is no header: letters, digits and - name it, one line is in it")
    elif name.lower() in _WIRE:
        problems.add(place, "this header belongs to the request itself and is not declared")


def _no_secrets(told: Collection[str], place: Place, problems: Problems) -> None:
    """A declaration is handed on: what would give a secret away has no place in it."""
    for name in told:
        if _SECRET.search(name):
            problems.add((*place, name), "a secret has no place here: say it with sign_in")
