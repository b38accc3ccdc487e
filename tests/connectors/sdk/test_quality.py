"""A tier says no more than was proven."""

import pytest

from connectors.sdk.quality import BRONZE, GOLD, SILVER, Proof, Tier

REASON = "There is nothing of the kind on such a platform."


def proof(without: set[str] | None = None, missing: set[str] | None = None) -> Proof:
    without, missing = without or set(), missing or set()
    return Proof(
        version="1", passed=GOLD - without - missing, bypassed=dict.fromkeys(without, REASON)
    )


@pytest.mark.parametrize(
    ("found", "tier"),
    [
        (proof(), Tier.PLATINUM),
        (proof({"C15"}), Tier.GOLD),
        (proof({"C08", "C15", "C17"}), Tier.GOLD),
        (proof({"C08", "C13", "C15", "C17"}), Tier.SILVER),
        (proof(missing={"C22"}), Tier.SILVER),
        (proof(missing={"C09"}), Tier.BRONZE),
        (proof(set(GOLD - BRONZE)), Tier.BRONZE),
        (proof({"C18"}), Tier.UNPROVEN),
        (proof(missing={"C01"}), Tier.UNPROVEN),
        (Proof(version="1"), Tier.UNPROVEN),
    ],
)
def test_the_tier_of_what_was_shown(found: Proof, tier: Tier) -> None:
    assert found.tier is tier


def test_every_tier_asks_for_more_than_the_one_below() -> None:
    assert BRONZE < SILVER < GOLD
