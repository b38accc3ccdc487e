"""The API's documents, for its OpenAPI document. They are made by ``services.answers``, and held to
these shapes by the tests.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core import feeds
from connectors.sdk.records import Category, Kind

Id = Annotated[int, Field(ge=1, le=999_999_999)]
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Uri = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Decimal = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]


class Shape(BaseModel):
    """A document: what it does not name it does not have."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Money(Shape):
    """An amount as text, so that nothing is rounded."""

    value: Decimal
    currency: str | None = Field(description="ISO 4217; null where the source names none.")


class Due(Shape):
    """A date that no time zone may shift (``date``), or a moment in UTC (``at``)."""

    kind: Literal["date", "instant"]
    date: Day = ""
    at: Instant = ""
    zone: str = Field(default="", description="The source's own, where it names one.")


class GoalNumbers(Shape):
    """Of a goal: what is to be reached, and what was."""

    target: Decimal | None
    actual: Decimal | None
    unit: str | None
    period_start: Day | None
    period_end: Day | None


class ReportFacts(Shape):
    """Of a reporting requirement: to whom, on which period, how often."""

    recipient: str | None
    period: str | None
    cadence: str | None


class Record(Shape):
    """What everything has that a source tells."""

    id: Id
    title: str
    vendor: str | None
    program: str | None
    status: str | None = Field(description="The source's own word, as it came.")
    facts: dict[str, str | None] = Field(description="Whatever else the source says.")
    source_id: Id = Field(description="Which source tells it; how fresh that is stands beside.")
    source_url: str | None = Field(description="Where it is found at its source.")
    stream: str
    external_id: str = Field(description="Its id at the source; unique with source and stream.")
    first_seen_at: Instant
    removed_at: Instant | None = Field(description="Since when its source no longer lists it.")


class Item(Record):
    """A deadline, a goal, a reporting requirement or a notice. It never vanishes: what its source
    no longer lists is ``removed at source``."""

    url: Uri = Field(description="Its page in the inbox.")
    summary: str | None
    kind: Literal[*(str(kind) for kind in (Kind.DEADLINE, Kind.GOAL, Kind.REPORTING, Kind.NOTICE))]  # type: ignore[valid-type]  # of our own enum
    category: Literal[*(str(category) for category in Category)] | None  # type: ignore[valid-type]  # of our own enum
    state: Literal[feeds.STATES]  # type: ignore[valid-type]  # one list, for the feed, too
    due: Due | None
    account: str | None = Field(description="The customer that it is about.")
    reference: str | None = Field(description="The numbers that people quote.")
    amount: Money | None
    amount_label: str | None = Field(description="What the amount is: order, lapses, rebate.")
    derived: bool = Field(description="The date follows from a fund or a certification.")
    goal: GoalNumbers | None
    report: ReportFacts | None
    published_on: Day | None
    owner_id: Id | None
    backup_id: Id | None
    snoozed_until: Instant | None
    until_change: bool = Field(description="Snoozed until its source changes it.")
    waiting_since: Instant | None
    done_at: Instant | None
    reason: str | None = Field(description="Why it is not applicable.")
    reopened_because: str | None
    joined_to_id: Id | None = Field(description="The item that stands for it.")
    etag: str = Field(description="For If-Match: another one once anything else here changes.")
    updated_at: Instant = Field(description="When the last line of its history was written.")


class Goal(Item):
    """A goal, and how it stands today."""

    standing: Literal["behind", "on pace", "untold", "reached", "over"]
    share: float | None = Field(description="Actual of target, 0 and up.")
    expected_share: float | None = Field(description="The part of its period that is over.")


class Program(Record):
    """A membership."""

    tier: str | None
    eligible: bool | None = Field(description="null where the source is silent.")
    period_start: Day | None
    period_end: Day | None


class Fund(Record):
    """MDF, co-op or credit money."""

    fund_type: str | None
    allocated: Money | None
    requested: Money | None
    claimed: Money | None
    paid: Money | None
    remaining: Money | None
    lapses: Due | None


class Certification(Record):
    """Who holds what, until when."""

    person: str | None
    issued_on: Day | None
    expires: Due | None


class Contact(Record):
    """The vendor's or distributor's person."""

    role: str | None
    email: str | None
    phone: str | None


class Source(Shape):
    """A connection, and how far it can be trusted."""

    id: Id
    name: str
    connector: str
    state: str = Field(description="fresh, stale, paused, needs sign-in, …")
    stale: bool
    as_of: Instant | None = Field(description="How old what it tells is.")
    last_success_at: Instant | None
    problem: str | None


class Person(Shape):
    """One of the team."""

    id: Id
    name: str
    email: str
    active: bool


class Line(Shape):
    """A line of history. Lines are only added, and none is changed."""

    id: Id
    at: Instant
    kind: str = Field(description="new, changed, due moved, gone, done, assigned, …")
    subject: str = Field(
        description="item, program, fund, certification, contact, source, output, …"
    )
    subject_id: int
    field: str | None
    old: str | None
    new: str | None
    note: str | None
    person_id: Id | None = Field(description="Who did it; null for a sync and the clock.")
    act_id: Id | None
    run_id: Id | None


class Comment(Shape):
    """What somebody wrote about an item; ``text`` is null of one that was withdrawn."""

    id: Id
    at: Instant
    by: str
    text: str | None


class Me(Shape):
    """The token itself."""

    token_id: Id
    scopes: list[Literal["read", "act"]]
    expires_at: Instant | None
    person: Person | None
    today: Day
    time_zone: str


class Page(Shape):
    """A page. ``next`` leads on; null: this was the last."""

    next: Uri | None


class Synced(Page):
    """``sync`` stands on the last page of a walk: ask there later for what came since."""

    sync: Uri | None


class Beside(Shape):
    """What the items name by id."""

    sources: list[Source]
    people: list[Person]


class Items(Synced, Beside):
    """A page of items."""

    items: list[Item]


class Goals(Page, Beside):
    """A page of goals."""

    goals: list[Goal]


class Lines(Synced):
    """A page of the history."""

    events: list[Line]


class ItemLines(Page):
    """A page of an item's history."""

    events: list[Line]


class Programs(Page):
    """A page of memberships."""

    programs: list[Program]
    sources: list[Source]


class Funds(Page):
    """A page of funds."""

    funds: list[Fund]
    sources: list[Source]


class Certifications(Page):
    """A page of certifications."""

    certifications: list[Certification]
    sources: list[Source]


class Contacts(Page):
    """A page of contacts."""

    contacts: list[Contact]
    sources: list[Source]


class Sources(Shape):
    """All connections that were not removed."""

    sources: list[Source]


class People(Shape):
    """The whole team."""

    people: list[Person]


class Comments(Shape):
    """The newest comments of an item, the oldest of them first."""

    comments: list[Comment]


class OneItem(Beside):
    """An item; ``text`` is what its source says at length, as safe HTML."""

    item: Item
    text: str | None


class Act(Shape):
    """What was done, as the person is told."""

    id: Id
    said: str


class Acted(Beside):
    """What was done, and the item as it is now."""

    act: Act
    item: Item


class Undone(Shape):
    """What was taken back, and of which items."""

    said: str
    item_ids: list[Id]


class Wrong(Shape):
    """One thing that is wrong: a parameter of the query or the header, or a field of the body."""

    parameter: str = ""
    pointer: str = Field(default="", description="A JSON pointer (RFC 6901).")
    detail: str


class Problem(BaseModel):
    """Why not (RFC 9457)."""

    type: Uri = Field(description="The part of the help that explains it.")
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[Wrong] = []
    item: dict[str, Any] = Field(default={}, description="With 412: the item as it is now.")
