"""What a person writes: entries, each one thing that comes once or again and again."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, model_validator

from connectors.sdk.due_rules import DueRule
from connectors.sdk.lines import BadYaml, Lined, fitted, read
from connectors.sdk.mapping import money_of, text_of
from connectors.sdk.mapping.fields import BadField
from connectors.sdk.records import Category
from connectors.sdk.repeats import Repeats
from connectors.sdk.repeats import parse as rhythm_of

MOST_ENTRIES = 1_000
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")
_ID = r"^[a-z0-9][a-z0-9-]{0,79}$"
_REMIND = re.compile(r"(\d{1,3}) ?(working |business )?days?( before)?")


def _plain(value: Any) -> Any:
    """A text on one line; a number that somebody wrote as a name is one too."""
    return text_of(value) if isinstance(value, str | int | Decimal) else value


def _plain_date(value: Any) -> Any:
    """A date as text: a number would count as seconds."""
    if isinstance(value, str | date) or value is None:
        return value
    raise ValueError("write a date as 2026-03-31")


def _repeats(value: Any) -> Any:
    if isinstance(value, str):
        rhythm_of(value)
        return " ".join(value.split())
    raise ValueError("write how often it comes, such as “every month”")


def _number(value: Any) -> Any:
    """Exact, and small enough to be stored."""
    if isinstance(value, float):
        raise ValueError("this is not an exact number")  # noqa: TRY004 - pydantic wants ValueError
    money = money_of(value, None, field="amount")
    return None if money is None else money.amount


def _currency(value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        found = money_of(1, value, field="currency")
    except BadField:
        raise ValueError("this is not an ISO 4217 currency code such as EUR") from None
    return found.currency if found else None


def _remind(value: Any) -> Any:
    text = f"{value} days" if isinstance(value, int) else str(value or "")
    if not text.strip() or _REMIND.fullmatch(text.casefold().strip()):
        return text.strip() or None
    raise ValueError("write how long before, such as “14 days” or “10 working days”")


Text = Annotated[str, BeforeValidator(_plain)]
Day = Annotated[date, BeforeValidator(_plain_date)]
Number = Annotated[Decimal, BeforeValidator(_number)]


def _skip(value: Any) -> Any:
    return {"skip": True} if value == "skip" else value


class Only(BaseModel):
    """What is different about one time of something that repeats; ``skip``: it is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    skip: bool = False
    date: Day | None = None
    title: Text | None = None
    amount: Number | None = None
    note: str | None = Field(default=None, max_length=4000)
    target: Number | None = None
    actual: Number | None = None


class Entry(BaseModel):
    """One thing that a person entered.

    id        what its dates are known by; from the title where none is given
    kind      "review" is a deadline for a meeting (category event)
    date      the first date; of a rule of the fiscal calendar, the day from which it holds
    repeats   see ``connectors.sdk.repeats``
    since, until   no date before, no date after
    only      what is different about single times, by what they are known by ("2027-Q4")
    continues the id of the entry that this one goes on from: its dates are known by that one
    remind    "14 days": an item of its own, so long before
    target, actual, unit, starts   of a goal; its period is the rule's, else ``starts`` to ``date``
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    id: Annotated[str, Field(pattern=_ID)] = ""
    title: Annotated[Text, Field(min_length=1)]
    kind: Literal["deadline", "report", "review", "goal"] = "deadline"
    vendor: Text | None = None
    program: Text | None = None
    category: Category | None = None
    account: Text | None = None
    amount: Number | None = None
    currency: Annotated[str | None, BeforeValidator(_currency)] = None
    note: str | None = Field(default=None, max_length=4000)
    url: Text | None = None
    recipient: Text | None = None
    date: Day | None = None
    repeats: Annotated[str, BeforeValidator(_repeats)] = "no"
    since: Day | None = None
    until: Day | None = None
    only: dict[str, Annotated[Only, BeforeValidator(_skip)]] = Field(default_factory=dict)
    continues: Annotated[str, Field(pattern=_ID)] | None = None
    remind: Annotated[str | None, BeforeValidator(_remind)] = None
    holidays: tuple[Day, ...] = ()
    target: Number | None = None
    actual: Number | None = None
    unit: Text | None = None
    starts: Day | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:
        """An id from the title, so that nobody has to think of one."""
        if isinstance(data, dict) and not data.get("id") and isinstance(data.get("title"), str):
            return {**data, "id": slug(data["title"])}
        return data

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.date is None and not isinstance(self.rhythm, DueRule):
            raise ValueError("it needs a date, or a rule such as “30 days after quarter end”")
        begins = max(filter(None, (self.date, self.since)), default=None)
        if begins and self.until and self.until < begins:
            raise ValueError("it ends before it begins")
        if self.kind != "goal" and (self.target is not None or self.actual is not None):
            raise ValueError("only a goal has a target and an actual")
        if self.actual is not None and self.rhythm is not None:
            raise ValueError("what was reached is about one period: write it under “only”")
        return self

    @property
    def rhythm(self) -> Repeats:
        """How often it comes."""
        return rhythm_of(self.repeats)

    @property
    def known_by(self) -> str:
        """What its items are known by: two entries share it where one goes on from the other."""
        return self.continues or self.id

    @property
    def lead(self) -> tuple[int, bool]:
        """How many days before to remind, and whether working days; 0 for no reminder."""
        found = _REMIND.fullmatch((self.remind or "").casefold())
        return (int(found[1]), bool(found[2])) if found else (0, False)


class Entries(RootModel[tuple[Entry, ...]]):
    """All entries; no two have one id."""

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(self.root) > MOST_ENTRIES:
            raise ValueError(f"there are more than {MOST_ENTRIES:,} entries")
        ids: set[str] = set()
        for entry in self.root:
            if entry.id in ids:
                raise ValueError(
                    f"two entries are known as “{entry.id}”: give one of them an id of its own"
                )
            ids.add(entry.id)
        return self


def slug(title: str) -> str:
    """A title as an id: small letters, digits and dashes."""
    return _NOT_IN_ID.sub("-", title.casefold()).strip("-")[:80].rstrip("-") or "item"


@lru_cache(maxsize=4)
def lined(text: str) -> Lined:
    """The text of all entries as data, not to be changed; raises ``BadYaml``. An empty one is an
    empty list.

    One act asks for the same text ten times, and reading it is most of the act.
    """
    found = read(text)
    return found if found.data is not None else Lined(data=[], lines=found.lines)


@lru_cache(maxsize=4)
def entries_of(text: str) -> tuple[Entry, ...]:
    """All entries; raises ``BadYaml`` with what is wrong, line by line."""
    found = lined(text)
    if not isinstance(found.data, list):
        raise BadYaml(1, "line 1: write a list, each entry beginning with “- title: …”")
    return fitted(found, Entries).root
