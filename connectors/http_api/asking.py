"""Requests as a declaration says: signed, with its parameters, page after page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx2

from connectors.http_api import model
from connectors.http_api.answers import count_of, follow, no_list
from connectors.http_api.compiling import Plan
from connectors.http_api.config import HttpApiConfig
from connectors.http_api.declaration import address
from connectors.http_api.filling import filled, into, names_in, placed
from connectors.http_api.jmes import Path
from connectors.http_api.signing import Send, signed
from connectors.http_api.tables import NOTHING, read_as
from connectors.http_api.values import line_of, yes_of
from connectors.sdk import paging
from connectors.sdk.conditional import conditions_of, fingerprint, state_of
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import FormatChanged, Incomplete, Unavailable
from connectors.sdk.http import Reply
from connectors.sdk.links import next_link
from connectors.sdk.mapping import BadField


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One page: its rows, the total that its answer announces, and the whole of it."""

    rows: list[Any]
    expected: int | None = None
    body: Any = None


class Asking:
    """Reads the pages of one stream.

    last       the newest answer, for who wants to see it
    unchanged  whether the platform proved that nothing changed since ``context.state``
    state      what the next read needs to be told so
    """

    def __init__(self, plan: Plan, config: HttpApiConfig, context: ReadContext) -> None:
        self._plan = plan
        self._told = config.loaded.told
        self._send: Send = signed(config, context)
        self._today = context.now.date()
        self._base = config.base_url
        self._stored = context.state
        self._basis = {
            "settings": fingerprint(config, plan.spec.name),
            "day": self._today.isoformat(),
        }
        self.last: Reply | None = None
        self.unchanged = False
        self.state: dict[str, Any] = {}

    @property
    def asked(self) -> str:
        """What the first page is asked for with; without the query, which may hold a key."""
        url = httpx2.URL(self._url())
        return f"{self._plan.stream.method} {url.scheme}://{url.netloc.decode()}{url.path}"

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
            leaf = Leaf(rows=self._rows(body), expected=self._total(body), body=body)
            seen += len(leaf.rows)
            if body is not NOTHING:
                totals.add(leaf.expected)
            yield leaf
        if self._plan.total and totals and totals != {seen}:
            told = " and then ".join(f"{total:,}" for total in totals if total is not None)
            raise Incomplete(f"The platform announced {told} rows and gave {seen:,}.")

    def note(self, leaf: Leaf) -> str:
        """What a page says of the list behind it, in sentences."""
        body, notes = leaf.body, []
        if leaf.expected is not None:
            notes.append(f"It announces {leaf.expected:,} in all.")
        if self._plan.pages and body is not NOTHING:
            notes.append(f"It announces {count_of(self._plan.pages, body):,} pages.")
        follows = self._leads_on(body)
        if follows is not None:
            notes.append("It leads on to a next page." if follows else _LAST)
        return " ".join(notes)

    def _leads_on(self, body: Any) -> bool | None:
        """Whether the newest answer names a page after it; None where none ever does."""
        if self._plan.more:
            return self._more(body)
        match self._plan.stream.pager:
            case model.LinkPager():
                return bool(self.last and next_link(self.last.headers.get("link", "")))
            case model.ODataPager():
                return isinstance(body, dict) and bool(body.keys() & _ODATA)
            case model.CursorPager() as pager:
                return bool(self._cursor(pager, body))
            case model.NextPager():
                return bool(self._following(body))
        return None

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
        return self._single()

    def _single(self) -> Iterator[Any]:
        """The only page, asked for only where it changed: one answer is the whole list."""
        stream = self._plan.stream
        repeats = stream.method == "GET" and stream.detail is None
        conditions = conditions_of(self._stored, self._basis) if repeats else {}
        reply = self._ask(self._url(), self._query(), self._body_or_none(), conditions)
        if reply.status == 304:
            self.unchanged = True
            return
        yield reply.json()
        if repeats:
            self.state = state_of(reply.headers, self._basis)

    def _counted(self, pager: model.PagePager | model.OffsetPager) -> Iterator[Any]:
        fetch = self._placed(pager.place)
        total = self._total if self._plan.total else None
        if isinstance(pager, model.OffsetPager):
            size = (pager.size_param, pager.size)
            return paging.by_offset(
                fetch,
                items=self._rows,
                offset=pager.param,
                size=size,
                total=total,
                more=self._more if self._plan.more else None,
            )
        pages = self._plan.pages
        return paging.by_number(
            fetch,
            items=self._rows,
            page=pager.param,
            first=pager.first,
            size=(pager.size_param, pager.size) if pager.size_param and pager.size else None,
            total=total,
            pages=(lambda body: count_of(pages, body)) if pages else None,
            more=self._more if self._plan.more else None,
        )

    def _placed(self, place: str) -> paging.Fetch:
        """Asks for a page by parameters, which go into the query, the body or the path."""

        def fetch(more: dict[str, Any]) -> Reply:
            in_path = names_in(self._plan.stream.path) if place == "path" else frozenset[str]()
            query = {name: more[name] for name in more if name not in in_path}
            if place == "body":
                return self._ask(self._url(), self._query(), into(self._body(), more))
            return self._ask(self._url(more), {**self._query(), **query}, self._body_or_none())

        return fetch

    def _first(self) -> str:
        """The first page's whole address, for pagers that go from address to address."""
        return str(httpx2.URL(self._url()).copy_merge_params(self._query()))

    def _get(self, url: str) -> Reply:
        return self._ask(url, {}, self._body_or_none())

    def _ask(
        self,
        url: str,
        query: dict[str, Any],
        body: dict[str, Any] | None,
        conditions: Mapping[str, str] | None = None,
    ) -> Reply:
        stream = self._plan.stream
        reply = self._send(
            stream.method,
            url,
            params=query,
            headers={"Accept": _ACCEPT[stream.format], **self._told.headers, **(conditions or {})},
            json=body,
            also_ok={304} if conditions else (),
        )
        self.last = read_as(reply, stream, key=self._plan.fields["id"].path or Path("@"))
        return self.last

    def detail(self, row_id: str) -> Any:
        """What one row's own request answers; raises the typed errors of the session."""
        told = self._plan.stream.detail
        assert told is not None  # who asks has looked
        url = address(self._base, placed(told.path, {"id": row_id}, self._today))
        headers = {"Accept": _ACCEPT["json"], **self._told.headers}
        return self._send("GET", url, params={}, headers=headers).json()

    # Parameters

    def _url(self, more: Mapping[str, Any] | None = None) -> str:
        values = {**self._dates("path"), **(more or {})}
        return address(self._base, placed(self._plan.stream.path, values, self._today))

    def _query(self) -> dict[str, Any]:
        told = filled(self._plan.stream.params, self._today)
        return {**{name: _sent(value) for name, value in told.items()}, **self._dates("query")}

    def _body(self) -> dict[str, Any]:
        return into(filled(self._plan.stream.body or {}, self._today), self._dates("body"))

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
        if body is NOTHING:
            return []
        if failure := follow(self._plan.error, body):
            said = "" if failure is True else f": {line_of(failure)}"
            raise Unavailable(f"The platform answered that it failed{said[:_LONGEST]}.")
        found = follow(self._plan.rows, body)
        if not isinstance(found, list):
            raise FormatChanged(no_list(self._plan.rows, body))
        return found

    def _total(self, body: Any) -> int | None:
        said = self._plan.total and body is not NOTHING
        return count_of(self._plan.total, body) if said else None

    def _more(self, body: Any) -> bool:
        """Whether the platform says that pages follow; where it says nothing, none do."""
        try:
            return bool(yes_of(follow(self._plan.more, body), model.Rule(), "more"))
        except BadField:
            raise FormatChanged("What says whether pages follow is not true or false.") from None

    def _cursor(self, pager: model.CursorPager, body: Any) -> str | None:
        if pager.header is not None:
            return self.last.headers.get(pager.header) if self.last else None
        return self._following(body)

    def _following(self, body: Any) -> str | None:
        """What leads to the next page; nothing, false and 0 mean that there is none."""
        found = follow(self._plan.following, body)
        if isinstance(found, dict | list):
            raise FormatChanged("What leads to the next page is neither text nor number.")
        return str(found) if found else None


_ACCEPT = {
    "json": "application/json",
    "json lines": "application/x-ndjson, application/json;q=0.9, */*;q=0.5",
    "csv": "text/csv, */*;q=0.5",
}
_ODATA = {"@odata.nextLink", "odata.nextLink"}
_LAST = "It names no page after it: this is the whole list."
_LONGEST = 300


def _sent(value: Any) -> Any:
    """A constant as it goes into a query."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_sent(one) for one in value] if isinstance(value, list) else value
