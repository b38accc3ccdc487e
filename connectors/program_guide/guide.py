"""What a guide says of a program: its goals by tier, its dates, its facts, each with its source.

Where sources disagree a guide keeps what each of them says. The model is the format; the docs page
names every key of it, which a test holds.
"""

import calendar
import re
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from connectors.sdk.fiscal import FiscalYear, Span, add_months, year_of
from connectors.sdk.lines import fitted, read
from connectors.sdk.mapping import decimal_of, text_of
from connectors.sdk.records import Category
from connectors.sdk.repeats import parse as rhythm_of
from connectors.sdk.urls import parts_of

UNKNOWN = "unknown"
FRESH_MONTHS = 12
"""So long after it was verified a statement counts as fresh."""
_DAY = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")


def _plain(value: Any) -> Any:
    return text_of(value, limit=1000) if isinstance(value, str) else value


def _number(value: Any) -> Any:
    return decimal_of(value, field="value")


def _rhythm(value: Any) -> Any:
    rhythm_of(str(value))
    return str(value)


def _verified(value: Any) -> str:
    text = str(value)
    if text != UNKNOWN:
        _last_day(text)
    return text


def _year(value: Any) -> str:
    year_of(str(value))
    return str(value)


def _address(value: str) -> str:
    """An address is one by https; whoever has none names the document in words."""
    if "://" in value:
        parts_of(value, schemes=("https",), begin="https://")
    return value


def _last_day(text: str) -> date:
    """The last day of a year, a month or a day as text; raises ``ValueError``."""
    found = _DAY.fullmatch(text)
    if found is None or not 1990 <= int(found[1]) <= 2200:
        raise ValueError("write when it was verified as 2023, 2023-05, 2023-05-31, or unknown")
    year, month = int(found[1]), int(found[2] or 12)
    if not 1 <= month <= 12:
        raise ValueError("there is no such month")
    return date(year, month, int(found[3] or calendar.monthrange(year, month)[1]))


Text = Annotated[str, BeforeValidator(_plain), Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Said(_Part):
    """What one source says, and when somebody last saw that it does.

    source         the address of the page, or in words where it is on none; ``page`` says where
                   in it to look
    last_verified  a year, a month or a day; "unknown" where the source carries no date
    """

    source: Annotated[Text, AfterValidator(_address)]
    page: Text | None = None
    last_verified: Annotated[str, BeforeValidator(_verified)]
    text: Text | None = None

    @property
    def name(self) -> str:
        """The source in a few words: the host of its address, and where in it to look."""
        host = urlsplit(self.source).hostname or self.source
        return ", ".join(filter(None, (host.removeprefix("www."), self.page)))

    @property
    def verified_on(self) -> date | None:
        """The last day of the year, month or day that is given."""
        return None if self.last_verified == UNKNOWN else _last_day(self.last_verified)

    def is_fresh(self, today: date) -> bool:
        """Whether it was verified in the last twelve months."""
        known = self.verified_on
        return known is not None and today <= add_months(known, FRESH_MONTHS)


class SaidNumber(Said):
    """A number that a source asks for."""

    value: Annotated[Decimal, BeforeValidator(_number)]


class SaidRhythm(Said):
    """When something is due, as own items say it: "45 days after half-year end", "every year"."""

    repeats: Annotated[str, BeforeValidator(_rhythm)]


class SaidText(Said):
    """What a source says in words."""

    text: Text


class SaidYear(Said):
    """A fiscal year, as ``connectors.sdk.fiscal.year_of`` reads it."""

    year: Annotated[str, BeforeValidator(_year)]


Numbers = Annotated[list[SaidNumber], Field(min_length=1)]


class GoalGuide(_Part):
    """A number to be reached. ``tiers``: what each asks; one that is left out asks nothing.

    ``period``: in which it is counted; without one it must hold at any time.
    """

    id: Id
    title: Text
    unit: Text
    period: Span | None = None
    note: Text | None = None
    tiers: Annotated[dict[str, Numbers], Field(min_length=1)]


class DateGuide(_Part):
    """What is due again and again. ``tiers``: only for these; for all where none is named."""

    id: Id
    title: Text
    kind: Literal["deadline", "report", "review"] = "report"
    category: Category | None = None
    recipient: Text | None = None
    note: Text | None = None
    tiers: tuple[Text, ...] = ()
    says: Annotated[list[SaidRhythm], Field(min_length=1)]


class FactGuide(_Part):
    """What is good to know: a validity, a window, a rule of counting."""

    label: Text
    says: Annotated[list[SaidText], Field(min_length=1)]


class Guide(_Part):
    """One program. ``fiscal_year``: left out where the partner must say it; the first counts."""

    title: Text
    vendor: Text
    program: Text
    fiscal_year: tuple[SaidYear, ...] = ()
    goals: tuple[GoalGuide, ...] = ()
    dates: tuple[DateGuide, ...] = ()
    facts: tuple[FactGuide, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ids = [*(goal.id for goal in self.goals), *(part.id for part in self.dates)]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise ValueError(f"two requirements have the id {twice[0]}")
        if self.goals:
            known = {tier for goal in self.goals for tier in goal.tiers}
            for part in self.dates:
                for tier in part.tiers:
                    if tier not in known:
                        raise ValueError(f"{part.id} names the tier {tier}, which no goal has")
        return self

    @property
    def tiers(self) -> tuple[str, ...]:
        """The names of the tiers, in the order in which they first stand."""
        named = (tier for goal in self.goals for tier in goal.tiers)
        others = (tier for part in self.dates for tier in part.tiers)
        return tuple(dict.fromkeys((*named, *others)))

    @property
    def said(self) -> tuple[Said, ...]:
        """Everything that any source says."""
        goals = (said for goal in self.goals for tier in goal.tiers.values() for said in tier)
        dates = (said for part in self.dates for said in part.says)
        facts = (said for fact in self.facts for said in fact.says)
        return (*self.fiscal_year, *goals, *dates, *facts)

    @property
    def year(self) -> FiscalYear | None:
        """The program's fiscal year; None where the guide leaves it open."""
        return year_of(self.fiscal_year[0].year) if self.fiscal_year else None


def guide_of(text: str) -> Guide:
    """The guide in a YAML text; raises ``BadYaml`` with what is wrong, line by line."""
    return fitted(read(text), Guide)


@cache
def shipped(name: str) -> Guide:
    """A guide that comes with the connector, by its file's name without ending."""
    folder = files("connectors.program_guide") / "guides"
    return guide_of((folder / f"{name}.yaml").read_text(encoding="utf-8"))
