"""Northwind: a connector as short as one can be that passes the whole suite."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from pydantic import Field, SecretStr

from connectors.sdk.auth import Authorized, ClientCredentials
from connectors.sdk.checks import attempt
from connectors.sdk.connector import Check, Complete, Event, Page, ReadContext
from connectors.sdk.http import Reply
from connectors.sdk.manifest import (
    ConnectorConfig,
    Manifest,
    Need,
    PlatformType,
    RateLimit,
    StreamSpec,
)
from connectors.sdk.mapping import (
    BadField,
    clean_html,
    due_of,
    html_text,
    link_of,
    money_of,
    rows,
    text_of,
)
from connectors.sdk.paging import by_cursor, by_number
from connectors.sdk.records import AnyRecord, Category, Deadline, Kind, Notice


class NorthwindConfig(ConnectorConfig):
    """Where Northwind is and who asks."""

    base_url: str = Field(
        "https://api.northwind.example", title="Address", description="Of the API."
    )
    client_id: str = Field(title="Client id", description="From the partner portal.")
    client_secret: SecretStr = Field(title="Client secret", description="Shown there once.")


_MANIFEST = Manifest(
    id="northwind",
    version="1",
    name="Northwind",
    platform=PlatformType.DISTRIBUTOR,
    summary="Renewals and notices of a distributor that does not exist.",
    vendor=None,
    badge="NW",
    colour="#1d4ed8",
    config=NorthwindConfig,
    hosts=("${base_url}",),
    streams=(
        StreamSpec(name="renewals", title="Renewals", kinds=frozenset({Kind.DEADLINE})),
        StreamSpec(name="notices", title="Notices", kinds=frozenset({Kind.NOTICE})),
    ),
    interval=timedelta(hours=1),
    minimum_interval=timedelta(minutes=15),
    rate=RateLimit(calls=60, seconds=60),
    needs=(Need(what="A client id and secret", where="Partner portal, Integrations"),),
    docs="docs/connectors/northwind.md",
    permissions=("read:renewals", "read:notices"),
)


class Northwind:
    """Reads Northwind."""

    @property
    def manifest(self) -> Manifest:
        return _MANIFEST

    def read(self, stream: str, config: NorthwindConfig, context: ReadContext) -> Iterator[Event]:
        api = self.api(config, context)
        yield from api.renewals() if stream == "renewals" else api.notices()

    def check(self, config: NorthwindConfig, context: ReadContext) -> Iterator[Check]:
        api = self.api(config, context)
        yield attempt("Sign-in", api.sign_in)
        yield attempt("Renewals", lambda: f"{api.total()} renewals can be read.")

    def api(self, config: NorthwindConfig, context: ReadContext) -> "Api":
        return Api(config, context)


class Api:
    """One session with Northwind."""

    def __init__(self, config: NorthwindConfig, context: ReadContext) -> None:
        self.base = config.base_url
        self.credentials = ClientCredentials(
            context.http,
            token_url=f"{self.base}/oauth/token",
            client_id=config.client_id,
            client_secret=config.client_secret,
            now=lambda: context.now,
        )
        self.http = Authorized(context.http, self.credentials)

    def sign_in(self) -> str:
        self.credentials.token()
        return "Northwind accepts the client id and secret."

    def total(self) -> int:
        return int(self.get("renewals", {"page": 1, "size": 1}).json()["total"])

    def get(self, what: str, params: dict[str, Any]) -> Reply:
        return self.http.request("GET", f"{self.base}/v1/{what}", params=params)

    def renewals(self) -> Iterator[Event]:
        pages = by_number(
            lambda params: self.get("renewals", params),
            items=lambda body: body["items"],
            size=("size", 10),
            total=lambda body: body["total"],
        )
        for number, body in enumerate(pages, start=1):
            yield self.page(body["items"], self.renewal, number, "renewal")
        yield Complete()

    def notices(self) -> Iterator[Event]:
        pages = by_cursor(
            lambda params: self.get("notices", params),
            items=lambda body: body["notices"],
            cursor=lambda body: body["next"],
            param="cursor",
        )
        for number, body in enumerate(pages, start=1):
            yield self.page(body["notices"], self.notice, number, "notice")
        yield Complete()

    def page(
        self, items: list[Any], make: Callable[[Any], AnyRecord], number: int, noun: str
    ) -> Page:
        return rows(items, make, where=f"page {number}", external_id=identified, noun=noun)

    def renewal(self, row: Any) -> Deadline:
        customer = text_of(row["customer"]) or "an unnamed customer"
        return Deadline(
            external_id=identified(row),
            title=f"Renewal for {customer}",
            vendor=text_of(row.get("vendor")),
            account=customer,
            category=Category.RENEWAL,
            due=due_of(row["expires"], field="expires"),
            amount=money_of(row.get("value"), row.get("currency"), field="value"),
            status=text_of(row.get("status")),
        )

    def notice(self, row: Any) -> Notice:
        html = row.get("html") or ""
        if not isinstance(html, str):
            raise BadField("field html is not text")
        return Notice(
            external_id=identified(row),
            title=text_of(row["subject"]) or "Untitled",
            published=due_of(row.get("created"), field="created"),
            summary=html_text(html),
            body=clean_html(html),
            url=link_of(row.get("link")),
        )


def identified(row: Any) -> str:
    """The row's id; raises ``BadField`` when it has none."""
    found = text_of(row["id"], limit=60)
    if found is None:
        raise BadField("field id is empty")
    return found
