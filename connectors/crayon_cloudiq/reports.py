"""Agreement reports: what is to be reported each month, and what of it is still owed.

Cloud-iQ keeps one report ("product container") for each program and month; in it stands one
status for each agreement. They are listed by month: those of this month and of the three before
it. A report that is older but was still owed when it was last read is asked for by its number,
so that it does not leave the inbox unreported. Nothing is created: the call that would is a POST.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from connectors.crayon_cloudiq.client import Cloudiq
from connectors.crayon_cloudiq.mapping import Month, Row, id_of, report, report_id
from connectors.sdk.connector import Complete, Page, Quarantined, ReadContext
from connectors.sdk.errors import Incomplete, Rejected
from connectors.sdk.mapping import BadField, rows
from connectors.sdk.mapping.rows import raw_text
from connectors.sdk.records import ReportingRequirement

MONTHS_BACK = 3
NO_NUMBER = "its number (Id) is missing or none."


def agreement_reports(
    cloudiq: Cloudiq, reporting_day: int | None, context: ReadContext
) -> Iterator[Page | Complete]:
    """Every agreement's report, whether owed or given.

    What cannot be told by its number, a report or an agreement in it, ends the list without
    ``Complete``: nobody could say which of the known ones it is. So does a report whose
    agreements Cloud-iQ does not give.
    """
    now = Month(year=context.now.year, month=context.now.month)
    owed: dict[str, str] = {}
    seen: set[str] = set()
    whole = True
    for container, month in _containers(cloudiq, now, context.state.get("owed")):
        number = _number(container)
        if number is None:
            whole = False
            yield Page(quarantined=(_unreadable(container, month, why=NO_NUMBER),))
            continue
        if number in seen:
            raise Incomplete("Cloud-iQ gave the same report for two months.")
        seen.add(number)
        try:
            page = _page(cloudiq, container, month, reporting_day)
        except Rejected as refusal:
            whole = False
            yield Page(quarantined=(_unreadable(container, month, why=refusal.message),))
            continue
        whole = whole and all(row.external_id for row in page.quarantined)
        if not _is_given(page):
            owed[number] = str(month)
        yield page
    if whole:
        yield Complete(state={"owed": owed})


def months(now: Month) -> list[Month]:
    """The months that are listed, the oldest first."""
    return [now.before(months) for months in range(MONTHS_BACK, -1, -1)]


def _containers(cloudiq: Cloudiq, now: Month, owed: Any) -> Iterator[tuple[Any, Month]]:
    """The reports as Cloud-iQ has them, each with its month."""
    listed = months(now)
    for month in listed:
        for found, _ in cloudiq.pages(
            "ProductContainers", Category="Report", Year=month.year, Month=month.month
        ):
            yield from ((row, month) for row in found)
    for number, month in _older(owed, before=listed[0]):
        container = cloudiq.one(f"ProductContainers/{number}")
        if container is not None and container.get("Removed") is not True:
            yield container, month


def _older(owed: Any, *, before: Month) -> list[tuple[str, Month]]:
    """What the stored state names beyond the months that are listed; nothing of an odd state."""
    found = []
    for number, text in owed.items() if isinstance(owed, Mapping) else ():
        try:
            first = date.fromisoformat(f"{text}-01")
        except ValueError:
            continue
        month = Month(year=first.year, month=first.month)
        if str(number).isdecimal() and str(month) < str(before):
            found.append((str(number), month))
    return sorted(found, key=lambda pair: (str(pair[1]), int(pair[0])))


def _page(cloudiq: Cloudiq, container: Row, month: Month, reporting_day: int | None) -> Page:
    number = id_of(container)
    return rows(
        cloudiq.whole(f"AgreementReports/{number}"),
        partial(report, container=container, month=month, reporting_day=reporting_day),
        where=f"report {number}",
        external_id=partial(report_id, container),
        noun="agreement report",
    )


def _is_given(page: Page) -> bool:
    """Whether nothing is left to report in it, as far as every row of it can be read."""
    given = [r for r in page.records if isinstance(r, ReportingRequirement) and r.closed]
    return not page.quarantined and len(given) == len(page.records)


def _number(container: Any) -> str | None:
    try:
        return id_of(container)
    except BadField:
        return None


def _unreadable(container: Any, month: Month, *, why: str) -> Quarantined:
    return Quarantined(
        reason=f"a report of {month}: {why}",
        raw=raw_text(container),
        where=f"reports of {month}",
    )
