"""From contracts to deadlines (their end) and goals (the tiers of their performance bonuses)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.impact_com.programs import Names
from connectors.sdk.mapping import (
    BadField,
    decimal_of,
    due_of,
    facts_of,
    known,
    required,
    shown_day,
    shown_number,
    text_of,
    titled,
)
from connectors.sdk.records import Category, Deadline, Goal

Row = Mapping[str, Any]

STATUSES = ("PENDING", "UPCOMING", "ACTIVE", "EXPIRED", "DECLINED")
"""Of all that can be asked for, in the order of a contract's life: one that moves on while it is
read is seen twice and not overlooked. Without a status only active ones are listed.
"""
_OVER = dict.fromkeys(("EXPIRED", "DECLINED", "TERMINATED"), True)


@dataclass(frozen=True, kw_only=True)
class Tier:
    """One tier of one event's bonus, with what surrounds it; a row of its own.

    ``trouble`` stands in a tier's place where its surroundings cannot be read.
    """

    external_id: str
    contract: Row
    payout: Row
    bonus: Row
    tier: Any = None
    number: int = 0
    trouble: str = ""

    def spared(self, before: Iterable[str]) -> Iterator["Tier"]:
        """Itself; in place of a trouble each tier of those ids that it hides."""
        hidden = [id_ for id_ in before if id_.startswith(f"{self.external_id}:")]
        if not self.trouble or not hidden:
            yield self
        else:
            yield from (replace(self, external_id=id_) for id_ in hidden)


def contract(row: Row, names: Mapping[str, Names]) -> Deadline | None:
    """The end of a contract; None for one without an end."""
    number = required(row, "Id")
    due = due_of(row.get("EndDate"), field="EndDate")
    if due is None:
        return None
    named, terms = _names(row, names), _terms(row)
    status = text_of(row.get("Status"))
    return Deadline(
        external_id=number,
        title=titled("Contract", "ends", named.program or named.brand or number),
        category=Category.AGREEMENT,
        vendor=named.brand,
        program=named.program,
        reference=f"contract {number}",
        status=status,
        closed=bool(known(status, _OVER, default=False)),
        due=due,
        facts=facts_of(
            ("Terms", terms.get("Name") or terms.get("TemplateTermName")),
            ("Starts", shown_day(row.get("StartDate"))),
            # Days before the brand may change the terms: a rule, and no date of its own.
            ("Notice of changes, in days", shown_number(terms.get("ChangeNotificationPeriod"))),
            ("Currency", terms.get("Currency")),
            ("Signed for the brand by", row.get("BrandSignatory")),
            ("Signed for you by", row.get("PartnerSignatory")),
            ("Signed by you on", shown_day(row.get("PartnerSignatoryDate"))),
            ("Program", None if named.program else row.get("CampaignId")),
        ),
    )


def goal(part: Tier, names: Mapping[str, Names]) -> Goal:
    """A tier as a target. impact.com does not say how much of it is reached."""
    if part.trouble:
        raise BadField(part.trouble)
    if not isinstance(part.tier, Mapping):
        raise BadField("a tier must be an object")
    target = decimal_of(part.tier.get("RevenueThreshold"), field="RevenueThreshold")
    if target is None:
        raise BadField("RevenueThreshold is missing")
    named, status = _names(part.contract, names), text_of(part.contract.get("Status"))
    event = text_of(part.payout.get("EventTypeName")) or "all events"
    number = required(part.contract, "Id")
    whose = named.program or named.brand or f"contract {number}"
    return Goal(
        external_id=part.external_id,
        title=titled(f"Bonus tier {part.number}:", event, whose),
        vendor=named.brand,
        program=named.program,
        reference=f"contract {number}",
        status=status,
        closed=bool(known(status, _OVER, default=False)),
        target=target,
        unit=_unit(part),
        facts=facts_of(
            ("Payout rate of the tier", shown_number(part.tier.get("PayoutRate"))),
            ("Measured by", part.bonus.get("Basis")),
            ("Measured in each", part.bonus.get("Period")),
            ("Counts for", part.bonus.get("Type")),
            ("Payout rate without bonus", shown_number(part.payout.get("DefaultPayoutRate"))),
            ("Contract starts", shown_day(part.contract.get("StartDate"))),
            ("Contract ends", shown_day(part.contract.get("EndDate"))),
        ),
    )


def tiers(row: Any) -> Iterator[Tier]:
    """The tiers of a contract, each with a stable id: contract, event, place in its list.

    A threshold that changes is the same tier with another target.
    """
    number = required(row, "Id")
    try:
        payouts = _list(_terms(row), "EventPayouts")
    except BadField as error:
        yield Tier(external_id=number, contract=row, payout={}, bonus={}, trouble=str(error))
        return
    for place, payout in enumerate(payouts, start=1):
        whole = payout if isinstance(payout, Mapping) else {}
        named = f"{number}:{_event_of(whole) or f'event {place}'}"
        found = whole.get("PerformanceBonus") or {}
        bonus = found if isinstance(found, Mapping) else {}
        around = {"contract": row, "payout": whole, "bonus": bonus}
        listed = bonus.get("Tiers") or []
        if bonus is not found or whole is not payout or not isinstance(listed, list):
            yield Tier(external_id=named, trouble="its bonus cannot be read", **around)
            continue
        for position, tier in enumerate(listed, start=1):
            id_ = f"{named}:tier {position}"
            yield Tier(external_id=id_, tier=tier, number=position, **around)


def _unit(part: Tier) -> str:
    """The contract's currency for revenue; else what is counted, in the contract's word."""
    basis = text_of(part.bonus.get("Basis")) or ""
    if known(basis, {"REVENUE": True}, default=False):
        return text_of(_terms(part.contract).get("Currency")) or ""
    return basis.lower()


def _event_of(payout: Row) -> str | None:
    try:
        return text_of(payout.get("EventTypeId"))
    except BadField:
        return None


def _names(row: Row, names: Mapping[str, Names]) -> Names:
    return names.get(text_of(row.get("CampaignId")) or "", Names())


def _terms(row: Row) -> Row:
    found = row.get("Terms") or {}
    if not isinstance(found, Mapping):
        raise BadField("Terms are not the object that the contract says")
    return found


def _list(row: Row, name: str) -> list[Any]:
    found = row.get(name) or []
    if not isinstance(found, list):
        raise BadField(f"{name} is not a list")
    return found
