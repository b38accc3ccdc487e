"""From Cloud-iQ's rows to records. Pure: a row and what is known around it in, records out."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.crayon_cloudiq.words import (
    AGREEMENT_TYPE,
    BILLING_CYCLE,
    CONTAINER_TYPE,
    REPORT_STATUS,
    REPORTED,
    SUBSCRIPTION_OVER,
    SUBSCRIPTION_STATUS,
    word,
    yes_no,
)
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
from connectors.sdk.records import (
    Category,
    Contact,
    Deadline,
    Due,
    DueDate,
    Notice,
    ReportingRequirement,
)

Row = Mapping[str, Any]
SUMMARY = 300


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month that reports are about."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    def before(self, months: int) -> "Month":
        year, month = divmod(self.year * 12 + self.month - 1 - months, 12)
        return Month(year=year, month=month + 1)

    def due(self, reporting_day: int | None) -> DueDate | None:
        """The reporting day of the month that follows, or that month's last day."""
        if reporting_day is None:
            return None
        then = self.before(-1)
        last = monthrange(then.year, then.month)[1]
        on = date(then.year, then.month, min(reporting_day, last))
        return DueDate(on=on, raw=f"{self} by day {reporting_day} of the following month")


def id_of(row: Any, field: str = "Id") -> str:
    """A number by which Cloud-iQ knows something; what is no whole number is none."""
    found = required(row, field)
    if not found.isdecimal():
        raise BadField(f"{field} is not a whole number: {found[:60]}")
    return found


def name_of(row: Row, field: str) -> str | None:
    """The name in a reference ``{Id, Name}``."""
    return text_of(within(row, field, "Name"))


def report_id(container: Row, row: Any) -> str:
    """Unique: an agreement stands once in each month's report."""
    return f"{id_of(container)}:{id_of(within(row, 'Agreement'))}"


def report(
    row: Row, *, container: Row, month: Month, reporting_day: int | None
) -> ReportingRequirement:
    """What is to be reported of one agreement in one month's report."""
    agreement = within(row, "Agreement")
    number = text_of(within(agreement, "AgreementNumber"))
    name = text_of(within(agreement, "Name")) or number or id_of(agreement)
    status = word(row.get("Status"), REPORT_STATUS)
    due = month.due(reporting_day)
    return ReportingRequirement(
        external_id=report_id(container, row),
        title=f"Report {month} usage — {name}",
        vendor=name_of(container, "Publisher"),
        program=name_of(container, "Program"),
        reference=joined(f"report {id_of(container)}", f"agreement {number}" if number else None),
        status=status,
        closed=bool(known(status, REPORTED, default=False)),
        due=due,
        recipient="Crayon",
        period=str(month),
        cadence="monthly",
        facts=facts_of(
            ("Due date", due and f"derived from this connection's reporting day, {reporting_day}"),
            ("Report", container.get("Name")),
            ("Organization", name_of(container, "Organization")),
            ("Form", word(container.get("Type"), CONTAINER_TYPE)),
            ("Agreement term is valid", yes_no(row.get("HasValidAgreementTerm"))),
            ("Commitment level", _number(within(agreement, "CommitmentLevel"))),
            ("Crayon's remarks", _issues(container)),
        ),
    )


def _number(value: Any) -> Any:
    """A number in its one spelling, nothing for 0; what is none stays as it came."""
    try:
        return decimal_of(value, field="number") or None
    except BadField:
        return value


def _issues(container: Row) -> str | None:
    said = (shown_text(issue.get("Message")) for issue in objects(container.get("Issues")))
    return joined(*dict.fromkeys(said), by="; ") or None


def agreement(row: Row) -> Deadline | None:
    """The end of an agreement; None where Crayon writes a date that means none."""
    number = id_of(row)
    if row.get("EndDate") is None:
        raise BadField("EndDate is missing")
    ends = due_of(row["EndDate"], field="EndDate")
    if ends is None:
        return None
    named = text_of(row.get("Number"))
    return Deadline(
        external_id=number,
        title=f"Agreement ends — {text_of(row.get('Name')) or named or number}",
        category=Category.AGREEMENT,
        vendor=name_of(row, "Publisher"),
        program=name_of(row, "Program"),
        reference=f"agreement {named or number}",
        status="Disabled" if row.get("Disabled") is True else None,
        closed=row.get("Disabled") is True,
        due=ends,
        facts=facts_of(
            ("Type", word(row.get("AgreementType"), AGREEMENT_TYPE)),
            ("Started", shown_day(row.get("StartDate"))),
            ("Organization", name_of(row, "Organization")),
            ("Master agreement", row.get("MasterAgreement")),
            ("Customer number", row.get("CustomerNumber")),
            ("Commitment level", _number(row.get("CommitmentLevel"))),
            ("Currency of prices", row.get("SalesPriceCurrencyCode")),
        ),
    )


def subscription(row: Row, *, customers: Mapping[str, str], today: date) -> Iterator[Deadline]:
    """The end of a subscription, its last day to cancel, and the day it is suspended on."""
    number = id_of(row)
    status = word(row.get("Status"), SUBSCRIPTION_STATUS)
    over = bool(known(status, SUBSCRIPTION_OVER, default=False))
    customer = customers.get(text_of(within(row, "CustomerTenant", "Id")) or "")
    product = text_of(within(row, "Product", "ItemName"))
    what = text_of(row.get("Name")) or product or f"subscription {number}"
    facts = facts_of(
        ("Product", product if product != what else None),
        ("Part number", within(row, "Product", "PartNumber")),
        ("Quantity", row.get("Quantity")),
        ("Renews itself", yes_no(row.get("AutoRenewEnabled"))),
        ("Term", row.get("TermDuration")),
        ("Billing", word(row.get("BillingCycle"), BILLING_CYCLE)),
        ("Sales price, without currency", _number(row.get("SalesPrice"))),
        ("Trial", yes_no(row.get("IsTrial") or None)),
        ("Organization", name_of(row, "Organization")),
    )

    def deadline(suffix: str, act: str, due: Due, *, closed: bool, kind: Category) -> Deadline:
        return Deadline(
            external_id=f"{number}{suffix}",
            title=joined(f"{act} — {what}", customer, by=", "),
            category=kind,
            vendor=name_of(row, "Publisher"),
            account=customer,
            reference=f"subscription {number}",
            status=status,
            closed=closed,
            due=due,
            facts=facts,
        )

    ends = _end(row)
    if ends is not None:
        act = "Subscription renews itself" if row.get("AutoRenewEnabled") is True else None
        yield deadline("", act or "Subscription ends", ends, closed=over, kind=Category.RENEWAL)
    cancel = due_of(row.get("CancellationAllowedUntilDate"), field="CancellationAllowedUntilDate")
    if cancel is not None:
        passed = date_of(cancel.raw, field="CancellationAllowedUntilDate")
        gone = over or (passed is not None and passed < today)
        act = "Last day to cancel or reduce"
        yield deadline(":cancel-until", act, cancel, closed=gone, kind=Category.RENEWAL)
    suspended = due_of(row.get("AutoSuspensionDate"), field="AutoSuspensionDate")
    if suspended is not None:
        act = "Subscription is suspended"
        yield deadline(":suspension", act, suspended, closed=over, kind=Category.OTHER)


def _end(row: Row) -> Due | None:
    """None for one that runs on; a term without an end is a field that is missing."""
    ends = due_of(row.get("EndDate"), field="EndDate")
    if ends is None and (term := text_of(row.get("TermDuration"))):
        raise BadField(f"EndDate is missing, though the term is {term}")
    return ends


def announcement_id(row: Row) -> str:
    """Its link, or else its time and title: Crayon gives announcements no identity."""
    link = link_of(row.get("Link"))
    return link or f"{required(row, 'PublicationDate')} {required(row, 'Title')}"


def announcement(row: Row) -> Notice:
    """One blog item. Its HTML is cleaned; its picture is left where it is."""
    written = row.get("Description")
    if not isinstance(written, str | None):
        raise BadField("Description is not a text")
    return Notice(
        external_id=announcement_id(row),
        title=required(row, "Title"),
        url=link_of(row.get("Link")),
        published=due_of(row.get("PublicationDate"), field="PublicationDate"),
        summary=html_text(written, limit=SUMMARY) or None if written else None,
        body=clean_html(written) or None if written else None,
        facts=facts_of(("Author", row.get("Author"))),
    )


def contact(row: Any, organization: Row) -> Contact | None:
    """Crayon's person for one organization; None where Crayon names nobody."""
    if row is None:
        return None
    if not isinstance(row, Mapping):
        raise BadField("the sales contact is not an object")
    name, email = text_of(row.get("FullName")), text_of(row.get("Email"))
    if name is None and email is None:
        return None
    return Contact(
        external_id=id_of(organization),
        title=name or email or "",
        role="Sales contact at Crayon",
        email=email,
        phone=text_of(row.get("Phone")),
        facts=facts_of(
            ("Organization", text_of(organization.get("Name"))),
            ("Crayon company", organization.get("CrayonCompanyName")),
        ),
    )
