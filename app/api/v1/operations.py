"""All that can be asked of the API, once: the routes, the OpenAPI document and the help are made
of it.
"""

from collections.abc import Mapping

from pydantic import BaseModel

from app.api.v1 import bodies, doing, items, records, shapes
from app.api.v1.call import Operation

LOOP = (
    "To mirror the inbox begin with updated_since=start, keep each item by its id, and follow "
    "next until there is none; then keep the address in sync, and ask there for what was touched "
    "since. Nothing is missed, whenever it was written, and an item that its source no longer "
    "lists comes as one that is removed. On 410 drop what you have and begin anew. A moment in "
    "place of start gives what was touched since then, and a little before."
)
RECORDS: Mapping[str, tuple[str, type[BaseModel]]] = {
    "programs": ("Memberships: tier, status, eligibility", shapes.Programs),
    "funds": ("MDF, co-op and credit money, and when it lapses", shapes.Funds),
    "certifications": ("Who holds what, until when", shapes.Certifications),
    "contacts": ("The vendors' and distributors' people", shapes.Contacts),
}
READS = (
    Operation(
        id="listItems",
        path="/items",
        tag="Items",
        summary="Items of a view, or all that were touched since",
        says=f"Filters and orders are those of the inbox and the feed; without tab what is open. "
        f"{LOOP}",
        parameters=items.LISTED,
        does=items.listed,
        gives=shapes.Items,
    ),
    Operation(
        id="getItem",
        path="/items/{item_id}",
        tag="Items",
        summary="One item",
        does=items.one,
        gives=shapes.OneItem,
    ),
    Operation(
        id="listItemEvents",
        path="/items/{item_id}/events",
        tag="Items",
        summary="What happened to an item, the oldest first",
        parameters=items.PAGED,
        does=items.lines,
        gives=shapes.ItemLines,
    ),
    Operation(
        id="listItemComments",
        path="/items/{item_id}/comments",
        tag="Items",
        summary="What people wrote about an item",
        does=items.comments,
        gives=shapes.Comments,
    ),
    Operation(
        id="listEvents",
        path="/events",
        tag="History",
        summary="What happened to everything, the oldest first",
        says="Follow next, then ask at sync for what was added since. A line may come again: keep "
        "lines by their id. On 410 drop what you have and begin anew.",
        parameters=items.HISTORY,
        does=items.history,
        gives=shapes.Lines,
    ),
    Operation(
        id="listGoals",
        path="/goals",
        tag="Items",
        summary="Goals, and how they stand today",
        parameters=items.PAGED,
        does=items.goals,
        gives=shapes.Goals,
    ),
    *(
        Operation(
            id=f"list{name.title()}",
            path=f"/{name}",
            tag="Programs",
            summary=summary,
            parameters=records.NARROWED,
            does=records.of_table(name),
            gives=gives,
        )
        for name, (summary, gives) in RECORDS.items()
    ),
    Operation(
        id="listSources",
        path="/sources",
        tag="Around",
        summary="The connections, and how fresh what they tell is",
        does=records.sources,
        gives=shapes.Sources,
    ),
    Operation(
        id="listPeople",
        path="/people",
        tag="Around",
        summary="The team",
        does=records.people,
        gives=shapes.People,
    ),
    Operation(
        id="getMe",
        path="/me",
        tag="Around",
        summary="What this token may, and in whose name",
        does=records.me,
        gives=shapes.Me,
    ),
)
ACTS = (
    ("done", "doItem", "The team has done it", doing.done, bodies.DoneBody),
    ("reopen", "reopenItem", "Back to the inbox", doing.reopen, bodies.Nothing),
    ("snooze", "snoozeItem", "Out of sight until then", doing.snooze, bodies.SnoozeBody),
    ("wait", "waitOnVendor", "It is the vendor's turn", doing.wait, bodies.Nothing),
    ("decline", "declineItem", "It is not applicable, and why", doing.decline, bodies.DeclineBody),
    ("assign", "assignItem", "Give it an owner, or none", doing.assign, bodies.AssignBody),
    ("note", "noteItem", "Write something about it", doing.note, bodies.NoteBody),
)
WRITES = (
    *(
        Operation(
            id=id_,
            path=f"/items/{{item_id}}/{verb}",
            tag="Acts",
            summary=summary,
            scope="act",
            body=body,
            does=does,
            gives=shapes.Acted,
        )
        for verb, id_, summary, does, body in ACTS
    ),
    Operation(
        id="undoAct",
        path="/acts/{act_id}/undo",
        tag="Acts",
        summary="Take an act of one's own back",
        says="Whatever the act did, to however many items. 409 where somebody has gone on from it.",
        scope="act",
        body=bodies.Nothing,
        does=doing.undo,
        gives=shapes.Undone,
        on_items=False,
    ),
)
ALL: tuple[Operation, ...] = (*READS, *WRITES)
