"""The lists that one read goes through from end to end, and what that proves.

tasks      all that are not archived
contracts  all of every status, one list for each; with them the tiers of their bonuses
invoices   all; lines that were due 90 days ago and are paid are left out, once that was told
programs   all that the partner joined
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from connectors.impact_com.client import Impact
from connectors.impact_com.contracts import STATUSES, Tier, contract, goal, tiers
from connectors.impact_com.invoices import Line, lines, payout
from connectors.impact_com.programs import PROGRAMS, Names, names, program
from connectors.impact_com.tasks import task
from connectors.sdk.connector import Complete, Page, ReadContext
from connectors.sdk.errors import Incomplete
from connectors.sdk.horizon import Horizon
from connectors.sdk.mapping import BadField, paged, required, rows
from connectors.sdk.records import AnyRecord

Read = Iterator[Page | Complete]

AHEAD = timedelta(days=400)


def tasks(impact: Impact, context: ReadContext) -> Read:
    """Open and closed ones: their state says which, in impact.com's words."""
    pages = impact.pages("Tasks")
    yield from paged(pages, task, external_id=lambda row: required(row, "Id"), noun="task")
    yield Complete()


def contracts(impact: Impact, context: ReadContext) -> Read:
    """Raises ``Incomplete`` when a contract is on two lists: it moved while they were read.

    The state holds the ids of all tiers: where a contract's tiers cannot be read for once, those
    that were read before stay as they are.
    """
    named, before = names(impact), _ids(context.state.get("tiers"))
    seen, known = set[str](), set[str]()
    for status in STATUSES:
        pages = impact.pages("Contracts", {"Status": status})
        for number, (found, _) in enumerate(pages, start=1):
            where = f"{status} page {number}"
            yield _ends(found, named, where)
            parts = [tier for part in _parts(found, tiers) for tier in part.spared(before)]
            yield _goals(parts, named, where)
            known |= {part.external_id for part in parts}
            ids = {id_ for row in found if (id_ := _id(row))}
            if not seen.isdisjoint(ids):
                raise Incomplete("A contract came twice: it changed while the lists were read.")
            seen |= ids
    yield Complete(state={"tiers": sorted(known)})


def _ends(found: list[Any], named: Mapping[str, Names], where: str) -> Page:
    return rows(
        found,
        lambda row: contract(row, named),
        where=where,
        external_id=lambda row: required(row, "Id"),
        noun="contract",
    )


def _goals(parts: list[Tier], named: Mapping[str, Names], where: str) -> Page:
    """Each tier is a row of its own, so that a bad one costs itself only."""
    return rows(
        parts,
        lambda part: goal(part, named),
        where=f"{where} tiers",
        external_id=lambda part: str(part.external_id),
        noun="bonus tier",
    )


def invoices(impact: Impact, context: ReadContext) -> Read:
    """One deadline for each line: a line has a due date and a status, an invoice has none."""
    named = names(impact)
    horizon = Horizon(context.now.date(), context.state, ahead=AHEAD)

    def make(item: Any) -> AnyRecord | None:
        if isinstance(item, Line):
            return horizon.kept(payout(item, named))
        raise BadField("an invoice must be an object with an Id")

    for number, (found, _) in enumerate(impact.pages("Invoices"), start=1):
        yield rows(
            _parts(found, lines, otherwise=True),
            make,
            where=f"page {number}",
            external_id=lambda item: str(item.external_id),
            noun="line",
        )
    yield horizon.complete()


def programs(impact: Impact, context: ReadContext) -> Read:
    """Active and expired ones."""
    yield from paged(
        impact.pages(PROGRAMS),
        program,
        external_id=lambda row: required(row, "CampaignId"),
        noun="program",
    )
    yield Complete()


def _parts(
    found: Iterable[Any], take: Callable[[Any], Iterator[Any]], *, otherwise: bool = False
) -> Iterator[Any]:
    """What the rows consist of. A row that cannot be taken apart is passed on whole where
    nobody else reports it.
    """
    for row in found:
        try:
            yield from take(row)
        except (BadField, AttributeError):
            if otherwise:
                yield row


def _id(row: Any) -> str | None:
    try:
        return required(row, "Id")
    except BadField:
        return None


def _ids(state: Any) -> list[str]:
    """What of a stored state is a list of ids."""
    return [id_ for id_ in state if isinstance(id_, str)] if isinstance(state, list) else []
