"""What the simulated tenant holds, and how it lives on."""

from collections.abc import Callable
from datetime import date

from connectors.microsoft import sandbox_story as story
from connectors.sdk.sandbox import Listing


class Tenant:
    """Six lists, and the customers that the subscriptions belong to."""

    def __init__(self, today: date, *, size: int) -> None:
        self.relationships = Listing(story.relationships(today))
        self.messages = Listing(story.messages(today))
        self.customers = Listing(story.customers(size))
        self.subscriptions = Listing(story.subscriptions(today, size))
        self.promotions = Listing(story.promotions(today))
        self.requirements = Listing(story.requirements(today))
        self.referrals = Listing(story.referrals(today))
        self.streams = {
            "admin_relationships": self.relationships,
            "messages": self.messages,
            "subscriptions": self.subscriptions,
            "promotions": self.promotions,
            "security_score": self.requirements,
            "referrals": self.referrals,
        }
        self._step = 0

    def drop(self, stream: str, count: int) -> list[str]:
        """Takes rows off a list. A subscription goes with the end of its cancellation window."""
        rows = {str(row["id"]): row for row in self.streams[stream]}
        gone = self.streams[stream].drop(count)
        if stream != "subscriptions":
            return gone
        ids = []
        for key in gone:
            ids.append(key.casefold())
            if "cancellationAllowedUntilDate" in rows[key]:
                ids.append(f"{key.casefold()}:cancel")
        return ids

    def advance(self, today: date) -> list[str]:
        """One thing changes, in turn."""
        changes: tuple[Callable[[date, int], list[str]], ...] = (
            self._a_customer_consents,
            self._a_day_to_act_by_moves,
            self._a_subscription_renews_or_stops,
            self._a_referral_is_answered,
            self._a_requirement_is_met,
        )
        turn, step = divmod(self._step, len(changes))
        self._step += 1
        return changes[step](today, turn)

    def _a_customer_consents(self, today: date, turn: int) -> list[str]:
        waiting = self.relationships.select(lambda row: row["status"] == "approvalPending")
        for row in waiting[:1]:
            began, ends = story.stamp(today, 0), story.stamp(today, 730)
            self.relationships.change(
                row["id"], status="active", activatedDateTime=began, endDateTime=ends
            )
            return [f"{row['displayName']} was approved"]
        ending = self.relationships.select(lambda row: row["status"] in ("active", "expiring"))
        if not ending:
            return []
        row = ending[turn % len(ending)]
        self.relationships.change(row["id"], status="terminationRequested")
        return [f"{row['customer']['displayName']} ends {row['displayName']}"]

    def _a_day_to_act_by_moves(self, today: date, turn: int) -> list[str]:
        rows = self.messages.select(lambda row: bool(row["actionRequiredByDateTime"]))
        if not rows:
            return []
        row, day = rows[turn % len(rows)], 14 + turn
        by, changed = story.stamp(today, day, "00:00:00"), story.stamp(today, 0, "06:00:00")
        self.messages.change(row["id"], actionRequiredByDateTime=by, lastModifiedDateTime=changed)
        return [f"{row['id']} wants action by {story.day(today, day)} now"]

    def _a_subscription_renews_or_stops(self, today: date, turn: int) -> list[str]:
        rows = self.subscriptions.select(
            lambda row: row["status"] == "active" and row["commitmentEndDate"] != story.NEVER
        )
        if not rows:
            return []
        row = rows[turn % len(rows)]
        renews = not row["autoRenewEnabled"]
        self.subscriptions.change(row["id"], autoRenewEnabled=renews)
        return [f"{row['offerName']} {'renews itself' if renews else 'ends without a renewal'} now"]

    def _a_referral_is_answered(self, today: date, turn: int) -> list[str]:
        for row in self.referrals.select(lambda row: row["substatus"] == "Pending")[:1]:
            self.referrals.change(row["id"], status="Active", substatus="Accepted")
            return [f"The referral of {row['customerProfile']['name']} was accepted"]
        like = next(story.referrals(today))
        key = story.guid("referral", "new", turn)
        self.referrals.add({**like, "id": key, "name": f"New referral {turn}"})
        return [f"Referral {key} came in"]

    def _a_requirement_is_met(self, today: date, turn: int) -> list[str]:
        for row in self.requirements.select(lambda row: row["score"] < row["maxScore"])[:1]:
            self.requirements.change(row["id"], score=row["maxScore"], complianceStatus="compliant")
            return [f"Requirement {row['requirementType']} is met"]
        return []
