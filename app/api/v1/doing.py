"""What a program does with an item: the same acts as the pages', each undone in the same way."""

from datetime import date, datetime
from typing import Any

from app.api.v1 import bodies, shapes
from app.api.v1.call import Answer, Call
from app.api.v1.items import found, moment_of
from app.core.bounds import day_of
from app.core.snooze import morning_of
from app.errors import Invalid
from app.services import accounts, acts, answers, comments, own_dates, undoing
from app.services.pages import Act


def _by(call: Call) -> dict[str, Any]:
    return {"user_id": call.token.user_id, "clock": call.clock}


def _acted(call: Call, act: Act) -> Answer:
    """What was done, and the item as it is now."""
    told = found(call)
    done = {"id": int(act.undo or 0), "said": act.said}
    beside = answers.beside(call.session, [told], call.clock)
    return Answer(body={"act": done, "item": told, **beside}, tag=f'"{told["etag"]}"')


def _body(call: Call, shape: type[shapes.Shape]) -> Any:
    assert isinstance(call.body, shape)
    return call.body


def done(call: Call) -> Answer:
    """The team has done what the item asks for."""
    body = _body(call, bodies.DoneBody)
    ids = [call.ids["item_id"]]
    also = own_dates.reminders(call.session, ids)
    return _acted(
        call, acts.done(call.session, ids, **_by(call), proof=body.proof or "", also=also)
    )


def reopen(call: Call) -> Answer:
    """Back to the inbox."""
    return _acted(call, acts.reopen(call.session, [call.ids["item_id"]], **_by(call)))


def wait(call: Call) -> Answer:
    """It is the vendor's turn."""
    return _acted(call, acts.wait(call.session, [call.ids["item_id"]], **_by(call)))


def snooze(call: Call) -> Answer:
    """Out of sight until then."""
    until = _until(call, _body(call, bodies.SnoozeBody).until)
    return _acted(call, acts.snooze(call.session, [call.ids["item_id"]], until, **_by(call)))


def _until(call: Call, told: str | None) -> datetime | None:
    if told is None:
        return None
    day: date | None = day_of(told)
    at = morning_of(day, call.clock) if day else moment_of(told)
    if at is None:
        text = "A date (2026-12-01), a moment with its offset (2026-12-01T08:00:00Z), or null."
        raise Invalid("That is no day and no moment.", fields={"until": text})
    return at


def decline(call: Call) -> Answer:
    """It is nothing for this team, and why."""
    reason = _body(call, bodies.DeclineBody).reason
    return _acted(call, acts.decline(call.session, [call.ids["item_id"]], reason, **_by(call)))


def assign(call: Call) -> Answer:
    """Give it an owner, or none."""
    owner_id: int | None = _body(call, bodies.AssignBody).owner_id
    person = accounts.known(call.session, owner_id) if owner_id is not None else None
    if owner_id is not None and (person is None or not person.is_active):
        text = "The id of one of the people who may sign in."
        raise Invalid("There is no such person to assign it to.", fields={"owner_id": text})
    return _acted(call, acts.assign(call.session, [call.ids["item_id"]], owner_id, **_by(call)))


def note(call: Call) -> Answer:
    """Write something about it."""
    text = _body(call, bodies.NoteBody).text
    return _acted(call, comments.add(call.session, call.ids["item_id"], text, **_by(call)))


def undo(call: Call) -> Answer:
    """Take an act of one's own back."""
    taken = undoing.undo(call.session, str(call.ids["act_id"]), **_by(call))
    if taken.source is not None:
        call.request.state.shows = taken
    return Answer(body={"said": taken.said, "item_ids": sorted(taken.items)})
