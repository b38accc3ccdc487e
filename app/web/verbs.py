"""The acts that a form can ask for: their words, and the service that does them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from app.core.snooze import morning_of
from app.core.whole import whole
from app.core.words import day_words
from app.errors import Invalid
from app.services import accounts, acts, own_dates, personal
from app.services.pages import Act
from app.web.sent import Sent
from app.web.visit import Visit

CHANGE = "change"
"""What a form names in place of a moment, to snooze until the source changes the item."""


@dataclass(frozen=True, kw_only=True)
class Verb:
    """``words`` say what would be done, and raise ``Invalid`` where the form does not say it.

    path    the last part of its form's address
    declines, settles   it says of items that they are not applicable, or that they are done
    backs_up            it says who stands in for their owners
    own                 it is for oneself alone
    """

    path: str
    words: Callable[[Visit, Sent], str]
    do: Callable[[Visit, Sent, list[int]], Act]
    declines: bool = False
    settles: bool = False
    backs_up: bool = False
    own: bool = False


def _done(visit: Visit, sent: Sent, ids: list[int]) -> Act:
    also = own_dates.reminders(visit.session, ids)
    return acts.done(
        visit.session, ids, **visit.by, versions=sent.versions, proof=sent.proof, also=also
    )


def _reopen(visit: Visit, sent: Sent, ids: list[int]) -> Act:
    return acts.reopen(visit.session, ids, **visit.by, versions=sent.versions)


def _wait(visit: Visit, sent: Sent, ids: list[int]) -> Act:
    return acts.wait(visit.session, ids, **visit.by, versions=sent.versions)


def _decline(visit: Visit, sent: Sent, ids: list[int]) -> Act:
    return acts.decline(visit.session, ids, sent.reason, **visit.by, versions=sent.versions)


def _snooze(visit: Visit, sent: Sent, ids: list[int]) -> Act:
    until = moment(sent, visit)
    return acts.snooze(visit.session, ids, until, **visit.by, versions=sent.versions)


def _assign(visit: Visit, sent: Sent, ids: list[int]) -> Act:
    person = person_of(sent.owner)
    return acts.assign(visit.session, ids, person, **visit.by, versions=sent.versions)


def _back_up(visit: Visit, sent: Sent, ids: list[int]) -> Act:
    person = person_of(sent.backup)
    return acts.back_up(visit.session, ids, person, **visit.by, versions=sent.versions)


def moment(sent: Sent, visit: Visit) -> datetime | None:
    """The aware moment that the form names, None: when it changes; raises ``Invalid``."""
    if sent.until == CHANGE:
        return None
    try:
        if not sent.until:
            return morning_of(date.fromisoformat(sent.day), visit.clock)
        at = datetime.fromisoformat(sent.until)
    except ValueError:
        raise Invalid("That is not a day.", remedy="Choose a day from the calendar.") from None
    return at if at.tzinfo else at.replace(tzinfo=visit.clock.zone)


def person_of(chosen: str) -> int | None:
    """The person whose id a form names; None for nobody. Raises ``Invalid``."""
    person = whole(chosen)
    if chosen and person is None:
        raise Invalid("There is no such person.", remedy="Choose somebody from the list.")
    return person


def _snooze_words(visit: Visit, sent: Sent) -> str:
    until = moment(sent, visit)
    if until is None:
        return "Snooze until it changes"
    acts.bearable(until, visit.clock)
    day = visit.clock.local(until).date()
    return f"Snooze until {day_words(day, visit.clock.today)}"


def _name(visit: Visit, chosen: str) -> str:
    person = person_of(chosen)
    return accounts.user(visit.session, person).name if person else "nobody"


DONE = Verb(path="done", words=lambda _visit, _sent: "Done", do=_done, settles=True)
REOPEN = Verb(path="reopen", words=lambda _visit, _sent: "Reopen", do=_reopen)
WAIT = Verb(path="wait", words=lambda _visit, _sent: "Waiting on vendor", do=_wait)
DECLINE = Verb(
    path="decline",
    words=lambda _visit, sent: f"Not applicable: {acts.reason_of(sent.reason)}",
    do=_decline,
    declines=True,
)
SNOOZE = Verb(path="snooze", words=_snooze_words, do=_snooze)
ASSIGN = Verb(
    path="assign", words=lambda visit, sent: f"Assign to {_name(visit, sent.owner)}", do=_assign
)
BACK_UP = Verb(
    path="backup",
    words=lambda visit, sent: f"Backup: {_name(visit, sent.backup)}",
    do=_back_up,
    backs_up=True,
)


def _star(visit: Visit, _sent: Sent, ids: list[int], *, on: bool) -> Act:
    return personal.star(visit.session, ids, on=on, **visit.by)


def _read(visit: Visit, _sent: Sent, ids: list[int], *, on: bool) -> Act:
    return personal.read(visit.session, ids, on=on, **visit.by)


def _mark(path: str, words: str, do: Callable[..., Act], *, on: bool) -> Verb:
    """An act that nobody else sees: what others did with the items does not stand against it."""
    return Verb(path=path, words=lambda _visit, _sent: words, do=partial(do, on=on), own=True)


STAR = _mark("star", "Star", _star, on=True)
UNSTAR = _mark("unstar", "Take the star away", _star, on=False)
READ = _mark("read", "Mark as read", _read, on=True)
UNREAD = _mark("unread", "Mark as unread", _read, on=False)
ALL = (DONE, REOPEN, WAIT, DECLINE, SNOOZE, ASSIGN, BACK_UP, STAR, UNSTAR, READ, UNREAD)
"""Each has a form at ``/items/`` and its path, for one item and for many."""
