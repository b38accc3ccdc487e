"""Co-sell opportunities: each has a target close date, and AWS may send one back."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from connectors.aws_partner_central.config import AwsConfig
from connectors.aws_partner_central.shapes import day, external_id, facts, identified, word
from connectors.aws_partner_central.spend import money_at_stake
from connectors.aws_partner_central.wire import Wire
from connectors.sdk.connector import Complete, Page
from connectors.sdk.mapping import due_of, known, rows, text_of, within
from connectors.sdk.records import Category, Deadline

CLOSED = {"Launched", "Closed Lost"}
OPEN = ("Prospect", "Qualified", "Technical Validation", "Business Validation", "Committed")
ACTION_REQUIRED = "Action Required"
CATEGORIES = {"Flat Renewal": Category.RENEWAL}


def read(wire: Wire, config: AwsConfig, state: Mapping[str, Any]) -> Iterator[Page | Complete]:
    """All opportunities, oldest first: sorted by change, one that changes would be missed.

    An opportunity that AWS sent back asks for two acts, so it gives two deadlines. The state
    names those that were sent back, so that the second closes when AWS takes the answer.
    """
    before = state.get("sent_back")
    asked = set(before) if isinstance(before, list) else set[str]()
    sent_back: set[str] = set()
    for number, listed in enumerate(_listed(wire, config), 1):
        yield rows(
            listed,
            lambda row: opportunity(row, asked),
            where=f"page {number}",
            external_id=external_id,
            noun="opportunity",
        )
        sent_back.update(_sent_back(listed, asked))
    yield Complete(state={"sent_back": sorted(sent_back)})


def _listed(wire: Wire, config: AwsConfig) -> Iterator[list[Any]]:
    return wire.pages(
        "partnercentral-selling",
        "ListOpportunities",
        Catalog=config.catalog,
        Sort={"SortBy": "CreatedDate", "SortOrder": "ASCENDING"},
        MaxResults=100,
    )


def opportunity(row: Any, asked: Collection[str] = ()) -> tuple[Deadline, ...]:
    """The deal, and AWS's question about it where there is one, or was one at the last read."""
    deal = _deal(row)
    if _is_sent_back(row) or deal.external_id in asked:
        return (deal, _question(row, deal))
    return (deal,)


def _deal(row: Any) -> Deadline:
    found = identified(row)
    stage = word(within(row, "LifeCycle", "Stage"))
    kind = word(within(row, "OpportunityType"))
    customer = word(within(row, "Customer", "Account", "CompanyName"))
    category = known(kind, CATEGORIES, Category.DEAL_REGISTRATION)
    verb = "Close renewal" if category is Category.RENEWAL else "Close opportunity"
    stake, label, rest = money_at_stake(within(row, "Project", "ExpectedCustomerSpend"))
    target = within(row, "LifeCycle", "TargetCloseDate")
    return Deadline(
        external_id=found,
        title=f"{verb} — {customer or found}",
        category=category,
        status=stage,
        closed=stage in CLOSED,
        due=due_of(target, field="TargetCloseDate"),
        account=customer,
        reference=_reference(found, row),
        amount=stake,
        amount_label=label,
        summary=text_of(within(row, "LifeCycle", "NextSteps")),
        facts=facts(
            review=word(within(row, "LifeCycle", "ReviewStatus")),
            review_reason=word(within(row, "LifeCycle", "ReviewStatusReason")),
            lost_because=word(within(row, "LifeCycle", "ClosedLostReason")),
            type=kind,
            created_on=day(within(row, "CreatedDate")),
        )
        + rest,
    )


def _question(row: Any, deal: Deadline) -> Deadline:
    """What AWS wants to know before it approves. AWS gives no date for the answer."""
    comments = text_of(within(row, "LifeCycle", "ReviewComments"), limit=2000)
    return Deadline(
        external_id=f"{deal.external_id}/review",
        title=f"Answer AWS's review — {deal.account or deal.external_id}",
        category=Category.DEAL_REGISTRATION,
        status=word(within(row, "LifeCycle", "ReviewStatus")),
        closed=deal.closed or not _is_sent_back(row),
        account=deal.account,
        reference=deal.reference,
        amount=deal.amount,
        amount_label=deal.amount_label,
        summary=comments or word(within(row, "LifeCycle", "ReviewStatusReason")),
        facts=facts(date="AWS gives no date for the answer"),
    )


def _is_sent_back(row: Any) -> bool:
    return bool(within(row, "LifeCycle", "ReviewStatus") == ACTION_REQUIRED)


def _sent_back(listed: list[Any], asked: Collection[str]) -> Iterator[str]:
    for row in listed:
        found = external_id(row)
        if found and (found in asked or _is_sent_back(row)):
            yield found


def _reference(found: str, row: Any) -> str:
    ours = word(within(row, "PartnerOpportunityIdentifier"))
    return f"opportunity {found} · ours {ours}" if ours else f"opportunity {found}"
