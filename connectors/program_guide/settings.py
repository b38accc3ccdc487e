"""Which guide is followed, and what only the partner knows."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from connectors.program_guide.guide import Guide, guide_of, shipped
from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.fiscal import FiscalYear, day_of, year_of
from connectors.sdk.lines import MOST_CHARACTERS, BadYaml
from connectors.sdk.manifest import ConnectorConfig
from connectors.sdk.mapping import decimal_of

Name = Literal[
    "aws-services-path",
    "cisco-360",
    "dell",
    "fortinet-engage",
    "microsoft-csp-direct",
    "microsoft-solutions-partner",
    "monday-com",
    "sophos",
]
"""The guides that come with the connector."""
TITLES = {
    "aws-services-path": "AWS Services Path",
    "cisco-360": "Cisco 360",
    "dell": "Dell partner program",
    "fortinet-engage": "Fortinet Engage",
    "microsoft-csp-direct": "Microsoft CSP direct bill",
    "microsoft-solutions-partner": "Microsoft Solutions Partner designation",
    "monday-com": "monday.com channel partner program",
    "sophos": "Sophos partner program",
}
"""As the guides call themselves: they are read when one is chosen, not when a form is shown."""
_AGAIN = "Upload the guide again, or choose one of those that come with Partner Inbox."


class ProgramGuideConfig(ConnectorConfig):
    """One program: its guide, the tier aimed at, the counts that somebody typed."""

    guide: Name | None = Field(
        default=None,
        title="Guide",
        description="One that comes with Partner Inbox. Each says when its sources were last seen.",
        json_schema_extra={"labels": dict(TITLES)},
    )
    file: str = Field(
        default="",
        title="Own guide",
        description="A YAML file of your own, or its absolute path on the server; the docs "
        "describe the format.",
        json_schema_extra={"widget": "file"},
    )
    written: str = Field(
        default="",
        title="Own guide as text",
        description="The same YAML, written or pasted here.",
        json_schema_extra={"widget": "textarea", "advanced": True},
    )
    tier: str = Field(
        default="",
        title="Tier aimed at",
        description="As the guide names it. The goals are those of this tier.",
    )
    held: str = Field(
        default="", title="Tier held", description="What your program page says, if you hold one."
    )
    anniversary: str = Field(
        default="",
        title="Anniversary",
        description="A date such as 2026-05-01, for what comes every year from the day on which "
        "you joined or renewed.",
        json_schema_extra={"placeholder": "2026-05-01"},
    )
    fiscal_year: str = Field(
        default="",
        title="Fiscal year",
        description="Only where the guide leaves it open: its first month, or how it ends.",
        json_schema_extra={"placeholder": "July, or: last Saturday of July"},
    )
    holidays: tuple[str, ...] = Field(
        default=(),
        title="Holidays",
        description="Dates on which nobody works, a line each, such as 2026-12-25, where a rule "
        "counts working days. Saturdays and Sundays need no entry.",
        json_schema_extra={"advanced": True},
    )
    actuals: tuple[str, ...] = Field(
        default=(),
        title="Where you stand",
        description="The page of a goal writes it here. A line for each: the goal's id in the "
        "guide, the period where it has one, a colon, the number.",
        json_schema_extra={"placeholder": "technical: 4"},
    )

    @field_validator("anniversary")
    @classmethod
    def _a_date(cls, value: str) -> str:
        try:
            return date.fromisoformat(value.strip()).isoformat() if value.strip() else ""
        except ValueError:
            raise ValueError("write a date such as 2026-05-01") from None

    @field_validator("fiscal_year")
    @classmethod
    def _a_year(cls, value: str) -> str:
        if value.strip():
            year_of(value)
        return value.strip()

    @field_validator("written")
    @classmethod
    def _readable(cls, value: str) -> str:
        value = value.replace("\r\n", "\n")
        if value.strip():
            try:
                guide_of(value)
            except BadYaml as error:
                raise ValueError(_with_line(error)) from None
        return value

    @field_validator("holidays")
    @classmethod
    def _dates(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for line in value:
            day_of(line)
        return value

    @field_validator("actuals")
    @classmethod
    def _numbers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for line in value:
            _actual(line)
        return value

    @model_validator(mode="after")
    def _one_guide(self) -> Self:
        named = [part for part in (self.guide, self.file.strip(), self.written.strip()) if part]
        if len(named) != 1:
            raise ValueError("Choose a guide, upload one or write one: one of the three.")
        guide = self.known
        if guide and (problem := self.unfit(guide)):
            raise ValueError(problem)
        return self

    @property
    def known(self) -> Guide | None:
        """The guide, where it needs no file."""
        if self.guide:
            return shipped(self.guide)
        return guide_of(self.written) if self.written.strip() else None

    @property
    def since(self) -> date | None:
        """The anniversary as a date."""
        return date.fromisoformat(self.anniversary) if self.anniversary else None

    @property
    def year(self) -> FiscalYear | None:
        """The fiscal year, where the partner says it."""
        return year_of(self.fiscal_year) if self.fiscal_year else None

    @property
    def free_days(self) -> frozenset[date]:
        """The holidays as dates."""
        return frozenset(map(day_of, self.holidays))

    def actual(self, goal: str, period: str) -> Decimal | None:
        """The number that somebody typed for a goal: for that period, else for any."""
        typed = dict(map(_actual, self.actuals))
        return typed.get((goal, period), typed.get((goal, "")))

    def unknown(self, guide: Guide) -> list[str]:
        """Goals that a number was typed for and that the guide does not have (any more)."""
        goals = {goal.id for goal in guide.goals}
        return sorted({goal for goal, _ in (_actual(line)[0] for line in self.actuals)} - goals)

    @property
    def key(self) -> str:
        """What the records of this guide are known by."""
        return self.guide or "own"

    def unfit(self, guide: Guide) -> str:
        """What in these settings the guide does not know, as a sentence; empty when all fits."""
        tiers = guide.tiers
        if self.tier and self.tier not in tiers:
            return f"The guide has no tier “{self.tier}”; it has: {', '.join(tiers) or 'none'}."
        return ""


def _actual(line: str) -> tuple[tuple[str, str], Decimal]:
    """((goal, period or ""), number) of "revenue 2026-Q3: 40000"; raises ``ValueError``."""
    named, colon, number = line.partition(":")
    value = decimal_of(number.strip(), field=named.strip()) if colon else None
    goal, *period = named.split() or [""]
    if value is None or len(period) > 1:
        raise ValueError(f"“{line[:60]}”: write the goal's id, a colon, a number: “technical: 4”")
    return (goal, "".join(period)), value


def with_actual(
    lines: Iterable[str], goal: str, period: str, value: Decimal | None
) -> tuple[str, ...]:
    """The lines with another number for a goal in a period, or with none.

    What was typed for any period goes with it: it was meant for the one that ran then.
    """
    others = tuple(line for line in lines if _actual(line)[0] not in {(goal, period), (goal, "")})
    named = f"{goal} {period}".strip()
    return others if value is None else (*others, f"{named}: {value:f}")


def guide_in(config: ProgramGuideConfig, folder: Path | None) -> Guide:
    """The guide of these settings; raises ``ConfigInvalid`` with the line where it is wrong."""
    if config.known:
        return config.known
    name = config.file.strip()
    try:
        guide = guide_of(_text(name, folder))
    except BadYaml as error:
        raise ConfigInvalid(
            f"The guide “{Path(name).name}” cannot be read: {_with_line(error)}.",
            remedy="Correct the file and upload it again.",
        ) from None
    if problem := config.unfit(guide):
        raise ConfigInvalid(problem)
    return guide


def _with_line(error: BadYaml) -> str:
    return str(error) if str(error).startswith("line") else f"line {error.line}: {error}"


def _text(name: str, folder: Path | None) -> str:
    path = Path(name)
    if not path.is_absolute():
        if folder is None:
            raise ConfigInvalid("The guide was not uploaded.", remedy=_AGAIN)
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise ConfigInvalid("The guide lies outside its folder.", remedy=_AGAIN)
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MOST_CHARACTERS + 1)
    except UnicodeDecodeError:
        raise ConfigInvalid("The guide is not a UTF-8 text.", remedy=_AGAIN) from None
    except OSError as problem:
        why = problem.strerror or "it cannot be opened"
        raise ConfigInvalid(f"The guide cannot be read: {why}.", remedy=_AGAIN) from None
