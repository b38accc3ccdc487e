"""What several keys of a stream must agree on, and what a finished read of it proves."""

import re
from typing import Any

from connectors.http_api import model
from connectors.http_api.filling import fits, moves, names_in, problems_of
from connectors.http_api.problems import Problems
from connectors.sdk.lines import Place
from connectors.sdk.manifest import Completeness

_ENDS_PROVABLY = (model.CursorPager, model.LinkPager, model.NextPager, model.ODataPager)
_PATH = re.compile(r"[^\s?#\\]+")
_ROW_ID = "id"


def judge(stream: model.Stream, at: Place, problems: Problems) -> None:
    """What cannot work together."""
    problems.secrets(stream.params, (*at, "params"))
    problems.secrets(stream.body or {}, (*at, "body"))
    if stream.body is not None and stream.method == "GET":
        problems.add((*at, "body"), "only a POST has a body: add method: POST")
    for name, told in (("params", stream.params), ("body", stream.body)):
        for place, wrong in problems_of(told):
            problems.add((*at, name, *place), wrong)
    _path(stream.path, _named(stream), (*at, "path"), problems)
    _spots(stream, at, problems)
    _format(stream, at, problems)
    _pager(stream, at, problems)
    if stream.detail:
        _path(stream.detail.path, {_ROW_ID}, (*at, "detail", "path"), problems)
    if stream.window:
        if stream.window.back + stream.window.ahead < 2:
            problems.add((*at, "window"), "it needs two days at least: no less proves anything")
        problems.date_format(stream.window.format, (*at, "window", "format"))


def completeness(stream: model.Stream, at: Place, problems: Problems) -> Completeness:
    """What was said, else what the pager proves; without either nothing.

    What is asked with other days tomorrow is no list from which something could be missing.
    """
    said = stream.completeness
    if said == "window" and stream.window is None:
        problems.add((*at, "completeness"), "a window needs the key window, with its parameters")
    if said == "full list" and stream.window is not None:
        problems.add((*at, "completeness"), "what is asked by a window is no full list")
    if said is not None:
        return Completeness(said)
    if any(moves(asked) for asked in (stream.path, stream.params, stream.body)):
        return Completeness.UNKNOWN
    told = (stream.total, *(getattr(stream.pager, name, None) for name in ("pages", "more")))
    if not any(told) and not isinstance(stream.pager, _ENDS_PROVABLY):
        return Completeness.UNKNOWN
    return Completeness.WINDOW if stream.window else Completeness.FULL_LIST


def _named(stream: model.Stream) -> set[str]:
    """The names that pager and window put into the path."""
    pager, window = stream.pager, stream.window
    found: set[str] = set()
    if isinstance(pager, model.PagePager | model.OffsetPager | model.CursorPager):
        found |= {pager.param} if pager.place == "path" else set()
    if window and window.place == "path":
        found |= {window.after, window.before}
    return found


def _path(path: str, names: set[str], place: Place, problems: Problems) -> None:
    there = names_in(path)
    if not _PATH.fullmatch(path) or "//" in path:
        problems.add(place, "it must be a path below base; parameters stand in params")
    elif found := [wrong for _, wrong in problems_of(path)]:
        problems.add(place, found[0])
    elif strange := min(there - names, default=None):
        problems.add(place, f"nothing is said to go in place of {{{strange}}}")
    elif lacking := min(names - there, default=None):
        problems.add(place, f"it needs {{{lacking}}}, for the value to go there")


def _spots(stream: model.Stream, at: Place, problems: Problems) -> None:
    """Whether the parameters of pager and window have where to go."""
    told: list[tuple[str, Any, tuple[str, ...]]] = [
        ("pager", stream.pager, ("param", "size_param")),
        ("window", stream.window, ("after", "before")),
    ]
    for name, part, keys in told:
        if getattr(part, "place", "query") != "body":
            continue
        if stream.method == "GET":
            problems.add((*at, name, "in"), "only a POST has a body: add method: POST")
        for key in keys:
            param = getattr(part, key, None)
            if param and not fits(stream.body or {}, param):
                problems.add((*at, name), f"the body has no place {param}")


def _format(stream: model.Stream, at: Place, problems: Problems) -> None:
    """Lines and tables have rows, and nothing beside them that could lead on."""
    if stream.format != "csv" and stream.csv is not None:
        problems.add((*at, "csv"), "it is only for format: csv")
    if stream.format == "json":
        return
    name = "CSV has" if stream.format == "csv" else "JSON lines have"
    for key in ("rows", "total", "error"):
        if getattr(stream, key) is not None:
            problems.add((*at, key), f"{name} nothing but rows: leave it out")
    for key in ("next", "pages", "more"):
        if getattr(stream.pager, key, None) is not None:
            problems.add((*at, "pager", key), f"{name} nothing but rows: leave it out")
    if isinstance(stream.pager, model.ODataPager):
        problems.add((*at, "pager", "type"), "OData answers in JSON")


def _pager(stream: model.Stream, at: Place, problems: Problems) -> None:
    pager = stream.pager
    if isinstance(pager, model.CursorPager):
        if (pager.next is None) is (pager.header is None):
            problems.add((*at, "pager"), "it needs next or header, one of the two")
        if pager.place == "path":
            problems.add((*at, "pager", "in"), "the first page has no cursor for its path")
    if isinstance(pager, model.PagePager) and (pager.size is None) is not (
        pager.size_param is None
    ):
        problems.add((*at, "pager"), "size and size_param need each other")
    if isinstance(pager, model.ODataPager) and stream.rows not in (None, "value"):
        problems.add((*at, "rows"), "OData has its rows in value: leave it out")
