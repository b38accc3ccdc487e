"""What happened in words: the same for mail and chat. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.core.changes import words
from app.core.notices import OF_SOURCES, OUTPUT, RECORDS, SOURCE, URGENT, EventKind, Notice
from app.core.words import (
    LONGEST_SUBJECT,
    Clock,
    cut,
    due_short,
    due_words,
    kept_due,
    money_words,
    plural,
    short,
    told_words,
)
from connectors.sdk.records import Due

LONGEST_TITLE, LONGEST_VALUE, TITLE_IN_SUBJECT = 120, 120, 60
NEVER_MIND = {
    EventKind.PROGRAM_ELIGIBILITY_LOST: EventKind.PROGRAM_ELIGIBILITY_GAINED,
    EventKind.PROGRAM_ELIGIBILITY_GAINED: EventKind.PROGRAM_ELIGIBILITY_LOST,
    EventKind.ITEM_GONE: EventKind.ITEM_RETURNED,
    EventKind.ITEM_RETURNED: EventKind.ITEM_GONE,
}
"""What the other takes back where both stand in one message."""


SUBJECTS = {
    "item": "Items",
    "program": "Programs",
    "fund": "Funds",
    "certification": "Certifications",
    "contact": "Contacts",
    "source": "Sources",
    "output": "Outputs",
}
_OF_A_RECORD = {
    "new": "listed for the first time",
    "changed": "changed",
    "gone": "removed at the source",
    "returned": "listed again",
}
KIND_WORDS: dict[str, str] = {
    URGENT: "What cannot wait: a date that moved earlier, eligibility lost, a source that needs a "
    "sign-in, a webhook or a chat that was stopped",
    EventKind.ITEM_NEW: "new",
    EventKind.ITEM_DUE_CHANGED: "another date",
    EventKind.ITEM_CHANGED: "another change",
    EventKind.ITEM_CLOSED: "closed at the source",
    EventKind.ITEM_REOPENED: "asks for something again",
    EventKind.ITEM_GONE: "removed at the source",
    EventKind.ITEM_RETURNED: "listed again",
    EventKind.ITEM_DONE: "done",
    EventKind.ITEM_SNOOZED: "snoozed",
    EventKind.ITEM_WAITING: "waiting on the vendor",
    EventKind.ITEM_NOT_APPLICABLE: "not applicable",
    EventKind.ITEM_JOINED: "the same as another",
    EventKind.ITEM_ASSIGNED: "another owner",
    EventKind.ITEM_BACKED_UP: "another backup",
    EventKind.ITEM_COMMENTED: "a comment",
    EventKind.ITEM_UNDONE: "an act undone",
    EventKind.PROGRAM_ELIGIBILITY_LOST: "eligibility lost",
    EventKind.PROGRAM_ELIGIBILITY_GAINED: "eligibility gained",
    **{
        EventKind(f"{subject}.{what}"): words
        for subject in RECORDS
        for what, words in _OF_A_RECORD.items()
    },
    EventKind.SOURCE_FAILING: "cannot be read",
    EventKind.SOURCE_BROKEN: "answers what we cannot read",
    EventKind.SOURCE_NEEDS_SIGN_IN: "needs a sign-in",
    EventKind.SOURCE_RECOVERED: "is well again",
    EventKind.OUTPUT_STOPPED: "a webhook or a chat was stopped",
}
"""What a channel can be asked to tell people; that there was too much for that is told anyway."""


def folded(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """One for each thing that is so now: of a date that moved twice from the first to the last, of
    a source that went down and is well again nothing. What cannot wait stands first.
    """
    left: dict[tuple[object, ...], Notice] = {}
    for one in sorted(notices, key=lambda one: one.event_id):
        key = _slot(one)
        before = left.pop(key, None)
        if before is None:
            left[key] = one
        elif one.kind == EventKind.ITEM_DUE_CHANGED:
            if one.new != before.old:
                left[key] = replace(one, old=before.old)
        elif one.subject == SOURCE:
            if one.kind != EventKind.SOURCE_RECOVERED:
                left[key] = one
        elif NEVER_MIND.get(one.kind) != before.kind:
            left[key] = one
    return tuple(sorted(left.values(), key=lambda one: (not one.cannot_wait, one.event_id)))


def _slot(one: Notice) -> tuple[object, ...]:
    of_it = (one.subject, one.subject_id)
    if one.subject in (SOURCE, OUTPUT):
        return of_it
    if one.kind == EventKind.ITEM_DUE_CHANGED:
        return (*of_it, one.kind, one.field)
    if one.kind in NEVER_MIND:
        return (*of_it, *sorted((one.kind, NEVER_MIND[one.kind])))
    return (*of_it, one.kind, one.event_id)


def subject(notices: Sequence[Notice], more: int, clock: Clock) -> str:
    """The news itself: "Deal registration now due 3 Dec, was 10 Dec – and 2 more"."""
    others = len(notices) - 1 + more
    counted = f" – and {others:,} more" if others else ""
    news = headline(notices[0], clock, most=TITLE_IN_SUBJECT)
    return f"{cut(news, LONGEST_SUBJECT - len(counted))}{counted}"


def headline(one: Notice, clock: Clock, *, most: int = LONGEST_TITLE) -> str:
    """What happened in one sentence that begins with what it happened to, without an end;
    ``most``: so many characters of the title.
    """
    return f"{short(one.title, most)}{happened(one, clock)}"


def title(one: Notice) -> str:
    """What it happened to, in one line of bearable length."""
    return short(one.title, LONGEST_TITLE)


def happened(one: Notice, clock: Clock) -> str:
    """The rest of the sentence behind the title, with what stands between them."""
    if one.kind == EventKind.INBOX_MANY:
        return f": {int(one.new or 0):,}"
    old, new = (value(text, clock) for text in (one.old, one.new))
    sentence = _SAID.get(one.kind) or _VERBS.get(one.kind.rpartition(".")[2])
    if one.new is None:
        sentence = _WITHOUT.get(one.kind, sentence)
    if sentence is None:
        sentence = _FIELD if one.field else " changed at its source"
    return sentence.format(
        old=old, new=new, by=f" by {one.who}" if one.who else "", field=one.field
    )


_SAID = {
    EventKind.ITEM_DUE_CHANGED: " now due {new}, was {old}",
    EventKind.ITEM_DONE: ": done{by}",
    EventKind.ITEM_WAITING: ": waiting on the vendor{by}",
    EventKind.ITEM_NOT_APPLICABLE: ": not applicable{by}",
    EventKind.ITEM_SNOOZED: ": snoozed until {new}{by}",
    EventKind.ITEM_ASSIGNED: ": assigned to {new}{by}",
    EventKind.ITEM_BACKED_UP: ": backup is {new}{by}",
    EventKind.ITEM_JOINED: ": the same as {new}{by}",
    EventKind.ITEM_UNDONE: ": {old} was undone{by}",
    EventKind.ITEM_COMMENTED: ": comment{by}",
    EventKind.PROGRAM_ELIGIBILITY_LOST: ": you are not eligible any more",
    EventKind.PROGRAM_ELIGIBILITY_GAINED: ": you are eligible now",
    **{kind: f" {KIND_WORDS[kind]}" for kind in OF_SOURCES},
    EventKind.OUTPUT_STOPPED: ": the {field} was stopped",
}
_WITHOUT = {
    EventKind.ITEM_DUE_CHANGED: " has no date any more, was {old}",
    EventKind.ITEM_SNOOZED: ": snoozed{by}",
    EventKind.ITEM_ASSIGNED: ": another owner{by}",
    EventKind.ITEM_BACKED_UP: ": another backup{by}",
}
"""Where the history has no new value."""
_VERBS = {
    "new": " is new",
    "closed": " is closed at its source",
    "reopened": " asks for something again",
    "gone": " is removed at its source",
    "returned": " is listed again",
}
"""What can happen to anything that a source lists."""
_FIELD = ": {field} {old} → {new}"


def value(text: str | None, clock: Clock) -> str:
    """A value of the history in words."""
    if text is None:
        return "nothing"
    due = kept_due(text)
    if due is not None:
        return due_short(due, clock)
    return short(text, LONGEST_VALUE)


def details(one: Notice, clock: Clock) -> tuple[str, ...]:
    """What stands beside it: its date where that is not the news, its money, then ``facts``."""
    due = due_of(one)
    dated = due is not None and one.kind != EventKind.ITEM_DUE_CHANGED
    told = (
        f"due {due_words(due, clock).text}" if due is not None and dated else "",
        money_words(one.money) if one.money else "",
    )
    return (*filter(None, told), *facts(one))


def facts(one: Notice) -> tuple[str, ...]:
    """Vendor, program, account and owner, each once."""
    told = (
        one.vendor if one.vendor != one.title else None,
        one.program if one.program != one.title else None,
        one.account,
        None if one.subject != "item" else one.owner or "nobody owns it",
    )
    return tuple(dict.fromkeys(" ".join(part.split()) for part in told if part))


def note(one: Notice, clock: Clock) -> str:
    """A reason, a comment, or what went wrong and what helps, in one line; empty without one."""
    return told_words(" ".join((one.note or "").split()), clock)


def due_of(one: Notice) -> Due | None:
    """When it is due now."""
    return kept_due(one.due) if one.due else None


def still_so(
    one: Notice, *, due: object = None, is_open: bool = True, eligible: bool | None = None
) -> Notice | None:
    """The notice as it is to be told now, after some minutes; None where it is not so any more.

    due, is_open  of an item: the date or instant of now, and whether it asks for anything
    eligible      of a program
    """
    if one.kind == EventKind.PROGRAM_ELIGIBILITY_LOST:
        return None if eligible else one
    if one.kind != EventKind.ITEM_DUE_CHANGED:
        return one
    now = words(due)
    if now == one.old or (one.cannot_wait and not is_open):
        return None
    moved = replace(one, new=now, due=now)
    return moved if moved.cannot_wait or not one.cannot_wait else None


def more_words(more: int) -> str:
    """ "and 12 more"; empty where there are none."""
    return f"and {plural(more, 'more', 'more')}" if more else ""
