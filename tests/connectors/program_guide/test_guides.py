"""A guide becomes a program, goals and dates; what it says carries its source and its age."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

from connectors.program_guide.connector import ProgramGuide
from connectors.program_guide.guide import (
    UNKNOWN,
    DateGuide,
    FactGuide,
    GoalGuide,
    Guide,
    SaidNumber,
    SaidRhythm,
    SaidText,
    SaidYear,
    guide_of,
    shipped,
)
from connectors.program_guide.settings import TITLES, Name, ProgramGuideConfig, with_actual
from connectors.sdk.conformance.fields import HOSTILE
from connectors.sdk.connector import CheckState, Complete, Page, ReadContext
from connectors.sdk.errors import ConfigInvalid
from connectors.sdk.http import HttpSession
from connectors.sdk.lines import BadYaml
from connectors.sdk.mapping import text_of
from connectors.sdk.policy import policy_of
from connectors.sdk.records import Deadline, Goal, Notice, Program, ReportingRequirement

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
GUIDES = sorted((ROOT / "connectors/program_guide/guides").glob("*.yaml"))
NAMES = [path.stem for path in GUIDES]
PAGE = (ROOT / "docs/connectors/program_guide.md").read_text()
EXAMPLE = PAGE.split("```yaml\n")[1].split("```")[0]


@pytest.fixture
def context(tmp_path: Path) -> Iterator[ReadContext]:
    policy = policy_of(ProgramGuide.manifest, ProgramGuideConfig(guide="sophos"), set())
    with HttpSession(policy, now=lambda: NOW) as http:
        yield ReadContext(http=http, now=NOW, files=tmp_path)


def read(context: ReadContext, **settings: Any) -> dict[str, Any]:
    config, found = ProgramGuideConfig(**settings), {}
    for spec in ProgramGuide.manifest.streams:
        page, end = ProgramGuide().read(spec.name, config, context)
        assert isinstance(page, Page)
        assert isinstance(end, Complete)
        found |= {record.external_id: record for record in page.records}
    return found


def own(context: ReadContext, text: str, **settings: Any) -> dict[str, Any]:
    assert context.files
    (context.files / "acme.yaml").write_text(text)
    return read(context, file="acme.yaml", **settings)


def facts(record: Any, label: str) -> list[str]:
    return [fact.value for fact in record.facts if fact.label == label]


def test_every_guide_that_is_shipped_can_be_chosen() -> None:
    assert list(get_args(Name)) == NAMES
    assert {name: shipped(name).title for name in NAMES} == TITLES
    assert len(NAMES) >= 6
    assert [name for name in NAMES if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_statement_of_a_shipped_guide_has_its_source_and_its_date(
    name: str, context: ReadContext
) -> None:
    guide = shipped(name)

    assert guide.said
    for said in guide.said:
        address = urlsplit(said.source)
        assert (address.scheme, bool(address.hostname)) == ("https", True)
        assert said.last_verified == UNKNOWN or said.verified_on
        assert said.verified_on is None or said.verified_on <= date(2026, 12, 31)
    for tier in guide.tiers or ("",):
        found = read(context, guide=name, tier=tier, anniversary="2024-02-29", fiscal_year="August")
        goals = [one for one in found.values() if isinstance(one, Goal)]
        dates = [one for one in found.values() if isinstance(one, Deadline | ReportingRequirement)]
        assert len(goals) == sum(tier in goal.tiers for goal in guide.goals)
        assert goals or dates
        assert all(goal.actual is None for goal in goals)
        assert all(one.due for one in dates)
        for one in (*goals, *dates):
            assert facts(one, "According to")
            assert facts(one, "Last verified")
            assert (one.vendor, one.program) == (guide.vendor, guide.program)


def test_choosing_a_guide_makes_the_program_its_goals_and_its_reports(context: ReadContext) -> None:
    found = read(
        context,
        guide="aws-services-path",
        tier="Advanced",
        held="Select",
        anniversary="2025-05-01",
        actuals=("technical: 4",),
    )

    program = found["aws-services-path/program"]
    assert isinstance(program, Program)
    assert (program.title, program.tier, program.eligible) == ("Services Path", "Select", None)
    technical = found["aws-services-path/technical"]
    assert (technical.target, technical.actual, technical.unit) == (6, 4, "people")
    plan = found["aws-services-path/business-plan/2026-05"]
    assert isinstance(plan, ReportingRequirement)
    assert (plan.due.on, plan.cadence) == (date(2026, 5, 1), "every year")


def test_nobody_is_said_to_hold_a_tier_that_nobody_typed(context: ReadContext) -> None:
    assert read(context, guide="sophos", tier="Gold")["sophos/program"].tier is None


def test_what_lacks_a_word_of_the_partner_has_no_date_and_says_which(context: ReadContext) -> None:
    found = read(context, guide="cisco-360", tier="Preferred")
    assert "your anniversary" in found["cisco-360/specialisation"].summary
    assert found["cisco-360/vip-shipment/2026-H1"].due.on == date(2026, 4, 24)

    silent = re.sub(r"fiscal_year:\n.*\n", "", EXAMPLE)
    claim = own(context, silent, tier="Gold")["own/claim"]
    assert claim.due is None
    assert "the vendor's fiscal year" in claim.summary
    later = own(context, silent, tier="Gold", fiscal_year="last Saturday of July")
    assert later["own/claim/2026-Q2"].due.on == date(2026, 3, 10)


def test_two_sources_that_disagree_on_a_date_are_both_told(context: ReadContext) -> None:
    claim = read(context, guide="microsoft-solutions-partner")[
        "microsoft-solutions-partner/coop-claim/2026-H1"
    ]

    assert claim.due.on == date(2026, 2, 14)
    assert "2026-02-14 (docs.microsoft.com)" in claim.summary
    assert "2026-02-15 (365talentportal.com)" in claim.summary
    assert len(facts(claim, "According to")) == 2


def test_two_sources_that_disagree_on_a_number_are_both_told(context: ReadContext) -> None:
    goal = read(context, guide="aws-services-path", tier="Advanced")[
        "aws-services-path/accredited-technical"
    ]

    assert goal.target == 4
    assert goal.summary.startswith("Sources disagree, the safer is taken: 4 (")
    assert "; 2 (" in goal.summary


def test_a_statement_that_nobody_verified_for_a_year_says_so(context: ReadContext) -> None:
    text = EXAMPLE.replace("unknown", "2026-01").replace('"2025"', '"2026-01-15"')
    fresh = own(context, text, tier="Gold")
    assert not [one for one in fresh.values() if isinstance(one, Notice)]

    in_a_year = replace(context, now=datetime(2027, 2, 1, tzinfo=UTC))
    (notice,) = [one for one in own(in_a_year, text).values() if isinstance(one, Notice)]
    assert notice.title == "The guide of Acme partner program was not verified for 12 months"
    assert "3 of its 7 statements" in notice.summary
    assert facts(notice, "2026-01-15") == [
        "https://acme.example/questions",
        "https://acme.example/training",
    ]


@pytest.mark.parametrize(
    ("verified", "today", "fresh"),
    [
        ("2025", "2026-12-31", True),
        ("2025", "2027-01-01", False),
        ("2025-02", "2026-02-28", True),
        ("2025-02", "2026-03-01", False),
        ("2024-02-29", "2025-02-28", True),
        ("2024-02-29", "2025-03-01", False),
        ("unknown", "2026-01-01", False),
    ],
)
def test_a_year_is_fresh_until_a_year_after_its_end(verified: str, today: str, fresh: bool) -> None:
    said = SaidText(text="x", source="y", last_verified=verified)

    assert said.is_fresh(date.fromisoformat(today)) is fresh


def test_goals_stay_the_same_items_when_another_tier_is_aimed_at(context: ReadContext) -> None:
    gold, silver = (read(context, guide="sophos", tier=tier) for tier in ("Gold", "Silver"))

    assert gold["sophos/revenue"].target == 60000
    assert silver["sophos/revenue"].target == 10000
    assert gold["sophos/revenue"].period_end == date(2026, 3, 31)


def test_the_example_of_the_docs_is_a_guide(context: ReadContext) -> None:
    found = own(context, EXAMPLE, tier="Gold", actuals=("engineers: 2.5",))

    assert found["own/engineers"].actual == Decimal("2.5")
    assert found["own/revenue"].period_start == date(2026, 2, 1)
    assert found["own/pos/2026-02"].due.on == date(2026, 3, 6)
    assert found["own/pos/2026-02"].title == "Point-of-sale report, February 2026"
    assert "own/claim/2027-Q1" in found


def test_the_docs_name_every_key_of_the_format() -> None:
    models = (Guide, GoalGuide, DateGuide, FactGuide, SaidNumber, SaidRhythm, SaidText, SaidYear)
    keys = {name for model in models for name in model.model_fields}
    table = PAGE.split("| key | where | meaning |")[1].split("\n\n")[0]

    assert {name for name in keys if f"`{name}`" not in table} == set()
    rows = [line.split("|")[1] for line in table.splitlines()[2:]]
    assert {each.strip(" `") for row in rows for each in row.split(",")} == keys


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("vendor: Acme\n", ""), "line 1, vendor: this is needed"),
        (("year: February", "year: Febtober"), "line 5, fiscal_year › 1 › year: “Febtober”"),
        (("fiscal_year:\n  -", "fiscal_year:"), "line 4, fiscal_year: write a list here"),
        (("https://acme.example/questions", "http://acme.example"), "must begin with https://"),
        (("value: 4", "value: four"), "line 13, goals › 1 › tiers › Gold › 1 › value: "),
        (
            ("          last_verified: 2026-10-05\n        - value: 3", "        - value: 3"),
            "this is needed",
        ),
        (("5 working days after month end", "soon"), "says › 1 › repeats: “soon” is not a rule"),
        (("last_verified: unknown", "last_verified: lately"), "write when it was verified as 2023"),
        (("tiers: [Gold]", "tiers: [Golden]"), "claim names the tier Golden, which no goal has"),
        (("id: claim", "id: pos"), "two requirements have the id pos"),
        (("label: Certificates", "labels: Certificates"), "there is no such key here"),
    ],
)
def test_a_mistake_in_a_guide_is_told_with_its_line(change: tuple[str, str], said: str) -> None:
    broken = EXAMPLE.replace(*change)

    assert broken != EXAMPLE
    with pytest.raises(BadYaml, match=r".") as caught:
        guide_of(broken)
    assert said in str(caught.value)


def test_an_own_guide_that_is_wrong_fails_the_check_and_removes_nothing(
    context: ReadContext,
) -> None:
    with pytest.raises(ConfigInvalid, match=r"“acme.yaml” .*: line 1, .*; line 2, vendors"):
        own(context, EXAMPLE.replace("vendor:", "vendors:"))
    with pytest.raises(ConfigInvalid, match="no tier “Iron”; it has: Gold"):
        own(context, EXAMPLE, tier="Iron")
    (check,) = ProgramGuide().check(ProgramGuideConfig(file="gone.yaml"), context)
    assert (check.state, bool(check.fix)) == (CheckState.FAIL, True)
    for name in ("../gone.yaml", "gone.yaml"):
        with pytest.raises(ConfigInvalid):
            read(context, file=name)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "one of the three"),
        ({"guide": "sophos", "file": "x.yaml"}, "one of the three"),
        ({"guide": "sophos", "tier": "Iron"}, "no tier “Iron”; it has: Silver, Gold, Platinum"),
        ({"written": "title: x", "guide": "sophos"}, "line 1, vendor: this is needed; line 1, pro"),
        ({"written": EXAMPLE, "guide": "sophos"}, "one of the three"),
        ({"written": EXAMPLE, "tier": "Iron"}, "no tier “Iron”; it has: Gold"),
        ({"guide": "sophos", "actuals": ("re venue x: 3",)}, "write the goal's id"),
        ({"guide": "sophos", "actuals": ("revenue",)}, "write the goal's id"),
        ({"guide": "sophos", "anniversary": "1 May"}, "write a date such as"),
        ({"guide": "sophos", "fiscal_year": "Mayember"}, "is no fiscal year"),
    ],
)
def test_settings_that_do_not_fit_say_what_does(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ProgramGuideConfig(**settings)


def test_the_check_says_how_old_a_guide_is(context: ReadContext) -> None:
    checks = {
        one.name: one for one in ProgramGuide().check(ProgramGuideConfig(guide="dell"), context)
    }

    assert checks["Tier"].state is CheckState.WARN
    assert "Gold by revenue" in checks["Tier"].fix
    assert checks["Age"].state is CheckState.WARN
    assert "15 of 15 statements" in checks["Age"].text


def test_holidays_count_where_working_days_do(context: ReadContext) -> None:
    report = own(context, EXAMPLE, tier="Gold", holidays=("2026-03-04",))["own/pos/2026-02"]

    assert report.due.on == date(2026, 3, 9)
    with pytest.raises(ValidationError, match="write a date such as 2026-12-25"):
        ProgramGuideConfig(guide="sophos", holidays=("Christmas",))


def test_a_number_is_about_its_period_and_the_next_one_begins_without(context: ReadContext) -> None:
    typed = {"guide": "sophos", "tier": "Gold", "actuals": ("revenue 2026: 40000",)}
    assert read(context, **typed)["sophos/revenue"].actual == 40000

    later = replace(context, now=datetime(2026, 4, 2, tzinfo=UTC))
    assert read(later, **typed)["sophos/revenue"].actual is None
    again = with_actual(typed["actuals"], "revenue", "2027", Decimal(5))
    assert again == ("revenue 2026: 40000", "revenue 2027: 5")
    assert with_actual(again, "revenue", "2026", None) == ("revenue 2027: 5",)


def test_a_number_for_a_goal_that_a_newer_guide_lacks_stops_nothing_and_is_told(
    context: ReadContext,
) -> None:
    config = ProgramGuideConfig(guide="sophos", tier="Gold", actuals=("people: 3", "revenue: 5"))

    checks = {one.name: one for one in ProgramGuide().check(config, context)}
    assert checks["Where you stand"].state is CheckState.WARN
    assert "no goal people" in checks["Where you stand"].text
    found = read(context, **config.model_dump())
    assert found["sophos/revenue"].actual == 5


def test_a_guide_is_shown_before_it_is_saved(context: ReadContext) -> None:
    config = ProgramGuideConfig(written=EXAMPLE, tier="Gold")

    lasting, dated = ProgramGuide().preview(config, context)
    assert [one.title for one in lasting.page.records][:3] == [
        "Acme partner program",
        "Certified engineers",
        "Revenue",
    ]
    assert dated.page.records[0].title == "Point-of-sale report, January 2026"
    (broken, *_) = ProgramGuide().preview(ProgramGuideConfig(file="gone.yaml"), context)
    assert (bool(broken.problem), bool(broken.fix)) == (True, True)


def test_hostile_texts_in_a_guide_do_no_harm(context: ReadContext) -> None:
    hostile = HOSTILE.replace('"', "'").replace("\u2028", " ")
    texts = EXAMPLE.replace("title: Certified engineers", f'title: "{hostile}"')
    found = own(context, texts.replace("Valid for two years.", f'"{hostile}"'), tier="Gold")

    assert text_of(found["own/engineers"].title) == found["own/engineers"].title
    (fact,) = facts(found["own/program"], "Certificates")
    assert text_of(fact, limit=5_000) == fact
