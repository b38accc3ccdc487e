"""Benefits: what we applied for, and what AWS allocated: credits, cash, access."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.aws_partner_central.config import AwsConfig
from connectors.aws_partner_central.shapes import (
    amount,
    day,
    external_id,
    facts,
    identified,
    shown,
    word,
    words,
)
from connectors.aws_partner_central.wire import Details, Wire
from connectors.sdk.connector import Complete, Page
from connectors.sdk.mapping import due_of, paged, text_of, within
from connectors.sdk.records import AnyRecord, Category, Deadline, Fact, Fund, Money

SERVICE = "partnercentral-benefits"
NOTHING_LEFT = {"IN_REVIEW", "APPROVED", "REJECTED", "CANCELED"}
OVER = {"INACTIVE", "FULFILLED"}
BUDGET = 200


def read_applications(wire: Wire, config: AwsConfig) -> Iterator[Page | Complete]:
    """All applications; AWS's reason is asked for where AWS waits for us."""
    details = Details(wire, BUDGET)

    def made(row: Any) -> Deadline:
        return application(row, _application_detail(details, config, row))

    yield from _read(wire, config, "ListBenefitApplications", made, noun="benefit application")


def read_allocations(wire: Wire, config: AwsConfig) -> Iterator[Page | Complete]:
    """All allocations, each with its amounts as far as the budget of detail calls goes."""
    details = Details(wire, BUDGET)

    def made(row: Any) -> Fund:
        return allocation(row, _detail(details, config, "GetBenefitAllocation", row))

    yield from _read(wire, config, "ListBenefitAllocations", made, noun="benefit allocation")


def _read(
    wire: Wire, config: AwsConfig, operation: str, made: Callable[[Any], AnyRecord], *, noun: str
) -> Iterator[Page | Complete]:
    pages = wire.pages(SERVICE, operation, Catalog=config.catalog, MaxResults=100)
    listed = ((page, None) for page in pages)  # AWS announces no totals
    yield from paged(listed, made, external_id=external_id, noun=noun)
    yield Complete()


def _application_detail(details: Details, config: AwsConfig, row: Any) -> Mapping[str, Any] | None:
    if within(row, "Status") != "ACTION_REQUIRED":
        return None
    return _detail(details, config, "GetBenefitApplication", row)


def _detail(
    details: Details, config: AwsConfig, operation: str, row: Any
) -> Mapping[str, Any] | None:
    return details.ask(SERVICE, operation, Catalog=config.catalog, Identifier=identified(row))


def application(row: Any, detail: Mapping[str, Any] | None = None) -> Deadline:
    """What is left to do for an application: submit it, or answer AWS. AWS gives no date."""
    found = identified(row)
    status = word(within(row, "Status"))
    return Deadline(
        external_id=found,
        title=f"Benefit application — {word(within(row, 'Name')) or found}",
        category=Category.INCENTIVE,
        program=words(within(row, "Programs")),
        status=status,
        closed=status in NOTHING_LEFT,
        reference=f"application {found}",
        summary=text_of(within(detail, "StatusReason"), limit=2000),
        facts=facts(
            stage=word(within(row, "Stage")),
            gives=words(within(row, "FulfillmentTypes")),
            created_on=day(within(row, "CreatedAt")),
            reasons=words(within(detail, "StatusReasonCodes")),
        ),
    )


def allocation(row: Any, detail: Mapping[str, Any] | None = None) -> Fund:
    """Money or access that AWS granted. What is over lapses no more: its expiry is only a fact."""
    found = identified(row)
    status = word(within(row, "Status"))
    fulfilment = within(detail, "FulfillmentDetail")
    expires = within(row, "ExpiresAt")
    money = _amounts(fulfilment)
    currency = next((each.currency for each in money.values() if each), None)
    return Fund(
        external_id=found,
        title=word(within(row, "Name")) or found,
        fund_type=words(within(row, "FulfillmentTypes")),
        status=status,
        currency=currency,
        allocated=_in(money["allocated"], currency),
        paid=_in(money["paid"], currency),
        remaining=_in(money["remaining"], currency),
        lapses=None if status in OVER else due_of(expires, field="ExpiresAt"),
        facts=facts(
            status_reason=word(within(row, "StatusReason")),
            created_on=day(within(row, "CreatedAt")),
            expired_on=day(expires) if status in OVER else None,
            issued=shown(money["issued"]),
            used=shown(money["used"]),
            application=word(within(row, "BenefitApplicationId")),
        )
        + tuple(_codes(fulfilment)),
    )


def _amounts(fulfilment: Any) -> dict[str, Money | None]:
    """Each amount by what it means; an allocation is credit, cash or a consumable sum."""
    paths = {
        "allocated": (
            ("CreditDetails", "AllocatedAmount"),
            ("ConsumableDetails", "AllocatedAmount"),
        ),
        "remaining": (("ConsumableDetails", "RemainingAmount"),),
        "paid": (("DisbursementDetails", "DisbursedAmount"),),
        "issued": (("CreditDetails", "IssuedAmount"),),
        "used": (("ConsumableDetails", "UtilizedAmount"),),
    }
    return {
        meaning: next(
            (
                found
                for path in options
                if (found := amount(within(fulfilment, *path), field=path[-1]))
            ),
            None,
        )
        for meaning, options in paths.items()
    }


def _in(money: Money | None, currency: str | None) -> Any:
    """The number, provided that it is in the fund's currency: others are never mixed in."""
    return money.amount if money and money.currency == currency else None


def _codes(fulfilment: Any) -> Iterator[Fact]:
    """Value and end of each credit code. The code itself is money, so it is never read."""
    codes = within(fulfilment, "CreditDetails", "Codes")
    for number, code in enumerate(codes if isinstance(codes, list) else (), 1):
        said = (
            shown(amount(within(code, "Value"), field="Codes.Value")),
            word(within(code, "Status")),
            f"until {until}" if (until := day(within(code, "ExpiresAt"))) else None,
        )
        yield Fact(f"Credit code {number}", ", ".join(part for part in said if part))
