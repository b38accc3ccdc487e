"""Which guide is followed, and what only the partner knows."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from connectors.program_guide.guide import Guide, guide_of, shipped
from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.fiscal import month_of
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
    "sophos",
]
"""The guides that come with the connector."""
_AGAIN = "Upload the guide again, or choose one of those that come with Partner Inbox."


class ProgramGuideConfig(ConnectorConfig):
    """One program: its guide, the tier aimed at, the counts that somebody typed."""

    guide: Name | None = Field(
        default=None,
        title="Guide",
        description="One that comes with Partner Inbox. Each says when its sources were last seen.",
    )
    file: str = Field(
        default="",
        title="Own guide",
        description="A YAML file of your own, or its absolute path on the server; the docs "
        "describe the format.",
        json_schema_extra={"widget": "file"},
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
        title="First month of the fiscal year",
        description="Only where the guide leaves it open.",
        json_schema_extra={"placeholder": "August"},
    )
    actuals: tuple[str, ...] = Field(
        default=(),
        title="Where you stand",
        description="A line for each goal that you know: its id in the guide, a colon, the number. "
        "A goal without a line has no actual.",
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
    def _a_month(cls, value: str) -> str:
        if value.strip():
            month_of(value)
        return value.strip()

    @field_validator("actuals")
    @classmethod
    def _numbers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for line in value:
            _actual(line)
        return value

    @model_validator(mode="after")
    def _one_guide(self) -> Self:
        if bool(self.guide) is bool(self.file.strip()):
            raise ValueError("Choose a guide or upload one of your own, one of the two.")
        if self.guide:
            problem = self.unfit(shipped(self.guide))
            if problem:
                raise ValueError(problem)
        return self

    @property
    def since(self) -> date | None:
        """The anniversary as a date."""
        return date.fromisoformat(self.anniversary) if self.anniversary else None

    @property
    def first_month(self) -> int | None:
        """The fiscal year's first month, where the partner says it."""
        return month_of(self.fiscal_year) if self.fiscal_year else None

    @property
    def counted(self) -> dict[str, Decimal]:
        """The typed numbers by the goal's id."""
        return dict(map(_actual, self.actuals))

    @property
    def key(self) -> str:
        """What the records of this guide are known by."""
        return self.guide or "own"

    def unfit(self, guide: Guide) -> str:
        """What in these settings the guide does not know, as a sentence; empty when all fits."""
        tiers, goals = guide.tiers, [goal.id for goal in guide.goals]
        if self.tier and self.tier not in tiers:
            return f"The guide has no tier “{self.tier}”; it has: {', '.join(tiers) or 'none'}."
        if unknown := sorted(set(self.counted) - set(goals)):
            return f"The guide has no goal “{unknown[0]}”; it has: {', '.join(goals) or 'none'}."
        return ""


def _actual(line: str) -> tuple[str, Decimal]:
    goal, colon, number = line.partition(":")
    value = decimal_of(number.strip(), field=goal.strip()) if colon else None
    if value is None:
        raise ValueError(f"“{line[:60]}”: write the goal's id, a colon, a number: “technical: 4”")
    return goal.strip(), value


def guide_in(config: ProgramGuideConfig, folder: Path | None) -> Guide:
    """The guide of these settings; raises ``ConfigInvalid`` with the line where it is wrong."""
    if config.guide:
        return shipped(config.guide)
    name = config.file.strip()
    try:
        guide = guide_of(_text(name, folder))
    except BadYaml as error:
        said = str(error) if str(error).startswith("line") else f"line {error.line}: {error}"
        raise ConfigInvalid(
            f"The guide “{Path(name).name}” cannot be read: {said}.",
            remedy="Correct the file and upload it again.",
        ) from None
    if problem := config.unfit(guide):
        raise ConfigInvalid(problem)
    return guide


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
