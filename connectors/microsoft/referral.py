"""From co-sell referrals to deadlines. Pure.

One referral is one item: until it is answered its date is the one to answer by, then the one on
which the customer wants to close.
"""

from collections.abc import Mapping
from typing import Any

from connectors.sdk.mapping import (
    date_of,
    due_of,
    facts_of,
    joined,
    known,
    money_of,
    objects,
    required,
    shown_day,
    text_of,
)
from connectors.sdk.records import Category, Deadline, Due, DueDate

Row = Mapping[str, Any]

EXPIRES, CLOSES = "expirationDateTime", "closingDateTime"

_OVER = dict.fromkeys(("Closed", "Won", "Lost", "Declined", "Expired"), True)
_ASKED = dict.fromkeys(("Pending", "Received"), True)
_SHOWN = ("industries", "products", "services", "solutions")


def referral(row: Row) -> Deadline:
    """A referral; who gets one has the time until it expires to answer."""
    key = required(row, "id")
    customer, details = _inside(row, "customerProfile"), _inside(row, "details")
    account = text_of(customer.get("name"))
    status, substatus = text_of(row.get("status")), text_of(row.get("substatus"))
    over = any(known(word, _OVER, default=False) for word in (status, substatus) if word)
    incoming = known(row.get("direction"), {"Incoming": True}, default=False)
    asked = incoming and not over and known(substatus, _ASKED, default=False)
    name = text_of(row.get("name"))
    return Deadline(
        external_id=key,
        title=joined(
            joined("Answer referral" if asked else "Referral", name, by=" "), account, by=" — "
        ),
        category=Category.INVITATION if asked else Category.DEAL_REGISTRATION,
        account=account,
        reference=_reference(row),
        status=joined(status, substatus) or None,
        closed=over,
        due=due_of(row.get(EXPIRES), field=EXPIRES) if asked else _closing(details),
        amount=money_of(details.get("dealValue"), details.get("currency"), field="dealValue"),
        amount_label="deal",
        summary=text_of(details.get("notes"), limit=2000),
        facts=_facts(row, details, asked=asked),
    )


def _closing(details: Row) -> Due | None:
    """Documented as a date, although it is sent as a moment at its beginning."""
    on = date_of(details.get(CLOSES), field=CLOSES)
    return None if on is None else DueDate(on=on, zone="UTC", raw=str(details[CLOSES]))


def _facts(row: Row, details: Row, *, asked: bool) -> Any:
    invited = _inside(_inside(row, "inviteContext"), "invitedBy")
    requirements = _inside(details, "requirements")
    return facts_of(
        ("Closes", shown_day(details.get(CLOSES)) if asked else None),
        ("From", invited.get("organizationName")),
        ("Direction", row.get("direction")),
        ("Qualification", row.get("qualification")),
        ("Type", row.get("type")),
        *((what.capitalize(), _named(requirements.get(what))) for what in _SHOWN),
        ("Created", shown_day(row.get("createdDateTime"))),
        ("Accepted", shown_day(row.get("acceptedDateTime"))),
        ("Reason", row.get("statusReason")),
        ("Contact at the customer", _people(_inside(row, "customerProfile").get("team"))),
        ("Team", _people(row.get("team"))),
    )


def _inside(row: Row, field: str) -> Row:
    value = row.get(field)
    return value if isinstance(value, Mapping) else {}


def _reference(row: Row) -> str | None:
    ours = text_of(row.get("externalReferenceId"))
    engagement = text_of(row.get("engagementId"))
    return joined(engagement and f"engagement {engagement}", ours) or None


def _named(tags: Any) -> str | None:
    """The names of tags, their IDs where they have none."""
    words = (tag.get("name") or tag.get("id") for tag in objects(tags))
    return joined(*(word for word in words if isinstance(word, str)), by=", ") or None


def _people(members: Any) -> str | None:
    """Names and addresses, a person after the other."""
    return joined(*map(_person, objects(members)), by="; ") or None


def _person(member: Row) -> str:
    given = {name: member.get(name) for name in ("firstName", "lastName", "email", "phoneNumber")}
    said = {name: value for name, value in given.items() if isinstance(value, str)}
    whole = joined(said.get("firstName"), said.get("lastName"), by=" ")
    return joined(whole, said.get("email"), said.get("phoneNumber"))
