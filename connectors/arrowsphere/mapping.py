"""From ArrowSphere's rows to records. Pure.

Arrow's two SDKs disagree on dates: a moment of a notification is a number of seconds in one and
a day in the other, a day of an enrolment is "2022-07-26 14:25:17" or has a zone. All are read,
each as what it is.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from connectors.sdk.mapping import (
    BadField,
    clean_html,
    date_of,
    decimal_of,
    due_of,
    facts_of,
    html_text,
    joined,
    known,
    link_of,
    objects,
    required,
    shown_day,
    shown_text,
    text_of,
    within,
)
from connectors.sdk.records import Category, Deadline, Notice, Program

SUMMARY = 300
TERMS = {
    "0": "none",
    "24": "one day",
    "720": "one month",
    "2160": "three months",
    "8640": "one year",
}
"""ArrowSphere counts in hours, with months of 30 days and years of 360."""

_ENROLMENT_OVER = {"Ended": True}
_CAMPAIGN_OVER = {"closed": True}

Row = Mapping[str, Any]


def program(row: Row) -> Iterator[Program | Deadline]:
    """An enrolment in a vendor's program, and the day it ends where there is one."""
    reference = required(row, "reference")
    name = text_of(row.get("name")) or reference
    status = text_of(row.get("status"))
    ends = due_of(row.get("dateEnd"), field="dateEnd")
    yield Program(
        external_id=reference,
        title=name,
        program=name,
        status=status,
        tier=text_of(row.get("level")),
        period_start=date_of(row.get("dateValidation"), field="dateValidation"),
        period_end=date_of(row.get("dateEnd"), field="dateEnd"),
        facts=facts_of(
            ("Reference", reference),
            ("Asked for", shown_day(row.get("dateDemand"))),
            ("Partner number", within(row, "details", "partnerId")),
            ("Microsoft partner number", within(row, "details", "mpnid")),
            ("Error", row.get("error_msg")),
        ),
    )
    if ends is not None:
        yield Deadline(
            external_id=f"{reference}:end",
            title=f"Program enrolment ends — {name}",
            category=Category.AGREEMENT,
            program=name,
            reference=f"enrolment {reference}",
            status=status,
            closed=bool(known(status, _ENROLMENT_OVER, default=False)),
            due=ends,
            derived_from=f"program {reference}",
        )


def licence_id(row: Any) -> str:
    """By which ArrowSphere knows a licence everywhere."""
    return required(within(row, "license"), "partner_ref")


def licence(row: Row) -> Deadline | None:
    """The next renewal of a licence, or its end; None for one without a term and an end."""
    reference = licence_id(row)
    data = row["license"]
    renews = due_of(data.get("next_renewal_date"), field="next_renewal_date")
    due = renews or due_of(data.get("end_date"), field="end_date")
    term = shown_text(data.get("term"))
    if due is None:
        if term in (None, "0"):
            return None
        raise BadField(f"end_date is missing, though the term is {_term(term)}")
    customer, offer = text_of(data.get("customer_name")), text_of(data.get("offer"))
    return Deadline(
        external_id=reference,
        title=joined(f"{_act(data.get('auto_renew'))} — {offer or reference}", customer, by=", "),
        category=Category.RENEWAL,
        vendor=text_of(data.get("vendor_name")) or text_of(data.get("vendor_code")),
        account=customer,
        reference=f"licence {reference}",
        status=text_of(data.get("status_label")) or text_of(data.get("status_code")),
        closed=data.get("isEnabled") is False,
        due=due,
        summary=_warnings(data) or None,
        facts=facts_of(
            ("Seats", data.get("seat")),
            ("Term", _term(term)),
            ("Ends", shown_day(data.get("end_date")) if renews else None),
            ("Buy price", _price(data, "buy_price")),
            ("Sell price", _price(data, "sell_price")),
            ("List price", _price(data, "list_price")),
            ("Trial", "yes" if data.get("trial") is True else None),
            ("Customer's reference", data.get("customer_ref")),
            ("Marketplace", data.get("marketplace")),
            ("Managed by", data.get("subsidiary_name")),
        ),
    )


def _act(auto_renew: Any) -> str:
    if auto_renew is True:
        return "Licence renews itself"
    return "Renew licence" if auto_renew is False else "Licence ends"


def _warnings(data: Row) -> str:
    said = (
        joined(shown_text(warning.get("key")), shown_text(warning.get("message")), by=": ")
        for warning in objects(data.get("warnings"))
    )
    return joined(*dict.fromkeys(said), by="; ")


def _term(term: str | None) -> str | None:
    if term is None or not term.isdecimal():
        return term
    return TERMS.get(term, f"{term} hours")


def _price(data: Row, field: str) -> str | None:
    """An amount with its currency. Whether it is for one seat, ArrowSphere does not say."""
    amount = within(data, "price", field)
    try:
        number = decimal_of(amount, field=field)
    except BadField:
        return shown_text(amount)
    if number is None:
        return None
    return joined(shown_text(number), shown_text(within(data, "price", "currency")), by=" ")


def notification(row: Row) -> Notice:
    """What ArrowSphere tells the user. Whether it was read there changes nothing here."""
    content = _text(row.get("content"), "content")
    return Notice(
        external_id=required(row, "id"),
        title=required(row, "subject"),
        published=due_of(row.get("created"), field="created"),
        summary=html_text(content, limit=SUMMARY) or None,
        body=clean_html(content) or None,
        facts=facts_of(("Kept until", shown_day(row.get("expires")))),
    )


def campaign_id(row: Any) -> str:
    """By which a campaign is known; its name may change."""
    return required(row, "reference")


def campaign(row: Row) -> Deadline | Notice:
    """A promotion until its last day; without one it is news, under an id of its own."""
    reference = campaign_id(row)
    name, page = required(row, "name"), row.get("landingPage")
    ends = due_of(row.get("endDate"), field="endDate")
    content = _landing(page)
    programs = _words(within(row, "rules", "subscriptions"))
    shared: dict[str, Any] = {
        "status": text_of(row.get("status")),
        "closed": _campaign_over(row),
        "url": link_of(within(page, "url")),
        "program": programs if programs and "," not in programs else None,
        "summary": html_text(content, limit=SUMMARY) or None,
        "body": clean_html(content) or None,
        "facts": facts_of(
            ("Begins", shown_day(row.get("startDate"))),
            ("Programs", programs),
            ("Marketplaces", _words(within(row, "rules", "marketplaces"))),
            ("Contact", within(page, "body", "contactEmail")),
            ("Created", shown_day(row.get("createdAt"))),
        ),
    }
    if ends is None:
        published = due_of(row.get("startDate"), field="startDate")
        return Notice(
            external_id=f"{reference}:open-ended", title=name, published=published, **shared
        )
    return Deadline(
        external_id=reference,
        title=f"Campaign ends — {name}",
        category=Category.INCENTIVE,
        due=ends,
        **shared,
    )


def _campaign_over(row: Row) -> bool:
    over = known(text_of(row.get("status")), _CAMPAIGN_OVER, default=False)
    return bool(over) or row.get("isActivated") is False


def _landing(page: Any) -> str:
    """The words of a landing page as HTML. Titles are text, descriptions may hold HTML."""
    marketing = within(page, "footer", "marketingFeature")
    parts = (
        _tagged("p", within(page, "header", "baseline")),
        _tagged("h3", within(page, "body", "title")),
        _text(within(page, "body", "description"), "description"),
        _tagged("h3", within(marketing, "title")),
        _text(within(marketing, "description"), "description"),
    )
    return "".join(parts)


def _tagged(tag: str, value: Any) -> str:
    text = text_of(value)
    return f"<{tag}>{escape(text)}</{tag}>" if text else ""


def _text(value: Any, field: str) -> str:
    if value is not None and not isinstance(value, str):
        raise BadField(f"{field} is not a text")
    return value or ""


def _words(value: Any) -> str | None:
    """A list of words as one line."""
    if not isinstance(value, list):
        return shown_text(value)
    return joined(*map(shown_text, value), by=", ") or None
