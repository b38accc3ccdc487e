"""What a connector yields: frozen, normalised, without opinion.

A record says what the platform says and nothing else. A field the platform does not
give stays ``None``; a value we do not know (a new status, say) is kept verbatim.
Four kinds become items in the inbox, four are reference records:

    Deadline, Goal, ReportingRequirement, Notice      -> items
    Program, Fund, Certification, Contact             -> reference records

Records are ``msgspec`` structs, so that they can be hashed and spooled at the speed of
the network; constructing one does not check types, ``validate`` does.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import TypeVar

import msgspec


class Category(StrEnum):
    """What sort of act a deadline asks for."""

    RENEWAL = "renewal"
    DEAL_REGISTRATION = "deal registration"
    FUND_CLAIM = "fund claim"
    CERTIFICATION = "certification"
    INVITATION = "invitation"
    INVOICE = "invoice"
    QUOTE = "quote"
    ORDER = "order"
    AGREEMENT = "agreement"
    EVENT = "event"
    INCENTIVE = "incentive"
    COMPLIANCE = "compliance"
    OTHER = "other"


class Kind(StrEnum):
    """The closed set of record kinds; the value is the record's tag."""

    DEADLINE = "deadline"
    GOAL = "goal"
    REPORTING = "reporting"
    NOTICE = "notice"
    PROGRAM = "program"
    FUND = "fund"
    CERTIFICATION = "certification"
    CONTACT = "contact"


ITEM_KINDS = frozenset({Kind.DEADLINE, Kind.GOAL, Kind.REPORTING, Kind.NOTICE})


class SafeHtml(str):
    """HTML that went through ``mapping.clean_html``. Only that function makes one."""

    __slots__ = ()


# gc=False: frozen values hold no cycle, and a sync makes a hundred thousand of them.


class DueDate(msgspec.Struct, gc=False, frozen=True, tag="date"):
    """A calendar date without a time. It is never shifted by a zone.

    ``zone`` is the IANA zone of the rule where the source tells it; ``raw`` is the
    source's own text.
    """

    on: date
    zone: str | None = None
    raw: str = ""


class DueInstant(msgspec.Struct, gc=False, frozen=True, tag="instant"):
    """A moment. ``at`` is aware and in UTC; ``zone`` is the zone it was given in."""

    at: datetime
    zone: str | None = None
    raw: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"a due instant needs a zone: {self.raw or self.at}")
        if self.at.tzinfo is not UTC:
            raise ValueError(f"a due instant is held in UTC: {self.raw or self.at}")


Due = DueDate | DueInstant


class Money(msgspec.Struct, gc=False, frozen=True):
    """An amount with its ISO 4217 code; ``None`` where the source names no currency."""

    amount: Decimal
    currency: str | None = None


class Fact(msgspec.Struct, gc=False, frozen=True, array_like=True):
    """One more thing the source says, shown as label and value on the item's page."""

    label: str
    value: str


class Record(msgspec.Struct, gc=False, frozen=True, kw_only=True, omit_defaults=True):
    """What all records share. ``external_id`` is unique and stable within its stream."""

    external_id: str
    title: str
    url: str | None = None
    vendor: str | None = None
    program: str | None = None
    status: str | None = None
    facts: tuple[Fact, ...] = ()


class ItemRecord(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What the four item kinds share.

    vendor     whose program it is, when the platform (a distributor, say) names it
    account    the customer it is about
    reference  numbers people quote to each other: "renewal 4419005 · quote QUO-88121"
    status     the source's own word, verbatim
    closed     the source itself says that nothing is left to do (paid, accepted, sent)
    amount     the money at stake, and ``amount_label`` what that money is ("order")
    summary    plain text; ``body`` cleaned HTML
    """

    account: str | None = None
    reference: str | None = None
    closed: bool = False
    due: Due | None = None
    amount: Money | None = None
    amount_label: str | None = None
    summary: str | None = None
    body: str | None = None


class Deadline(ItemRecord, frozen=True, kw_only=True, omit_defaults=True, tag="deadline"):
    """Something to do by a date. ``due`` is None where the source asks but gives no date.

    ``derived_from`` names the record a derived deadline was made from ("fund 17").
    """

    category: Category = Category.OTHER
    derived_from: str | None = None


class Goal(ItemRecord, frozen=True, kw_only=True, omit_defaults=True, tag="goal"):
    """A target for a period. ``unit`` is a currency code, "%", or a word ("people")."""

    target: Decimal | None = None
    actual: Decimal | None = None
    unit: str = ""
    period_start: date | None = None
    period_end: date | None = None


class ReportingRequirement(
    ItemRecord, frozen=True, kw_only=True, omit_defaults=True, tag="reporting"
):
    """A report owed to someone. ``recipient`` is who wants it, ``period`` what it covers."""

    recipient: str | None = None
    period: str | None = None
    cadence: str | None = None


class Notice(ItemRecord, frozen=True, kw_only=True, omit_defaults=True, tag="notice"):
    """Something the platform announces. ``published`` is when; it asks for no act."""

    published: Due | None = None


class Program(Record, frozen=True, kw_only=True, omit_defaults=True, tag="program"):
    """A membership. ``eligible`` is None where the platform does not say."""

    tier: str | None = None
    eligible: bool | None = None
    period_start: date | None = None
    period_end: date | None = None


class Fund(Record, frozen=True, kw_only=True, omit_defaults=True, tag="fund"):
    """MDF, co-op or credit money. Amounts are None where the platform is silent."""

    fund_type: str | None = None
    currency: str | None = None
    allocated: Decimal | None = None
    requested: Decimal | None = None
    claimed: Decimal | None = None
    paid: Decimal | None = None
    remaining: Decimal | None = None
    lapses: Due | None = None


class Certification(Record, frozen=True, kw_only=True, omit_defaults=True, tag="certification"):
    """Who holds what, until when. ``title`` is the certification, ``person`` the holder."""

    person: str | None = None
    issued_on: date | None = None
    expires: Due | None = None


class Contact(Record, frozen=True, kw_only=True, omit_defaults=True, tag="contact"):
    """The vendor's or distributor's person. ``title`` is the name, ``role`` the function."""

    role: str | None = None
    email: str | None = None
    phone: str | None = None


AnyItem = Deadline | Goal | ReportingRequirement | Notice
AnyRecord = AnyItem | Program | Fund | Certification | Contact

R = TypeVar("R", bound=Record)


def _plain(value: object) -> str:
    """msgspec encodes str but no kind of str; ``SafeHtml`` is the only one in a record."""
    if isinstance(value, SafeHtml):
        return str(value)
    raise NotImplementedError


_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it
_encoder = msgspec.json.Encoder(order="deterministic", enc_hook=_plain)
_decoder: msgspec.json.Decoder[AnyRecord] = msgspec.json.Decoder(AnyRecord)


def encode(record: Record) -> bytes:
    """The record as JSON; the same record always gives the same bytes."""
    return _encoder.encode(record)


def decode(encoded: bytes) -> AnyRecord:
    """A record from its JSON; raises ``msgspec.ValidationError`` on a wrong type."""
    return _decoder.decode(encoded)


def content_hash(encoded: bytes) -> bytes:
    """16 bytes that change when any field of the record changes."""
    return sha256(encoded).digest()[:16]


def kind_of(record: Record) -> Kind:
    """The record's kind, from its tag."""
    return _kind(type(record))


@cache
def _kind(record: type[Record]) -> Kind:
    return Kind(str(record.__struct_config__.tag))


def validate(record: R) -> R:
    """The record, proven: types as declared, an id and a title that are not blank.

    Raises ``msgspec.ValidationError`` with the field's path. A NUL character is refused
    wherever it is: Postgres takes no text with one, and would refuse the whole stream.
    """
    encoded = encode(record)
    decode(encoded)
    if b"\\u0000" in encoded and _NUL.search(encoded):
        raise msgspec.ValidationError("a text in it holds a NUL character")
    if not record.external_id.strip():
        raise msgspec.ValidationError("external_id is blank")
    if not record.title.strip():
        raise msgspec.ValidationError("title is blank")
    return record
