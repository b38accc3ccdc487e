"""What the customer is expected to spend: the money at stake in a deal."""

from typing import Any

from connectors.aws_partner_central.shapes import amount, shown, word
from connectors.sdk.mapping import within
from connectors.sdk.records import Fact, Money

WHOSE = {"AWS": "expected AWS spend", "Self": "deal value"}


def money_at_stake(listed: Any) -> tuple[Money | None, str | None, tuple[Fact, ...]]:
    """The amount that counts for us, what that money is, and the other amounts as facts.

    The partner's own deal value (company "Self") goes before the spend on AWS. AWS gives
    each amount with a frequency ("None": once), which stands in the label: amounts a month
    and once are never compared or added.
    """
    priced = [
        (money, _label(entry), within(entry, "TargetCompany") != "Self")
        for entry in (listed if isinstance(listed, list) else ())
        if (money := amount(entry, field="ExpectedCustomerSpend.Amount"))
    ]
    if not priced:
        return None, None, ()
    first, *others = sorted(priced, key=lambda entry: entry[2])
    return (
        first[0],
        first[1],
        tuple(Fact(label[0].upper() + label[1:], shown(money) or "") for money, label, _ in others),
    )


def _label(entry: Any) -> str:
    company = word(within(entry, "TargetCompany")) or "AWS"
    frequency = word(within(entry, "Frequency"))
    whose = WHOSE.get(company, f"expected spend on {company}")
    return f"{whose}, {frequency.lower()}" if frequency and frequency != "None" else whose
