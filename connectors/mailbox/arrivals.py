"""Mail that should have arrived and did not."""

from collections.abc import Sequence
from datetime import date, timedelta

from connectors.mailbox.message import sender_of
from connectors.mailbox.rules import Expectation, Period, sent_by
from connectors.sdk.mail import Mailbox
from connectors.sdk.records import Category, Deadline, DueDate, Fact

PERIODS = 2
"""The current one and the one before: what is older has been told."""
LONGEST = timedelta(days=190)
"""No rhythm's last periods reach back further: what stands there of rules that are gone, goes."""


def missed(
    mailbox: Mailbox, folders: Sequence[str], rule: Expectation, today: date
) -> list[Deadline]:
    """A deadline for each period whose day passed without the mail; closed once it arrived."""
    periods = _periods(rule, today)
    arrived = _arrivals(mailbox, folders, rule, since=periods[0].first)
    found = []
    for period in periods:
        days = [day for day in arrived if period.first <= day <= period.last]
        if period.due < today and not any(day <= period.due for day in days):
            found.append(_deadline(rule, period, min(days, default=None)))
    return found


def first_due(rules: Sequence[Expectation], today: date) -> date:
    """The earliest day for which a read says what is missing."""
    return min((_periods(rule, today)[0].due for rule in rules), default=today - LONGEST)


def _periods(rule: Expectation, today: date) -> list[Period]:
    """The last ones, oldest first."""
    periods = [rule.period(today)]
    for _ in range(PERIODS - 1):
        periods.append(rule.period(periods[-1].first - timedelta(days=1)))
    return periods[::-1]


def _arrivals(
    mailbox: Mailbox, folders: Sequence[str], rule: Expectation, *, since: date
) -> list[date]:
    """The days (UTC) on which mail of that sender arrived, in any of the folders."""
    days: list[date] = []
    for folder in folders:
        mailbox.examine(folder)
        uids = mailbox.search(since=since - timedelta(days=1), sender=rule.sender)
        days += (
            mail.arrived.date()
            for mail in mailbox.headers(uids).values()
            if mail.arrived is not None and sent_by(rule.sender, sender_of(mail.data).address)
        )
    return days


def _deadline(rule: Expectation, period: Period, late: date | None) -> Deadline:
    return Deadline(
        external_id=f"expected:{rule.sender}:{rule.unit}:{rule.title[:200]}:{period.first}",
        title=f"Did not arrive: {rule.title} ({period.name})",
        due=DueDate(on=period.due, raw=f"{rule.said()}: {period.due.isoformat()}"),
        status="not arrived" if late is None else f"arrived late, on {late.isoformat()}",
        closed=late is not None,
        category=Category.OTHER,
        derived_from=f"the expectation of {rule.said()}",
        facts=(Fact(label="Expected from", value=rule.sender),),
    )
