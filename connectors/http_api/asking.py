"""Requests as a declaration says: signed, with its parameters, page after page."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

import httpx2

from connectors.http_api import model
from connectors.http_api.compiling import Plan
from connectors.http_api.config import HttpApiConfig
from connectors.http_api.declaration import address
from connectors.http_api.jmes import Path
from connectors.http_api.signing import Send, signed
from connectors.http_api.tables import Table
from connectors.sdk import paging
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import FormatChanged, Incomplete
from connectors.sdk.http import Reply
from connectors.sdk.mapping import BadField
from connectors.sdk.tally import rows_of


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One page: its rows, and the total that its answer announces."""

    rows: list[Any]
    expected: int | None = None


class Asking:
    """Reads the pages of one stream. ``last`` is the newest answer, for who wants to see it."""

    def __init__(self, plan: Plan, config: HttpApiConfig, context: ReadContext) -> None:
        self._plan = plan
        self._told = config.loaded.told
        self._send: Send = signed(config, context)
        self._today = context.now.date()
        self._url = address(config.base_url, plan.stream.path)
        self.last: Reply | None = None

    @property
    def window(self) -> tuple[date, date] | None:
        """The due dates that a finished read has surely listed.

        A day less at each end than was asked for: whether an end counts, and by which clock,
        is different everywhere.
        """
        asked = self._plan.stream.window
        if asked is None:
            return None
        first, last = self._days(asked)
        return first + timedelta(days=1), last - timedelta(days=1)

    def leaves(self) -> Iterator[Leaf]:
        """The pages until the proven end; raises the typed errors of pagers and sessions."""
        seen, totals = 0, set()
        for body in self._bodies():
            leaf = Leaf(rows=self._rows(body), expected=self._total(body))
            seen += len(leaf.rows)
            totals.add(leaf.expected)
            yield leaf
        if self._plan.total and totals != {seen}:
            told = " and then ".join(f"{total:,}" for total in totals if total is not None)
            raise Incomplete(f"The platform announced {told} rows and gave {seen:,}.")

    # The pagers

    def _bodies(self) -> Iterator[Any]:
        pager = self._plan.stream.pager
        match pager:
            case model.PagePager() | model.OffsetPager():
                return self._counted(pager)
            case model.CursorPager():
                return paging.by_cursor(
                    self._placed(pager.place),
                    items=self._rows,
                    cursor=lambda body: self._cursor(pager, body),
                    param=pager.param,
                )
            case model.LinkPager():
                return (reply.json() for reply in paging.by_link(self._get, self._first()))
            case model.NextPager():
                first = self._first()
                return paging.by_next(self._get, first, items=self._rows, target=self._following)
            case model.ODataPager():
                return paging.by_odata(self._get, self._first())
        return iter([self._ask(self._url, self._query(), self._body_or_none()).json()])

    def _counted(self, pager: model.PagePager | model.OffsetPager) -> Iterator[Any]:
        fetch = self._placed(pager.place)
        total = self._total if self._plan.total else None
        if isinstance(pager, model.OffsetPager):
            size = (pager.size_param, pager.size)
            return paging.by_offset(
                fetch, items=self._rows, offset=pager.param, size=size, total=total
            )
        pages = self._plan.pages
        return paging.by_number(
            fetch,
            items=self._rows,
            page=pager.param,
            first=pager.first,
            size=(pager.size_param, pager.size) if pager.size_param and pager.size else None,
            total=total,
            pages=(lambda body: _count(pages, body)) if pages else None,
        )

    def _placed(self, place: str) -> paging.Fetch:
        """Asks for a page by parameters, which go into the query or into the body."""
        if place == "body":
            return lambda more: self._ask(self._url, self._query(), {**self._body(), **more})
        return lambda more: self._ask(self._url, {**self._query(), **more}, self._body_or_none())

    def _first(self) -> str:
        """The first page's whole address, for pagers that go from address to address."""
        return str(httpx2.URL(self._url).copy_merge_params(self._query()))

    def _get(self, url: str) -> Reply:
        return self._ask(url, {}, self._body_or_none())

    def _ask(self, url: str, query: dict[str, Any], body: dict[str, Any] | None) -> Reply:
        stream = self._plan.stream
        accept = "text/csv, */*;q=0.5" if stream.format == "csv" else "application/json"
        headers = {"Accept": accept, **self._told.headers}
        reply = self._send(stream.method, url, params=query, headers=headers, json=body)
        if stream.format == "csv":
            values = {one.name: getattr(reply, one.name) for one in fields(reply)}
            key = self._plan.fields["id"].path or Path("@")
            reply = Table(**values, csv=stream.csv or model.Csv(), key=key)
        self.last = reply
        return reply

    # Parameters

    def _query(self) -> dict[str, Any]:
        said = {name: _sent(value) for name, value in self._plan.stream.params.items()}
        return {**said, **self._dates("query")}

    def _body(self) -> dict[str, Any]:
        return {**(self._plan.stream.body or {}), **self._dates("body")}

    def _body_or_none(self) -> dict[str, Any] | None:
        return self._body() if self._plan.stream.method == "POST" else None

    def _dates(self, place: str) -> dict[str, str]:
        asked = self._plan.stream.window
        if asked is None or asked.place != place:
            return {}
        first, last = self._days(asked)
        return {
            asked.after: first.strftime(asked.format),
            asked.before: last.strftime(asked.format),
        }

    def _days(self, asked: model.Window) -> tuple[date, date]:
        return (
            self._today - timedelta(days=asked.back),
            self._today + timedelta(days=asked.ahead),
        )

    # What an answer says

    def _rows(self, body: Any) -> list[Any]:
        return rows_of(lambda whole: _follow(self._plan.rows, whole), body)

    def _total(self, body: Any) -> int | None:
        return _count(self._plan.total, body) if self._plan.total else None

    def _cursor(self, pager: model.CursorPager, body: Any) -> str | None:
        if pager.header is not None:
            return self.last.headers.get(pager.header) if self.last else None
        return self._following(body)

    def _following(self, body: Any) -> str | None:
        """What leads to the next page; nothing, false and 0 mean that there is none."""
        found = _follow(self._plan.following, body)
        if isinstance(found, dict | list):
            raise FormatChanged("What leads to the next page is neither text nor number.")
        return str(found) if found else None


def _follow(path: Path | None, body: Any) -> Any:
    try:
        return path(body) if path else None
    except BadField as problem:
        raise FormatChanged(f"The answer is not shaped as declared: {problem}.") from None


def _count(path: Path | None, body: Any) -> int | None:
    """A number of rows or pages that was declared to be there."""
    found = _follow(path, body)
    with suppress(TypeError, ValueError):
        if not isinstance(found, bool) and (count := int(found)) >= 0:
            return count
    raise FormatChanged("The number of rows or pages is missing from the platform's answer.")


def _sent(value: Any) -> Any:
    """A constant as it goes into a query."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_sent(one) for one in value] if isinstance(value, list) else value
