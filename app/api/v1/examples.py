"""An example of every body and answer, for the OpenAPI document and the help. Held to the shapes
by a test.
"""

from typing import Any

from app.api.problems import API, HELP_API

Json = dict[str, Any]
HOME = "https://inbox.example.com"
CURSOR = "cWyJpdGVtcyIsIDEyXQ.0nNfT1cN5lFz3yV0k8mWbqQxU2rJ7sD9aHgKpLtEeIo"
AT = "2026-11-22T06:10:00Z"
IDS = {"item_id": 17, "act_id": 42}
QUERY: Json = {
    "view": 3,
    "tab": "week",
    "q": "renewal",
    "vendor": "Cisco",
    "program": "Select",
    "kind": "deadline",
    "source": 2,
    "owner": "nobody",
    "state": "open",
    "currency": "EUR",
    "amount_from": "1000",
    "amount_to": "50000.50",
    "due_from": "2026-11-01",
    "due_to": "2026-12-31",
    "sort": "money",
    "updated_since": "start",
    "since": "start",
    "cursor": CURSOR,
    "limit": 50,
    "removed": "false",
}
_OF_SOURCE: Json = {
    "source_id": 2,
    "source_url": "https://portal.example.com/1",
    "stream": "renewals",
    "external_id": "R-2041",
    "first_seen_at": "2026-09-01T05:00:12Z",
    "removed_at": None,
}
ITEM: Json = {
    "id": 17,
    "url": f"{HOME}/items/17",
    "title": "Renewal of 120 seats, Contoso",
    "summary": None,
    "kind": "deadline",
    "category": "renewal",
    "due": {"kind": "date", "date": "2026-12-01"},
    "state": "open",
    "vendor": "Cisco",
    "program": "Select",
    "account": "Contoso",
    "reference": "QUO-1",
    "status": "OPEN",
    "amount": {"value": "12480.00", "currency": "EUR"},
    "amount_label": "order",
    "derived": False,
    "facts": {"Seats": "120"},
    "goal": None,
    "report": None,
    "published_on": None,
    **_OF_SOURCE,
    "owner_id": 1,
    "backup_id": None,
    "snoozed_until": None,
    "until_change": False,
    "waiting_since": None,
    "done_at": None,
    "reason": None,
    "reopened_because": None,
    "joined_to_id": None,
    "etag": "0f3a9c51d2b87e4466",
    "updated_at": AT,
}
_GOAL: Json = {
    **ITEM,
    "id": 18,
    "url": f"{HOME}/items/18",
    "title": "Points in the second half",
    "kind": "goal",
    "category": None,
    "due": None,
    "amount": None,
    "amount_label": None,
    "goal": {
        "target": "70",
        "actual": "64",
        "unit": "points",
        "period_start": "2026-07-01",
        "period_end": "2026-12-31",
    },
    "standing": "on pace",
    "share": 0.914,
    "expected_share": 0.788,
}
_SOURCE: Json = {
    "id": 2,
    "name": "Cisco renewals",
    "connector": "cisco_ccw_r",
    "state": "fresh",
    "stale": False,
    "as_of": AT,
    "last_success_at": AT,
    "problem": None,
}
_PERSON: Json = {"id": 1, "name": "Dana Kim", "email": "dana@partner.example", "active": True}
_BESIDE: Json = {"sources": [_SOURCE], "people": [_PERSON]}
_LINE: Json = {
    "id": 903,
    "at": AT,
    "kind": "due moved",
    "subject": "item",
    "subject_id": 17,
    "field": "Due",
    "old": "2026-12-15",
    "new": "2026-12-01",
    "note": None,
    "person_id": None,
    "act_id": None,
    "run_id": 311,
}
_RECORD: Json = {
    "id": 4,
    "title": "Select",
    "vendor": "Cisco",
    "program": "Select",
    "status": "Active",
    "facts": {},
    **_OF_SOURCE,
}
_MONEY = {"value": "5000.00", "currency": "EUR"}
_FUND: Json = {
    **_RECORD,
    "fund_type": "MDF",
    "allocated": _MONEY,
    "requested": _MONEY,
    "claimed": None,
    "paid": None,
    "remaining": _MONEY,
    "lapses": {"kind": "date", "date": "2026-12-31"},
}


def _page(path: str, **more: Any) -> Json:
    return {**more, "next": f"{HOME}{API}{path}?cursor={CURSOR}"}


ANSWERS: Json = {
    "listItems": {**_page("/items", items=[ITEM], **_BESIDE), "sync": None},
    "getItem": {"item": ITEM, "text": None, **_BESIDE},
    "listItemEvents": _page("/items/17/events", events=[_LINE]),
    "listItemComments": {
        "comments": [{"id": 905, "at": AT, "by": "Dana Kim", "text": "Asked for the quote."}]
    },
    "listEvents": {
        "events": [_LINE],
        "next": None,
        "sync": f"{HOME}{API}/events?since={CURSOR}",
    },
    "listGoals": _page("/goals", goals=[_GOAL], **_BESIDE),
    "listPrograms": _page(
        "/programs",
        programs=[
            {
                **_RECORD,
                "tier": "Gold",
                "eligible": True,
                "period_start": "2026-01-01",
                "period_end": "2026-12-31",
            }
        ],
        sources=[_SOURCE],
    ),
    "listFunds": _page("/funds", funds=[_FUND], sources=[_SOURCE]),
    "listCertifications": _page(
        "/certifications",
        certifications=[
            {
                **_RECORD,
                "person": "Dana Kim",
                "issued_on": "2024-02-01",
                "expires": {"kind": "date", "date": "2027-02-01"},
            }
        ],
        sources=[_SOURCE],
    ),
    "listContacts": _page(
        "/contacts",
        contacts=[
            {**_RECORD, "role": "Partner manager", "email": "lee@vendor.example", "phone": None}
        ],
        sources=[_SOURCE],
    ),
    "listSources": {"sources": [_SOURCE]},
    "listPeople": {"people": [_PERSON]},
    "getMe": {
        "token_id": 3,
        "scopes": ["act", "read"],
        "expires_at": None,
        "person": _PERSON,
        "today": "2026-11-24",
        "time_zone": "Europe/Berlin",
    },
    "undoAct": {"said": "Undone: Done", "item_ids": [17]},
}
BODIES: Json = {
    "doItem": {"proof": "https://portal.example.com/receipts/88"},
    "reopenItem": {},
    "snoozeItem": {"until": "2026-12-01"},
    "waitOnVendor": {},
    "declineItem": {"reason": "We no longer sell this."},
    "assignItem": {"owner_id": 1},
    "noteItem": {"text": "Asked for the quote."},
    "undoAct": {},
}
_AFTER: Json = {
    "doItem": ("Done", {"state": "done", "done_at": AT}),
    "reopenItem": ("Reopened", {}),
    "snoozeItem": (
        "Snoozed until Tue 1 Dec",
        {"state": "snoozed", "snoozed_until": "2026-12-01T07:00:00Z"},
    ),
    "waitOnVendor": ("Waiting on vendor", {"state": "waiting on vendor", "waiting_since": AT}),
    "declineItem": (
        "Not applicable",
        {"state": "not applicable", "reason": "We no longer sell this."},
    ),
    "assignItem": ("Assigned to Dana Kim", {}),
    "noteItem": ("Commented", {}),
}
ANSWERS |= {
    id_: {"act": {"id": 42, "said": said}, "item": {**ITEM, **now}, **_BESIDE}
    for id_, (said, now) in _AFTER.items()
}
_PROBLEMS: dict[int, tuple[str, str, str]] = {
    400: ("Not JSON", "The body is no JSON.", "body"),
    401: ("A token is needed", "Send Authorization: Bearer with a token.", "token"),
    403: ("The token may not do this", "It needs the scope act.", "token"),
    404: ("Not found", "There is no such item.", "not-found"),
    405: ("Method Not Allowed", "This address answers GET, HEAD.", "method"),
    406: ("Not acceptable", "The API answers in application/json.", "accept"),
    409: (
        "Not as it was",
        "It is joined with another item: what is done with that one is done with it.",
        "conflict",
    ),
    410: (
        "Begin anew",
        "That was too long ago. Drop what you have, and begin anew.",
        "begin-anew",
    ),
    412: ("Changed since", "The item is not as you saw it.", "changed"),
    413: ("Content Too Large", "The request is too large.", "too-large"),
    415: ("Not JSON", "Send the body as Content-Type: application/json.", "media-type"),
    422: ("The body cannot be taken", "It cannot be snoozed into the past.", "body"),
    429: ("Too many requests", "Wait 3 seconds. What Retry-After says is enough.", "too-many"),
    500: ("Internal Server Error", "Something went wrong on our side.", "fault"),
    503: ("Service Unavailable", "The inbox cannot use its database just now.", "out"),
}


def problem(status: int) -> Json:
    """A refusal with that status."""
    title, detail, about = _PROBLEMS[status]
    more: Json = {"item": ITEM} if status == 412 else {}
    if status == 422:
        more = {"errors": [{"pointer": "/until", "detail": "Choose a later day."}]}
    return {
        "type": f"{HOME}{HELP_API}#{about}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": f"{API}/items/17/snooze",
        "request_id": "9f2c4b7a11d03e58",
        **more,
    }
