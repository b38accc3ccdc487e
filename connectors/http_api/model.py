"""What a declaration may say, key by key. The docs list these keys; a test compares.

Shapes only: what depends on the kind of record or on several keys is ``compiling``'s.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Text = Annotated[str, Field(min_length=1, max_length=400)]
_RATE = re.compile(r"[1-9][0-9]{0,5}/(second|minute|hour|day)")
Plain = str | int | bool
"""A constant: a parameter or a header as it is sent."""
Numbers = Literal["plain", "1,234.50", "1.234,50"]
Spot = Literal["query", "body", "path"]
"""Where a parameter goes. In the body a name with dots is a place in it, in the path it stands in
braces."""


def _rate(value: str) -> str:
    if not _RATE.fullmatch(value):
        raise ValueError("it must be such as 60/minute: per second, minute, hour or day")
    return value


class Part(BaseModel):
    """Base of all parts: what is not known is wrong, and nothing is converted."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, populate_by_name=False
    )


class NoSignIn(Part):
    """Anybody may read."""

    type: Literal["none"] = "none"


class KeySignIn(Part):
    """The setting ``key``, in a header or in the query; in another header the client secret."""

    type: Literal["key"]
    header: Text | None = None
    query: Text | None = None
    prefix: str = Field("", max_length=40)
    secret_header: Text | None = None


class BasicSignIn(Part):
    """User name and password; or the setting ``key`` alone, in the place of one of them."""

    type: Literal["basic"]
    key: Literal["username", "password"] | None = None


class BearerSignIn(Part):
    """The setting ``key`` as a bearer token."""

    type: Literal["bearer"]


class OAuthSignIn(Part):
    """A token endpoint that gives bearer tokens."""

    type: Literal["client_credentials", "refresh_token", "password"]
    token_url: Text
    scope: Text | None = None
    extra: dict[str, str] = Field(default_factory=dict, max_length=20)
    send: Literal["form", "json"] = "form"
    client: Literal["body", "basic"] = "body"


class LoginSignIn(Part):
    """User name and password, sent to an address of the platform's own, earn a token."""

    type: Literal["login"]
    token_url: Text
    username: Text = "username"
    password: Text = "password"  # noqa: S105  (the name of a field)
    extra: dict[str, str] = Field(default_factory=dict, max_length=20)
    send: Literal["form", "json"] = "json"
    token: Text = "@"  # noqa: S105  (a path)
    header: Text = "Authorization"
    prefix: str = Field("Bearer ", max_length=40)


SignIn = Annotated[
    NoSignIn | KeySignIn | BasicSignIn | BearerSignIn | OAuthSignIn | LoginSignIn,
    Field(discriminator="type"),
]


class NoPager(Part):
    """One answer holds the whole list."""

    type: Literal["none"] = "none"


class PagePager(Part):
    """Page numbers."""

    type: Literal["page"]
    param: Text = "page"
    first: int = Field(1, ge=0, le=1)
    size_param: Text | None = None
    size: int | None = Field(None, ge=1, le=10_000)
    pages: Text | None = None
    more: Text | None = None
    place: Spot = Field("query", alias="in")


class OffsetPager(Part):
    """Offsets, by the rows that came."""

    type: Literal["offset"]
    param: Text = "offset"
    size_param: Text = "limit"
    size: int = Field(ge=1, le=10_000)
    more: Text | None = None
    place: Spot = Field("query", alias="in")


class CursorPager(Part):
    """What one page names asks for the next."""

    type: Literal["cursor"]
    param: Text
    next: Text | None = None
    header: Text | None = None
    place: Spot = Field("query", alias="in")


class LinkPager(Part):
    """RFC 8288: Link: <…>; rel="next"."""

    type: Literal["link_header"]


class NextPager(Part):
    """The address of the next page stands in the answer."""

    type: Literal["next_link"]
    next: Text


class ODataPager(Part):
    """@odata.nextLink, and the rows in ``value``."""

    type: Literal["odata"]


Pager = Annotated[
    NoPager | PagePager | OffsetPager | CursorPager | LinkPager | NextPager | ODataPager,
    Field(discriminator="type"),
]


class Csv(Part):
    """How an answer in CSV is written."""

    delimiter: str = Field(",", min_length=1, max_length=1)
    encoding: Literal["utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-15"] = "utf-8"
    skip: int = Field(0, ge=0, le=50)


class Window(Part):
    """The parameters that ask for due dates from one day to another, counted from today."""

    after: Text = Field(alias="from")
    before: Text = Field(alias="to")
    back: int = Field(ge=0, le=3_650)
    ahead: int = Field(ge=0, le=3_650)
    format: Text = "%Y-%m-%d"
    place: Spot = Field("query", alias="in")


class Detail(Part):
    """One request more for each row: what the list leaves out. ``most`` rows of a read have it."""

    path: Text
    id: Text | None = None
    most: int = Field(100, ge=1, le=1_000)


def _path_alone(value: Any) -> Any:
    """A text in place of a rule is its path."""
    return {"path": value} if isinstance(value, str) else value


class Constant(Part):
    """A path or a constant."""

    path: Text | None = None
    constant: Plain | None = None


class Rule(Constant):
    """Where one field of a record comes from."""

    format: Text | None = None
    zone: Text | None = None
    currency: Annotated[Constant, BeforeValidator(_path_alone)] | None = None
    numbers: Numbers | None = None
    words: dict[str, str] | None = None
    default: Text | None = None
    html: bool | None = None
    day: bool | None = None
    divide: Literal[10, 100, 1_000, 10_000, 100_000, 1_000_000] | None = None


def as_rule(value: Any) -> Rule:
    """A rule as it was written; raises pydantic's ``ValidationError``."""
    return Rule.model_validate(_path_alone(value))


class Stream(Part):
    """One list of the API, and the kind of record that its rows become."""

    title: Text | None = None
    kind: Literal[
        "deadline", "goal", "reporting", "notice", "program", "fund", "certification", "contact"
    ]
    path: Text
    method: Literal["GET", "POST"] = "GET"
    params: dict[str, Plain | list[Plain]] = Field(default_factory=dict, max_length=40)
    body: dict[str, Any] | None = None
    format: Literal["json", "json lines", "csv"] = "json"
    csv: Csv | None = None
    error: Text | None = None
    rows: Text | None = None
    each: Text | None = None
    when: Text | None = None
    detail: Detail | None = None
    total: Text | None = None
    pager: Pager = NoPager()
    window: Window | None = None
    completeness: Literal["full list", "window", "unknown"] | None = None
    map: dict[str, Any] = Field(min_length=1, max_length=40)


class Declaration(Part):
    """One API."""

    version: Literal[1] = 1
    name: Text
    base: Text
    vendor: Text | None = None
    sign_in: SignIn = NoSignIn()
    headers: dict[str, str] = Field(default_factory=dict, max_length=20)
    rate: Annotated[str, AfterValidator(_rate)] | None = None
    numbers: Numbers = "plain"
    zone: Text | None = None
    streams: dict[Name, Stream] = Field(min_length=1, max_length=20)
