"""What happens at AWS between two visits: a fixed first round, then a deal moves each time."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random

from connectors.aws_partner_central import sandbox_rows as rows
from connectors.aws_partner_central.sandbox_rows import Ids, send_back
from connectors.aws_partner_central.sandbox_story import OPEN_STAGES, Story
from connectors.sdk.sandbox import Row


class Changes:
    """The platform's own life."""

    def __init__(self, story: Story, ids: Ids, *, seed: int, now: Callable[[], datetime]) -> None:
        self._story = story
        self._ids = ids
        self._random = Random(seed)  # noqa: S311 - a simulation
        self._now = now
        self._steps = self._happenings()

    def next(self) -> list[str]:
        """One change; the sentences that tell it."""
        return next(self._steps)

    def _happenings(self) -> Iterator[list[str]]:
        yield self._invitation_expires_earlier()
        yield self._review_is_sent_back()
        yield self._allocation_is_used()
        yield self._agreement_renews()
        yield self._invitation_is_accepted()
        while True:
            yield self._deal_moves()

    def _invitation_expires_earlier(self) -> list[str]:
        row = self._invitation("Northgate Logistics")
        row["ExpirationDate"] -= timedelta(days=2)
        return [f"Invitation {row['Id']} expires two days earlier"]

    def _review_is_sent_back(self) -> list[str]:
        row = self._deal("Pinecrest Health")
        send_back(row, "Name the decision maker at the customer.")
        row["LastModifiedDate"] = self._now()
        return [f"Opportunity {row['Id']} was sent back for more information"]

    def _allocation_is_used(self) -> list[str]:
        row = self._story.benefit_allocations.select()[1]
        row["FulfillmentDetail"] = rows.consumable(24_000, 17_250)
        row["UpdatedAt"] = self._now()
        return [f"Allocation {row['Id']} was used: 6,750 USD remain"]

    def _agreement_renews(self) -> list[str]:
        """AWS makes a new agreement from the terms of the old one."""
        old = self._story.agreements.select()[1]
        renewed = rows.agreement(
            self._ids,
            buyer=old["acceptor"]["accountId"],
            starts=old["endTime"],
            ends=old["endTime"] + timedelta(days=365),
            behaviour="RENEW",
            value=12_400,
            product="ProfessionalServicesProduct",
        )
        renewed["initialAgreementId"] = old["agreementId"]
        old["status"] = "RENEWED"
        self._story.agreements.add(renewed)
        return [f"Agreement {old['agreementId']} renewed as {renewed['agreementId']}"]

    def _invitation_is_accepted(self) -> list[str]:
        """Accepting makes an opportunity."""
        row = self._invitation("Northgate Logistics")
        row["Status"] = "ACCEPTED"
        deal = rows.opportunity(
            self._ids,
            customer="Northgate Logistics",
            created=self._now(),
            closes=(self._now() + timedelta(days=120)).date(),
            spends=(rows.spend("22850"),),
        )
        self._story.opportunities.add(deal)
        return [f"Invitation {row['Id']} was accepted and became opportunity {deal['Id']}"]

    def _deal_moves(self) -> list[str]:
        still_open = [
            row
            for row in self._story.opportunities
            if row["LifeCycle"]["Stage"] in OPEN_STAGES and row["LifeCycle"]["TargetCloseDate"]
        ]
        row = self._random.choice(still_open)
        days = self._random.choice((-7, 7, 14, 21))
        cycle = row["LifeCycle"]
        moved = date.fromisoformat(cycle["TargetCloseDate"]) + timedelta(days=days)
        cycle["TargetCloseDate"] = moved.isoformat()
        row["LastModifiedDate"] = self._now()
        return [f"Opportunity {row['Id']} closes on {moved.isoformat()}"]

    def _invitation(self, customer: str) -> Row:
        return next(row for row in self._story.invitations if customer in row["EngagementTitle"])

    def _deal(self, customer: str) -> Row:
        return next(
            row
            for row in self._story.opportunities
            if row["Customer"]["Account"]["CompanyName"] == customer
        )
