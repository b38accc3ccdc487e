"""AWS Marketplace agreements that end: some renew by themselves, some run out."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from connectors.aws_partner_central.shapes import bare, external_id, facts, identified, word
from connectors.aws_partner_central.wire import Details, Wire
from connectors.sdk.connector import Complete, Page
from connectors.sdk.mapping import BadField, date_of, due_of, money_of, rows, within
from connectors.sdk.records import Category, Deadline

SERVICE = "marketplace-agreement"
PARTIES = ("Proposer", "Acceptor")
LOOK_BACK = timedelta(days=60)
CLOSED = {
    "ARCHIVED",
    "CANCELLED",
    "EXPIRED",
    "RENEWED",
    "REPLACED",
    "ROLLED_BACK",
    "SUPERSEDED",
    "TERMINATED",
}
ENDS = {"RENEW": "renews", "REPLACE": "is replaced", "EXPIRE": "runs out"}
BUDGET = 200


def read(wire: Wire, now: datetime, state: Mapping[str, Any]) -> Iterator[Page | Complete]:
    """The agreements that we sold, then those that we bought, by end.

    Only those that ended at most 60 days ago or end later are asked for: agreements without
    an end (pay as you go) ask for no act. Agreements have no catalog of Partner Central.

    What an agreement is worth stands in its detail only. It is asked for while the agreement
    is active and again after each update, and kept in the stream's state.
    """
    since, until = window(now)
    charges = Charges(wire, state.get("charges"))
    seen: set[str] = set()
    for party in PARTIES:
        for number, listed in enumerate(_listed(wire, party, since), 1):
            fresh = [row for row in listed if external_id(row, "agreementId") not in seen]
            seen.update(i for row in fresh if (i := external_id(row, "agreementId")))
            yield rows(
                fresh,
                partial(charges.priced, party),
                where=f"{party.lower()} page {number}",
                external_id=lambda row: external_id(row, "agreementId"),
                noun="agreement",
            )
    yield Complete(window=(since, until), state={"charges": charges.kept})


def window(now: datetime) -> tuple[date, date]:
    """The ends that are asked for; the later one only says that there is no limit."""
    return (now - LOOK_BACK).date(), date(now.year + 100, 12, 31)


class Charges:
    """What each agreement is worth, as far as the budget of detail calls goes."""

    def __init__(self, wire: Wire, before: Any) -> None:
        self._details = Details(wire, BUDGET)
        self._before = before
        self.kept: dict[str, Any] = {}

    def priced(self, party: str, row: Any) -> Deadline | None:
        """The agreement with what it is worth."""
        return agreement(row, party, self.of(row))

    def of(self, row: Any) -> Mapping[str, Any] | None:
        """Amount and currency; None where AWS was not asked or does not say."""
        found = identified(row, "agreementId")
        updated = bare(within(row, "lastUpdateTime"))
        known = within(self._before, found)
        stale = known is None or within(known, "updated") != updated
        if stale and within(row, "status") == "ACTIVE":
            answer = self._details.ask(SERVICE, "DescribeAgreement", agreementId=found)
            known = _kept(answer, updated) if answer else known
        if known:
            self.kept[found] = known
        return known if isinstance(known, Mapping) else None


def _kept(answer: Mapping[str, Any], updated: str | None) -> dict[str, Any]:
    charges = within(answer, "estimatedCharges")
    return {
        "updated": updated,
        "value": bare(within(charges, "agreementValue")),
        "currency": bare(within(charges, "currencyCode")),
    }


def _listed(wire: Wire, party: str, since: date) -> Iterator[list[Any]]:
    wanted = {
        "PartyType": party,
        "AgreementType": "PurchaseAgreement",
        "AfterEndTime": f"{since.isoformat()}T00:00:00Z",
    }
    return wire.pages(
        SERVICE,
        "SearchAgreements",
        filters=[{"name": name, "values": [value]} for name, value in wanted.items()],
        sort={"sortBy": "EndTime", "sortOrder": "ASCENDING"},
        maxResults=50,
    )


def agreement(row: Any, party: str, charges: Mapping[str, Any] | None = None) -> Deadline | None:
    """The day an agreement ends; None for one without an end (pay as you go).

    Times are seconds since 1970, at times with a fraction.
    """
    found = identified(row, "agreementId")
    ends = due_of(within(row, "endTime"), field="endTime")
    behaviour = word(within(row, "endTimeBehaviorType"))
    if ends is None and behaviour is None:
        return None
    if ends is None:
        raise BadField("endTime is missing, though AWS says what happens at the end")
    trial = date_of(within(row, "freeTrialEndTime"), field="freeTrialEndTime")
    stake = money_of(within(charges, "value"), within(charges, "currency"), field="agreementValue")
    status = word(within(row, "status"))
    account = word(within(row, "acceptor" if party == "Proposer" else "proposer", "accountId"))
    return Deadline(
        external_id=found,
        title=_title(row, party, account),
        category=Category.RENEWAL if behaviour in ("RENEW", "REPLACE") else Category.AGREEMENT,
        status=status,
        closed=status in CLOSED,
        due=ends,
        account=f"AWS account {account}" if account else None,
        reference=f"agreement {found}",
        amount=stake,
        amount_label="agreement" if stake else None,
        facts=facts(
            at_the_end=behaviour,
            reason=word(within(row, "endTimeBehaviorReasonCode")),
            we_are="seller" if party == "Proposer" else "buyer",
            product=word(within(_product(row), "id")),
            offer=word(within(row, "proposalSummary", "offerId")),
            free_trial_until=trial.isoformat() if trial else None,
        ),
    )


def _title(row: Any, party: str, account: str | None) -> str:
    """Without a customer's name: AWS gives account numbers only."""
    ends = ENDS.get(word(within(row, "endTimeBehaviorType")) or "", "ends")
    kind = word(within(_product(row), "type")) or word(within(row, "agreementType")) or "agreement"
    other = "buyer" if party == "Proposer" else "seller"
    return f"Marketplace agreement {ends} — {kind}, {other} {account or 'unknown'}"


def _product(row: Any) -> Any:
    resources = within(row, "proposalSummary", "resources")
    return resources[0] if isinstance(resources, list) and resources else None
