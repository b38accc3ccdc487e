"""From Microsoft Graph's rows to records. Pure: a row in, a record out."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.sdk.mapping import (
    clean_html,
    decimal_of,
    due_of,
    facts_of,
    html_text,
    joined,
    known,
    link_of,
    required,
    shown_day,
    text_of,
    titled,
)
from connectors.sdk.records import Category, Deadline, Goal, Notice

Row = Mapping[str, Any]

_OVER = dict.fromkeys(("expired", "terminated", "terminating"), True)
_WAITING = dict.fromkeys(("created", "approvalPending"), True)
_LAPSES = {"pt0s", "p0d"}
_DAYS = re.compile(r"P(\d{1,5})D", re.IGNORECASE)
_REQUIREMENTS = {
    "mfaEnforcedForAdmins": "Multi-factor sign-in of your administrators",
    "mfaEnforcedForAdminsOfCustomers": "Multi-factor sign-in of customers' administrators",
    "securityAlertsPromptlyResolved": "Security alerts resolved promptly",
    "securityContactProvided": "Security contact provided",
    "spendingBudgetSetForCustomerAzureSubscriptions": (
        "Spending budgets of customers' Azure subscriptions"
    ),
}
_MET = {"compliant": True}


def admin_relationship(row: Row) -> Deadline:
    """A customer's consent to be administered, and the moment at which it lapses.

    It has none before the customer approves it. What extends itself is a renewal to know of;
    what does not is an agreement to be asked for anew.
    """
    key = required(row, "id")
    customer = row.get("customer")
    account = text_of(customer.get("displayName")) if isinstance(customer, Mapping) else None
    status = text_of(row.get("status"))
    extends = text_of(row.get("autoExtendDuration"))
    lapses = extends is None or extends.casefold() in _LAPSES
    name = text_of(row.get("displayName")) or "Admin relationship"
    waits = known(status, _WAITING, default=False)
    act = "Get approved:" if waits else "Renew admin access:" if lapses else "Extends itself:"
    return Deadline(
        external_id=key,
        title=titled(act, name, account),
        category=Category.AGREEMENT if lapses else Category.RENEWAL,
        account=account,
        status=status,
        closed=known(status, _OVER, default=False),
        due=due_of(row.get("endDateTime"), field="endDateTime"),
        summary=_extension(extends),
        facts=facts_of(
            ("Lasts", _duration(row.get("duration"))),
            ("Created", shown_day(row.get("createdDateTime"))),
            ("Active since", shown_day(row.get("activatedDateTime"))),
            (
                "Customer's tenant",
                customer.get("tenantId") if isinstance(customer, Mapping) else None,
            ),
            ("Roles", _roles(row.get("accessDetails"))),
            (
                "Waits for your consent",
                "yes" if row.get("isPartnerConsentPending") is True else None,
            ),
            ("Indirect provider's tenant", row.get("indirectProviderTenantId")),
        ),
    )


def _extension(extends: str | None) -> str | None:
    if extends is None:
        return None
    if extends.casefold() in _LAPSES:
        return "It does not extend itself."
    return f"It extends itself by {_duration(extends)}."


def _duration(value: Any) -> str | None:
    """ "730 days" for P730D; another duration as it came."""
    text = text_of(value)
    days = _DAYS.fullmatch(text) if text else None
    return f"{int(days[1])} days" if days else text


def _roles(access: Any) -> str | None:
    roles = access.get("unifiedRoles") if isinstance(access, Mapping) else None
    return str(len(roles)) if isinstance(roles, list) and roles else None


def message(row: Row) -> Notice | Deadline:
    """A post of the message centre: a deadline where Microsoft names a day to act by."""
    key = required(row, "id")
    due = due_of(row.get("actionRequiredByDateTime"), field="actionRequiredByDateTime")
    text, body = _body(row.get("body"))
    shared: dict[str, Any] = {
        "external_id": key,
        "title": text_of(row.get("title")) or f"Message {key}",
        "reference": key,
        "summary": text,
        "body": body,
    }
    facts = (
        ("Category", row.get("category")),
        ("Severity", row.get("severity")),
        ("Major change", "yes" if row.get("isMajorChange") is True else None),
        ("Services", _names(row.get("services"))),
        ("Tags", _names(row.get("tags"))),
        ("Ends", shown_day(row.get("endDateTime"))),
        ("Last changed", shown_day(row.get("lastModifiedDateTime"))),
    )
    if due is None:
        published = due_of(row.get("startDateTime"), field="startDateTime")
        return Notice(**shared, published=published, facts=facts_of(*facts))
    began = ("Published", shown_day(row.get("startDateTime")))
    return Deadline(**shared, due=due, category=Category.OTHER, facts=facts_of(*facts, began))


def _body(body: Any) -> tuple[str | None, str | None]:
    """A message's text, in short and as cleaned HTML. What is marked as text holds no HTML."""
    content = body.get("content") if isinstance(body, Mapping) else None
    if not isinstance(content, str):
        return None, None
    if known(body.get("contentType"), {"text": True}, default=False):
        return text_of(content), None
    return text_of(html_text(content)), clean_html(content) or None


def _names(values: Any) -> Any:
    """Names in a list as one text; another shape as it came."""
    if isinstance(values, list) and all(isinstance(value, str) for value in values):
        return joined(*values, by=", ") or None
    return values


def score(body: Row) -> Goal:
    """The score over all requirements, towards the most that it can be."""
    return Goal(
        external_id="score",
        title="Partner security score",
        target=_target(body),
        actual=decimal_of(body.get("currentScore"), field="currentScore"),
        unit="points",
        facts=facts_of(
            ("Changed", shown_day(body.get("updatedDateTime"))),
            ("Checked", shown_day(body.get("lastRefreshDateTime"))),
        ),
    )


def requirement(row: Row) -> Goal:
    """One requirement of the score; closed when Microsoft finds it met."""
    kind = text_of(row.get("requirementType"))
    status = text_of(row.get("complianceStatus"))
    return Goal(
        external_id=required(row, "id"),
        title=known(kind, _REQUIREMENTS, default=kind) or "Security requirement",
        url=link_of(row.get("actionUrl")),
        status=status,
        closed=known(status, _MET, default=False),
        target=_target(row),
        actual=decimal_of(row.get("score"), field="score"),
        unit="points",
        facts=facts_of(
            ("State", row.get("state")),
            ("Changed", shown_day(row.get("updatedDateTime"))),
            ("Help", link_of(row.get("helpUrl"))),
        ),
    )


def _target(row: Row) -> Any:
    """The most points; None where there are none to get."""
    return decimal_of(row.get("maxScore"), field="maxScore") or None
