"""A simulated org: its rows, what the signed-in user sees of them, and how they change."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from connectors.salesforce_prm import sandbox_story as story
from connectors.salesforce_prm.sandbox_objects import Fields, objects
from connectors.salesforce_prm.sandbox_soql import Query, Refused, fits, holds, value_at
from connectors.sdk.sandbox import Listing, Row

_STREAMS = {
    "budgets": ("PartnerMarketingBudget", ()),
    "allocations": ("PartnerFundAllocation", ()),
    "fund_requests": ("PartnerFundRequest", (":claim",)),
    "fund_claims": ("PartnerFundClaim", (":submit",)),
    "programs": ("ChannelProgramMember", ()),
    "contacts": ("Account", ()),
    "deal_registrations": ("Lead", ()),
    "contracts": ("Contract", ()),
}
"""The object that each stream's rows come from, and what ends the ids of their second records."""


class Org:
    """The rows of every object.

    hidden      what this user does not see: objects ("Lead") and fields ("Lead.Amount__c")
    currencies  the ISO codes of an org of several, by row in turn; none: it has only one
    """

    def __init__(self, today: date, *, seed: int, size: int) -> None:
        random = Random(seed)  # noqa: S311 - sample data, no secret
        self.rows = {
            "User": Listing(story.users(today), key="Id"),
            "Account": Listing(story.accounts(today), key="Id"),
            "PartnerMarketingBudget": Listing(story.budgets(today), key="Id"),
            "PartnerFundAllocation": Listing(story.allocations(today), key="Id"),
            "PartnerFundRequest": Listing(story.requests(today), key="Id"),
            "PartnerFundClaim": Listing(story.claims(today), key="Id"),
            "ChannelProgram": Listing(story.programs(today), key="Id"),
            "ChannelProgramLevel": Listing(story.levels(today), key="Id"),
            "ChannelProgramMember": Listing(story.members(today), key="Id"),
            "Lead": Listing(
                [*story.leads(today), *story.many_leads(today, size, random)], key="Id"
            ),
            "Contract": Listing(story.contracts(today), key="Id"),
            "Opportunity": Listing(story.opportunities(today), key="Id"),
        }
        self.hidden: set[str] = set()
        self.currencies: tuple[str, ...] = ()
        self._step = 0

    def visible(self) -> dict[str, Fields]:
        """The objects and fields that the user sees."""
        every = objects(several_currencies=bool(self.currencies))
        if not self.hidden:
            return every
        return {
            name: {f: shape for f, shape in fields.items() if f"{name}.{f}" not in self.hidden}
            for name, fields in every.items()
            if name not in self.hidden
        }

    def select(self, query: Query) -> list[Row]:
        """The rows that a query names, in Salesforce's shape; raises ``Refused``."""
        schema = self.visible()
        if query.object not in schema:
            raise Refused("INVALID_TYPE", f"sObject type '{query.object}' is not supported.")
        for path in query.paths:
            self._field(query.object, path, schema)
        for condition in query.where:
            field = self._field(query.object, condition.path, schema)
            if not field["filterable"] or not fits(condition, field["type"]):
                raise Refused("INVALID_FIELD", f"field '{condition.path}' can not be filtered so")
        parent = self._parent_of(query.object, schema)
        found = self.rows[query.object].select(
            lambda row: all(holds(c, value_at(row, c.path, parent)) for c in query.where)
        )
        order = query.order
        if order:
            found.sort(key=lambda row: str(value_at(row, order, parent)))
        found = found[: query.limit] if query.limit else found
        return [self._shaped(query.object, row, query.fields, schema) for row in found]

    def drop(self, stream: str, count: int) -> list[str]:
        """Takes rows off a list; a row that is two records goes with both."""
        name, more = _STREAMS[stream]
        gone = self.rows[name].drop(count)
        return [f"{id_}{end}" for id_ in gone for end in ("", *more)]

    def restore(self, stream: str) -> None:
        self.rows[_STREAMS[stream][0]].restore()

    def advance(self, today: date) -> list[str]:
        """One thing changes, in turn."""
        changes: tuple[Callable[[date], list[str]], ...] = (
            self._request_is_approved,
            self._budget_ends_earlier,
            self._deal_is_extended,
            self._claim_is_paid,
            self._partner_climbs,
            self._owner_changes,
        )
        step = self._step % len(changes)
        self._step += 1
        return changes[step](today)

    def _field(self, name: str, path: str, schema: dict[str, Fields]) -> dict[str, Any]:
        *steps, last = path.split(".")
        for step in steps:
            leads = (f for f in schema[name].values() if f["relationshipName"] == step)
            found = next(leads, None)
            if found is None or found["referenceTo"][0] not in schema:
                raise Refused("INVALID_FIELD", f"Didn't understand relationship '{step}'")
            name = found["referenceTo"][0]
        if last not in schema[name]:
            raise Refused("INVALID_FIELD", f"No such column '{last}' on entity '{name}'.")
        return schema[name][last]

    def _parent_of(self, name: str, schema: dict[str, Fields]) -> Callable[[Row, str], Row | None]:
        def parent(row: Row, relationship: str) -> Row | None:
            field = next(f for f in schema[name].values() if f["relationshipName"] == relationship)
            return self.rows[field["referenceTo"][0]].find(row[field["name"]])

        return parent

    def _shaped(
        self, name: str, row: Row, paths: tuple[str, ...], schema: dict[str, Fields]
    ) -> Row:
        url = f"/services/data/v61.0/sobjects/{name}/{row['Id']}"
        shaped: Row = {"attributes": {"type": name, "url": url}}
        parent = self._parent_of(name, schema)
        for path in paths:
            step, _, rest = path.partition(".")
            if not rest:
                shaped[step] = self._currency(row) if step == "CurrencyIsoCode" else row.get(step)
                continue
            above = parent(row, step)
            field = next(f for f in schema[name].values() if f["relationshipName"] == step)
            inner = self._shaped(field["referenceTo"][0], above, (rest,), schema) if above else None
            shaped[step] = {**(shaped.get(step) or {}), **inner} if inner else None
        return shaped

    def _currency(self, row: Row) -> str:
        return self.currencies[sum(map(ord, row["Id"])) % len(self.currencies)]

    def _request_is_approved(self, _today: date) -> list[str]:
        waiting = self.rows["PartnerFundRequest"].select(lambda row: row["Status"] == "Submitted")
        for row in waiting[:1]:
            row.update(Status="Approved", Amount=row["RequestedAmount"], TotalApprovedFcs=0.0)
            return [f"Fund request {row['Title']} was approved"]
        return []

    def _budget_ends_earlier(self, today: date) -> list[str]:
        ahead = self.rows["PartnerMarketingBudget"].select(
            lambda row: (row["EndDate"] or "") > story.day(today, 8)
        )
        for row in ahead[:1]:
            sooner = date.fromisoformat(row["EndDate"]) - timedelta(days=7)
            row["EndDate"] = sooner.isoformat()
            return [f"Budget {row['Title']} ends a week earlier, on {sooner}"]
        return []

    def _deal_is_extended(self, today: date) -> list[str]:
        late = self.rows["Lead"].select(
            lambda row: row["Registration_Status__c"] == "Extension requested"
        )
        for row in late[:1]:
            row.update(
                Registration_Status__c="Approved", Registration_Expires__c=story.day(today, 60)
            )
            return [f"Registration {row['Registration_Number__c']} was extended"]
        return []

    def _claim_is_paid(self, _today: date) -> list[str]:
        due = self.rows["PartnerFundClaim"].select(lambda row: row["Status"] == "Approved")
        for row in due[:1]:
            row["Status"] = "Paid"
            return [f"Claim {row['Title']} was paid"]
        return []

    def _partner_climbs(self, _today: date) -> list[str]:
        self.rows["ChannelProgramMember"].change(story.key("0Me", 1), LevelId=story.key("0Le", 1))
        return ["The GmbH is Gold in Northpeak Ascent now"]

    def _owner_changes(self, _today: date) -> list[str]:
        self.rows["Account"].change(story.US, OwnerId=story.BEN)
        return ["Ben Okafor owns the account of Example Partner Inc. now"]
