"""Rows as the discovery document allows them, bent where Google bends: defaults left out, int64."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.google_cloud_channel import mapping
from connectors.sdk.mapping import BadField
from connectors.sdk.records import Category, Deadline, DueInstant

OF = mapping.Customer(name="accounts/C1/customers/S1", company="Meridian Law")
NAME = "accounts/C1/customers/S1/entitlements/E1"
ENDS = "2026-03-08T07:59:59.123456789Z"
SKUS = {"products/P/skus/K": "Workspace Plus"}


def row(**more: Any) -> dict[str, Any]:
    service = {"productId": "P", "skuId": "K", "provisioningId": "sub-1"}
    settings = {"endTime": ENDS, "renewalSettings": {"enableRenewal": True}}
    base = {"name": NAME, "provisionedService": service, "commitmentSettings": settings}
    return {**base, **more}


def committed(**more: Any) -> Deadline:
    found = mapping.commitment(row(**more), of=OF, skus=SKUS)
    assert found is not None
    return found


def facts(record: Deadline) -> dict[str, str]:
    return {fact.label: fact.value for fact in record.facts}


def test_a_commitment_says_what_google_says() -> None:
    cycle = {"duration": 1, "periodType": "MONTH"}
    renewal = {"enableRenewal": True, "paymentPlan": "COMMITMENT", "paymentCycle": cycle}
    found = committed(
        provisioningState="ACTIVE",
        commitmentSettings={"endTime": ENDS, "renewalSettings": renewal},
        parameters=[
            {"name": "assigned_units", "value": {"int64Value": "41"}},
            {"name": "num_units", "value": {"int64Value": "9007199254740993"}},
        ],
    )

    assert found.title == "Renew Workspace Plus — Meridian Law"
    at = datetime(2026, 3, 8, 7, 59, 59, 123456, tzinfo=UTC)
    assert found.due == DueInstant(at=at, raw=ENDS)
    assert (found.external_id, found.reference) == (NAME, "entitlement E1 · service sub-1")
    assert found.summary == "Renews by itself."
    assert facts(found) == {
        "Seats": "9007199254740993",
        "Payment plan": "COMMITMENT",
        "Billed every": "1 MONTH",
    }


@pytest.mark.parametrize(
    ("renewal", "says"),
    [
        ({}, "Ends then: it does not renew by itself."),
        ({"enableRenewal": False}, "Ends then: it does not renew by itself."),
        ({"enableRenewal": True, "resizeUnitCount": True}, "Renews by itself, for the seats"),
        (None, None),
        ("text", None),
    ],
    ids=repr,
)
def test_what_is_false_is_left_out_and_what_is_not_said_is_not_said(
    renewal: Any, says: str | None
) -> None:
    found = committed(commitmentSettings={"endTime": ENDS, "renewalSettings": renewal}).summary

    assert found is None if says is None else found is not None and found.startswith(says)


def test_an_unknown_state_is_kept_word_for_word_and_stays_open() -> None:
    found = committed(provisioningState="ON_THE_MOON", suspensionReasons=["BAD_WEATHER"])

    assert (found.status, found.closed) == ("ON_THE_MOON", False)
    assert facts(found)["Suspended because"] == "BAD_WEATHER"


def test_a_renewal_that_was_canceled_is_over() -> None:
    assert committed(suspensionReasons=["RENEWAL_WITH_TYPE_CANCEL"]).closed


@pytest.mark.parametrize("settings", [None, {}, {"endTime": "1970-01-01T00:00:00Z"}], ids=repr)
def test_what_has_no_end_is_no_deadline(settings: Any) -> None:
    assert mapping.commitment(row(commitmentSettings=settings), of=OF, skus={}) is None
    assert mapping.trial(row(trialSettings=settings), of=OF, skus={}) is None


@pytest.mark.parametrize(
    ("settings", "reasons", "closed"),
    [
        ({"trial": True}, [], False),
        ({"trial": True}, ["TRIAL_ENDED"], True),
        ({}, [], True),
    ],
)
def test_a_trial_is_open_as_long_as_google_says_so(
    settings: dict[str, Any], reasons: list[str], closed: bool
) -> None:
    trial = {"endTime": ENDS, **settings}
    found = mapping.trial(row(trialSettings=trial, suspensionReasons=reasons), of=OF, skus=SKUS)

    assert found is not None
    assert (found.title, found.closed) == ("Trial ends: Workspace Plus — Meridian Law", closed)


def test_a_product_that_is_not_listed_keeps_its_codes() -> None:
    found = mapping.commitment(row(), of=mapping.Customer(name=OF.name), skus={})

    assert found is not None
    assert found.title == "Renew P K"


@pytest.mark.parametrize(
    ("price", "says"),
    [
        ({"currencyCode": "USD", "units": "12", "nanos": 500_000_000}, "12.5 USD for 1 MONTH"),
        ({"currencyCode": "JPY", "units": "1500"}, "1,500 JPY for 1 MONTH"),
        ({"nanos": 170_000_000}, "0.17 for 1 MONTH"),
        ({"units": "many"}, None),
    ],
    ids=repr,
)
def test_a_price_in_units_and_billionths_is_exact(price: dict[str, Any], says: str | None) -> None:
    period = {"duration": 1, "periodType": "MONTH"}
    entry = {"resourceType": "SEAT", "price": {"basePrice": price, "pricePeriod": period}}
    found = mapping.offer({"name": "o/1", "endTime": ENDS, "priceByResources": [entry]})

    assert found is not None
    assert facts(found).get("List price (SEAT)") == says


@pytest.mark.parametrize(
    ("deal", "category"), [("X-25", Category.INCENTIVE), (None, Category.OTHER)]
)
def test_an_offer_with_a_deal_code_is_an_incentive(deal: str | None, category: Category) -> None:
    found = mapping.offer({"name": "accounts/C1/offers/7", "endTime": ENDS, "dealCode": deal})

    assert found is not None
    assert found.category is category
    assert found.reference == ("offer 7 · deal code X-25" if deal else "offer 7")
    assert mapping.offer({"name": "accounts/C1/offers/7"}) is None


@pytest.mark.parametrize(
    ("state", "title", "closed"),
    [
        ("INVITED", "Invitation is not accepted yet: x.example", False),
        ("ACTIVE", "Channel partner link: x.example", True),
        ("REVOKED", "Channel partner link: x.example", True),
        ("SUSPENDED", "Channel partner link: x.example", False),
        ("SOMETHING_NEW", "Channel partner link: x.example", False),
    ],
)
def test_a_link_is_open_until_it_is_answered(state: str, title: str, closed: bool) -> None:
    identity = {"primaryDomain": "x.example"}
    uri = "https://g.example/invite"
    found = mapping.link(
        {
            "name": "accounts/C1/channelPartnerLinks/7",
            "linkState": state,
            "inviteLinkUri": uri,
            "channelPartnerCloudIdentityInfo": identity,
        }
    )

    assert (found.title, found.closed, found.status) == (title, closed, state)
    assert found.url == (uri if state == "INVITED" else None)
    assert found.due is None


@pytest.mark.parametrize(
    "name",
    [None, 7, "", "customers/1", "accounts/a/customers/", "accounts/a/customers/../b", f"{NAME}"],
    ids=repr,
)
def test_a_customer_whose_name_leads_nowhere_is_not_asked_about(name: Any) -> None:
    with pytest.raises(BadField):
        mapping.customer({"name": name})
