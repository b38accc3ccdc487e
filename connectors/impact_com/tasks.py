"""From impact.com's tasks to deadlines."""

from collections.abc import Mapping
from typing import Any

from connectors.sdk.mapping import (
    BadField,
    due_of,
    facts_of,
    html_text,
    joined,
    known,
    objects,
    required,
    shown_day,
    shown_number,
    text_of,
)
from connectors.sdk.records import Category, Deadline

Row = Mapping[str, Any]

# The states after which nobody waits for the partner.
_OVER = dict.fromkeys(("COMPLETED", "APPROVED", "DUPLICATE", "INVALID"), True)
_CATEGORIES = {"COMPLIANCE": Category.COMPLIANCE, "CONTRACTS": Category.AGREEMENT}


def task(row: Row) -> Deadline:
    """A task that was given to the partner. Whoever gave it is named, the brand is not."""
    number = required(row, "Id")
    details = _object(row, "Details")
    kind, state = text_of(details.get("Type")), text_of(details.get("State"))
    return Deadline(
        external_id=number,
        title=text_of(details.get("Summary")) or f"Task {number}",
        category=known(kind, _CATEGORIES, default=Category.OTHER),
        reference=f"task {number}",
        status=state,
        closed=bool(known(state, _OVER, default=False)),
        due=due_of(row.get("DueDate"), field="DueDate"),
        summary=_description(details.get("Description")),
        facts=facts_of(
            ("Urgent", "yes" if details.get("Urgent") is True else None),
            ("Type", joined(kind, text_of(details.get("SubtypeName")))),
            ("Resolution", details.get("ResolutionName")),
            ("Assigned to", _user(row.get("AssigneeUser")) or row.get("AssigneeAccount")),
            ("Given by", _user(row.get("CreatedBy"))),
            ("Given on", shown_day(row.get("DateCreated"))),
            ("Comments", shown_number(row.get("TotalComments"))),
            ("Latest comment", _latest_comment(row.get("Comments"))),
            ("Attachments", _attachments(row.get("Attachments"))),
        ),
    )


def _object(row: Row, name: str) -> Row:
    found = row.get(name)
    if not isinstance(found, Mapping):
        raise BadField(f"{name} is not the object that the contract says")
    return found


def _description(value: Any) -> str | None:
    text = text_of(value, limit=20_000)
    return (html_text(value) or None) if text and isinstance(value, str) else text


def _user(value: Any) -> str | None:
    return text_of(value.get("Username")) if isinstance(value, Mapping) else None


def _latest_comment(value: Any) -> str | None:
    """The comment with the highest number: the order of a list is nobody's promise."""
    numbered = [(row.get("Id"), row) for row in objects(value)]
    sortable = [(number, row) for number, row in numbered if isinstance(number, int)]
    if not sortable:
        return None
    _, row = max(sortable, key=lambda pair: pair[0])
    return joined(text_of(row.get("Commenter")), text_of(row.get("Comment")), by=": ") or None


def _attachments(value: Any) -> str | None:
    named = (text_of(row.get("Filename")) for row in objects(value))
    return joined(*named, by=", ") or None
