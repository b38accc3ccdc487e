"""A partner's rows at AWS on one day: few enough to know by heart, odd where AWS is odd."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from connectors.aws_partner_central import sandbox_rows as rows
from connectors.aws_partner_central.sandbox_rows import Ids, person, spend
from connectors.sdk.sandbox import Listing, Row

PDM = person("Imani", "Osei", "PDM", "imani.osei@amazon.example")
SALES = person("Tomas", "Lindqvist", "AWSSalesRep", "tomas.lindqvist@amazon.example")
PSM = person(None, "Nakagawa", "PSM", "nakagawa@amazon.example")
ALLIANCE_LEAD = person("Dana", "Kim", "Alliance manager", "dana.kim@partner.example")

OPEN_STAGES = ("Prospect", "Qualified", "Technical Validation", "Business Validation", "Committed")


@dataclass(frozen=True, kw_only=True)
class Story:
    """All that AWS holds of the partner, by list."""

    invitations: Listing
    opportunities: Listing
    benefit_applications: Listing
    benefit_allocations: Listing
    agreements: Listing
    partners: Listing


def told(now: datetime, *, seed: int, size: int) -> tuple[Story, Ids]:
    """The story, with every date relative to ``now``, and the source of further ids."""
    ids = Ids(seed)
    deals = _opportunities(now, ids) + _more_opportunities(now, ids, seed=seed, size=size)
    story = Story(
        invitations=Listing(_invitations(now, ids), key="Id"),
        opportunities=Listing(deals, key="Id"),
        benefit_applications=Listing(_applications(now, ids), key="Id"),
        benefit_allocations=Listing(_allocations(now, ids), key="Id"),
        agreements=Listing(_agreements(now, ids), key="agreementId"),
        partners=Listing(_partners(now, ids), key="Id"),
    )
    return story, ids


def _more_opportunities(now: datetime, ids: Ids, *, seed: int, size: int) -> list[Row]:
    """``size`` further deals of made-up customers, nine of ten won long ago as in a real book."""
    random = Random(seed)  # noqa: S311 - a simulation
    kinds = ("Net New Business", "Expansion", "Flat Renewal")
    return [
        rows.opportunity(
            ids,
            customer=f"Customer {number:06d}",
            created=now - timedelta(days=200, minutes=-number),
            closes=(now + timedelta(days=random.randrange(1, 365))).date(),
            stage="Launched" if number % 10 else random.choice(OPEN_STAGES),
            kind=random.choice(kinds),
            spends=(spend(f"{random.randrange(50, 9_000)}.{random.randrange(100):02d}"),),
        )
        for number in range(size)
    ]


def _invitations(now: datetime, ids: Ids) -> list[Row]:
    return [
        rows.invitation(
            ids,
            customer="Bluefield Clinics",
            sent=now - timedelta(days=40),
            expires=now - timedelta(days=26),
            status="EXPIRED",
        ),
        rows.invitation(
            ids,
            customer="Cascade Outfitters",
            sent=now - timedelta(days=31),
            expires=now - timedelta(days=17),
            status="ACCEPTED",
            amount="6400",
            senders=(PDM,),
        ),
        rows.invitation(
            ids,
            customer="Granite Mutual",
            sent=now - timedelta(days=20),
            expires=now - timedelta(days=6),
            status="REJECTED",
        ),
        rows.lead(ids, customer="Juniper Vale Hospital", sent=now - timedelta(days=4)),
        rows.invitation(
            ids,
            customer="Northgate Logistics",
            sent=now - timedelta(days=9, microseconds=-457_306),
            expires=now + timedelta(days=5, microseconds=457_306),
            amount="22850",
            senders=(PDM, SALES),
        ),
        rows.invitation(
            ids,
            customer="Orchard & Pine",
            sent=now - timedelta(days=2),
            expires=now + timedelta(days=12),
            amount="3100.50",
            senders=(PSM,),
        ),
    ]


def _opportunities(now: datetime, ids: Ids) -> list[Row]:
    def days(count: int) -> datetime:
        return now + timedelta(days=count)

    return [
        rows.opportunity(
            ids,
            customer="Copperline Foods",
            created=days(-300),
            closes=days(-30).date(),
            stage="Launched",
            spends=(spend("2150.0"),),
        ),
        rows.opportunity(
            ids,
            customer="Vista Grand Hotels",
            created=days(-280),
            closes=days(-45).date(),
            stage="Closed Lost",
            spends=(spend("1200"),),
        ),
        rows.opportunity(
            ids,
            customer="Tidewater Energy",
            created=days(-44),
            closes=days(75).date(),
            stage="Prospect",
            review="In review",
            spends=(spend(""),),
        ),
        rows.opportunity(
            ids,
            customer="Alder County Schools",
            created=days(-12),
            closes=None,
            stage="Prospect",
            review="Pending Submission",
        ),
        *_deals_with_a_team(now, ids),
    ]


def _deals_with_a_team(now: datetime, ids: Ids) -> list[Row]:
    halden = rows.opportunity(
        ids,
        customer="Halden Robotics",
        created=now - timedelta(days=60),
        closes=(now + timedelta(days=41)).date(),
        spends=(spend("18400"),),
        team=(PDM,),
    )
    rows.send_back(halden, "Describe the customer's problem in more than one sentence.")
    return [
        rows.opportunity(
            ids,
            customer="Pinecrest Health",
            created=now - timedelta(days=55),
            closes=(now + timedelta(days=12)).date(),
            stage="Committed",
            spends=(spend("3400"), spend("41200", company="Self", frequency="None")),
            next_steps="Legal reads the order form.",
            team=(PDM, SALES),
            ours="CRM-20417",
        ),
        rows.opportunity(
            ids,
            customer="Meridian Freight",
            created=now - timedelta(days=50),
            closes=(now + timedelta(days=26)).date(),
            kind="Flat Renewal",
            stage="Business Validation",
            spends=(spend("9800"),),
            team=(SALES,),
        ),
        halden,
    ]


def _applications(now: datetime, ids: Ids) -> list[Row]:
    def ago(days: int) -> datetime:
        return now - timedelta(days=days)

    return [
        rows.application(
            ids, name="Migration assessment: Pinecrest Health", status="APPROVED", created=ago(90)
        ),
        rows.application(
            ids,
            name="Proof of concept: Halden Robotics",
            status="ACTION_REQUIRED",
            created=ago(21),
            gives="CASH",
            reason="Attach the signed statement of work.",
        ),
        rows.application(
            ids, name="Sandbox credits, next year", status="IN_REVIEW", created=ago(6)
        ),
        rows.application(
            ids, name="Workshop: Meridian Freight", status="PENDING_SUBMISSION", created=ago(1)
        ),
    ]


def _allocations(now: datetime, ids: Ids) -> list[Row]:
    ends = now + timedelta(days=33)
    return [
        rows.allocation(
            ids,
            name="Innovation sandbox credits",
            gives="CREDITS",
            status="ACTIVE",
            created=now - timedelta(days=332),
            expires=ends,
            detail=rows.credit(ids, 5_000, issued=now - timedelta(days=330), expires=ends),
        ),
        rows.allocation(
            ids,
            name="Migration funding, second half",
            gives="CASH",
            status="ACTIVE",
            created=now - timedelta(days=120),
            expires=now + timedelta(days=58),
            detail=rows.consumable(24_000, 9_500),
        ),
        rows.allocation(
            ids,
            name="Proof of concept: Cascade Outfitters",
            gives="CASH",
            status="FULFILLED",
            created=now - timedelta(days=200),
            expires=now - timedelta(days=20),
            detail={"DisbursementDetails": {"DisbursedAmount": rows.money(7_500)}},
        ),
    ]


def _agreements(now: datetime, ids: Ids) -> list[Row]:
    def years(ends: int) -> tuple[datetime, datetime]:
        return now + timedelta(days=ends - 365), now + timedelta(days=ends)

    (soon, soon_ends), (later, later_ends), (old, old_ends) = years(21), years(44), years(-10)
    return [
        rows.agreement(
            ids,
            buyer="333333333333",
            starts=soon,
            ends=soon_ends,
            reason="ACCEPTOR_RENEW_OPTED_OUT",
            value=31_000,
        ),
        rows.agreement(
            ids,
            buyer="444444444444",
            starts=later,
            ends=later_ends,
            behaviour="RENEW",
            value=12_400,
            product="ProfessionalServicesProduct",
        ),
        rows.agreement(
            ids, buyer="555555555555", starts=old, ends=old_ends, status="EXPIRED", value=4_800
        ),
        rows.agreement(ids, buyer="666666666666", starts=old, ends=None, behaviour=None),
    ]


def _partners(now: datetime, ids: Ids) -> list[Row]:
    found = f"partner-{ids.tail(13)}"
    return [
        {
            "Id": found,
            "Arn": f"{rows.ARN}/partner/{found}",
            "Catalog": "AWS",
            "LegalName": "Fernhill Systems",
            "CreatedAt": now - timedelta(days=1_200),
            "AllianceLeadContact": {
                key: value for key, value in ALLIANCE_LEAD.items() if key != "Phone"
            },
        }
    ]
