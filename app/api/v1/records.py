"""What stands around the items: memberships, funds, certifications, contacts, sources, people."""

from collections.abc import Callable

from app.api.asking import PARAMETERS, Parameters
from app.api.v1.call import Answer, Call
from app.api.v1.items import PAGED
from app.core import feeds
from app.core.whole import whole
from app.services import answers

NARROWED: Parameters = {
    **{name: PARAMETERS[name] for name in ("vendor", "program", "source")},
    "removed": (
        ("true", "false").__contains__,
        "true: also what its source no longer lists; false, or without it: not.",
    ),
    **PAGED,
}
COLUMNS = {"vendor": "vendor", "program": "program", "source": "connection_id"}


def of_table(name: str) -> Callable[[Call], Answer]:
    """The records of that table, by id."""

    def listed(call: Call) -> Answer:
        narrowed = {
            column: whole(call.query[asked]) if asked == "source" else call.query[asked]
            for asked, column in COLUMNS.items()
            if asked in call.query
        }
        place, limit = call.after(name), call.limit
        found = answers.references(
            call.session,
            name,
            after=place[0] if place else 0,
            limit=limit + 1,
            narrowed=narrowed,
            removed=call.query.get("removed") == "true",
        )
        told = found[:limit]
        more = len(found) > limit
        onward = call.link(cursor=call.cursor(name, told[-1]["id"])) if more else None
        of = answers.sources(call.session, call.clock, {one["source_id"] for one in told})
        return Answer(body={name: told, "sources": of, "next": onward}, next=onward)

    return listed


def sources(call: Call) -> Answer:
    """How far each source can be trusted."""
    return Answer(body={"sources": answers.sources(call.session, call.clock)})


def people(call: Call) -> Answer:
    """Who can own an item."""
    return Answer(body={"people": answers.people(call.session)})


def me(call: Call) -> Answer:
    """What this token may, in whose name, and which day it is for the company."""
    token = call.token
    person = answers.people(call.session, filter(None, [token.user_id]))
    return Answer(
        body={
            "token_id": token.id,
            "scopes": sorted(token.scopes),
            "expires_at": feeds.stamp(token.expires_at) if token.expires_at else None,
            "person": person[0] if person else None,
            "today": call.clock.today.isoformat(),
            "time_zone": str(call.clock.zone),
        }
    )
