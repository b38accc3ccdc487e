"""Whatever Microsoft shows in its documents is read."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from connectors.microsoft.answers import Counted, Miscounted, following
from connectors.microsoft.commerce import (
    cancellation,
    promotion,
    renewal,
    subscription_id,
    window_id,
)
from connectors.microsoft.graph import admin_relationship, message, requirement, score
from connectors.microsoft.referral import referral
from connectors.microsoft.refusals import said
from connectors.sdk.connector import Page
from connectors.sdk.http import Reply
from connectors.sdk.mapping import rows
from connectors.sdk.records import (
    Category,
    Deadline,
    DueDate,
    DueInstant,
    Fact,
    Goal,
    Money,
    Notice,
)

NOW = datetime(2021, 11, 1, tzinfo=UTC)


@pytest.fixture
def sample(specs: Path) -> Any:
    def load(platform: str, name: str) -> Any:
        path = specs / platform / "samples" / f"{name}.json"
        if not path.is_file():
            pytest.skip(f"Microsoft's sample {path.name} is not here")
        reply = Reply(status=200, headers={}, body=path.read_bytes(), url="")
        return reply.json()

    return load


def read(listed: Any, make: Any) -> Page:
    page = rows(listed, make, where="sample")
    assert not page.quarantined
    return page


def test_admin_relationships(sample: Any) -> None:
    body = sample("microsoft-graph", "delegatedAdminRelationships.list")

    extends, over, waits = read(body["value"], admin_relationship).records

    assert isinstance(extends, Deadline)
    assert extends.due == DueInstant(
        at=datetime(2024, 2, 10, 11, 24, 42, 314826, tzinfo=UTC), raw="2024-02-10T11:24:42.3148266Z"
    )
    assert extends.summary == "It extends itself by 180 days."
    assert extends.category is Category.RENEWAL
    assert isinstance(over, Deadline)
    assert over.closed
    assert over.status == "terminated"
    assert over.summary == "It does not extend itself."
    assert isinstance(waits, Deadline)
    assert waits.due is None
    assert waits.title == "Get approved: Fabrikam admin relationship — Fabrikam Inc."


def test_messages(sample: Any) -> None:
    body = sample("microsoft-graph", "serviceAnnouncement.messages.list")

    (found,) = read(body["value"], message).records

    assert isinstance(found, Notice)
    assert found.external_id == "MC172851"
    assert found.published == DueInstant(
        at=datetime(2019, 2, 1, 18, 51, tzinfo=UTC), raw="2019-02-01T18:51:00Z"
    )
    assert Fact("Services", "SharePoint Online, OneDrive for Business") in found.facts


def test_the_security_score_and_its_requirements(sample: Any) -> None:
    whole = score(sample("microsoft-graph", "partnerSecurityScore.resource.beta"))
    body = sample("microsoft-graph", "partnerSecurityScore.requirements.list.beta")
    (contact,) = read(body["value"], requirement).records

    assert (whole.actual, whole.target) == (Decimal("14.29"), 100)
    assert isinstance(contact, Goal)
    assert contact.title == "Security contact provided"
    assert contact.closed


@pytest.mark.parametrize(
    ("name", "end", "window"),
    [
        ("subscription-get.1", None, None),  # billed by use: never
        ("subscription-get.2", date(2018, 2, 10), None),
        ("subscriptions-of-customer.2", date(2024, 10, 14), "2021-11-14T23:59:00Z"),
    ],
)
def test_subscriptions(sample: Any, name: str, end: date | None, window: str | None) -> None:
    body = sample("microsoft-partner-center", name)
    listed = body.get("items", [body])

    ends = read(listed, partial(renewal, account="Contoso")).records
    windows = read(listed, partial(cancellation, account="Contoso", now=NOW)).records

    due = DueDate(on=end, zone="UTC", raw=f"{end}T00:00:00Z") if end else None
    assert [record.due for record in ends if isinstance(record, Deadline)] == [due] * bool(end)
    assert [r.due.raw for r in windows if isinstance(r, Deadline) and r.due] == [window] * bool(
        window
    )
    assert {r.external_id for r in ends} <= {subscription_id(row) for row in listed}
    assert {r.external_id for r in windows} <= {window_id(row) for row in listed}


def test_a_date_with_blanks_in_it_costs_no_deadline(sample: Any) -> None:
    """The documents' own slip: "2015-11-25T06: 41: 12Z". It stands where an end should."""
    body = sample("microsoft-partner-center", "subscriptions-of-customer.1")

    page = rows(body["items"], partial(renewal, account=None), where="sample")

    assert not page.records
    assert "commitmentEndDate is not a date" in page.quarantined[0].reason


def test_a_count_that_the_rows_do_not_reach_is_no_whole_list(sample: Any) -> None:
    body = sample("microsoft-partner-center", "subscriptions-of-customer.1")
    counted = Counted()
    counted.page(len(body["items"]), body["totalCount"])

    with pytest.raises(Miscounted, match="announced 37 rows and gave 1"):
        counted.check()


def test_promotions(sample: Any) -> None:
    first, second = read(
        sample("microsoft-partner-center", "promotions.1")["items"], promotion
    ).records

    assert isinstance(first, Deadline)
    assert first.title == "Promotion ends: Visio Plan 1"
    assert first.due == DueInstant(
        at=datetime(2021, 10, 14, 23, 59, 59, tzinfo=UTC), raw="2021-10-14T23:59:59+00:00"
    )
    assert Fact("For", "5 % off · 1 year · Annual · CFQ7TTC0HD33:0003") in first.facts
    assert any("16.7 % off" in fact.value for fact in second.facts)


@pytest.mark.parametrize("name", ["referrals-list.1", "referral-get.1"])
def test_referrals(sample: Any, name: str) -> None:
    body = sample("microsoft-partner-center", name)

    (found,) = read(body.get("value", [body]), referral).records

    assert isinstance(found, Deadline)
    assert found.title == "Answer referral — Fabrikam Customer Inc"
    assert found.due is None  # the sample names no day on which it expires: none is made up
    assert found.amount == Money(amount=Decimal(10000), currency="USD")
    assert Fact("Solutions", "Microsoft365") in found.facts


def test_the_last_page_of_customers(sample: Any) -> None:
    assert following(sample("microsoft-partner-center", "customers-list.1")) is None


def test_the_link_to_the_next_page(sample: Any) -> None:
    link = following(sample("microsoft-partner-center", "invoices-list.1"))

    assert link is not None
    assert (link.params, link.headers) == ({"size": "2", "offset": "2"}, {})


@pytest.mark.parametrize(
    ("name", "code", "begins"),
    [
        ("partner-rest-error.1", "unAuthorized", "Caller is not authorized"),
        ("mpa-status.1", "2000", "Tenant Id must be"),
    ],
)
def test_refusals_of_both_shapes(sample: Any, name: str, code: str, begins: str) -> None:
    body = json.dumps(sample("microsoft-partner-center", name)).encode()

    found, text = said(Reply(status=403, headers={}, body=body, url=""))

    assert found == code
    assert text is not None
    assert text.startswith(begins)
