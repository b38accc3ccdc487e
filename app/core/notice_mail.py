"""A mail of what cannot wait, in words: the same outline as the digest's. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core import notice_words
from app.core.notices import SOURCE, EventKind, Notice
from app.core.outlines import Entry, Line, Link, Outline, Said, Section, dotted, said
from app.core.words import Clock, due_words, money_words, short

NOTE, VALUE = 400, 120
PAGE = "/settings/notices"
TEST_TITLE = "A test from Partner Inbox"
TEST = "Messages arrive here. What cannot wait is told like this, with a link to it."


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Whom it is for; ``home`` is the address that links begin with."""

    name: str
    company: str
    home: str


def outline_of(notices: Sequence[Notice], more: int, clock: Clock, reader: Reader) -> Outline:
    """The whole of it. ``more``: so many others are told by their number alone."""
    subject = notice_words.subject(notices, more, clock)
    others = [notice_words.headline(one, clock) for one in notices[1:4]]
    return _mail(subject, others, _sections(notices, more, clock, reader.home), reader)


def trial_of(reader: Reader) -> Outline:
    """What shows a person that messages arrive."""
    entry = Entry(title="Open the inbox", url=f"{reader.home}/inbox", lines=(said(TEST),))
    return _mail(TEST_TITLE, [TEST], [Section(head="A test", entries=(entry,))], reader)


def _mail(
    subject: str, preheader: Sequence[str], sections: Sequence[Section], reader: Reader
) -> Outline:
    whom = f"For {short(reader.name, VALUE)}"
    whole = f"{whom}, {short(reader.company, VALUE)}." if reader.company else f"{whom}."
    return Outline(
        subject=subject,
        preheader=". ".join(preheader),
        worth=(),
        top=(said(whole),),
        sections=tuple(sections),
        more=Link(text="", url=f"{reader.home}/changes"),
        foot=(
            Link(text="Open the inbox", url=f"{reader.home}/inbox"),
            Link(text="Change what is told at once", url=f"{reader.home}{PAGE}"),
        ),
    )


def _sections(notices: Sequence[Notice], more: int, clock: Clock, home: str) -> list[Section]:
    found = list(_grouped(notices, clock, home))
    if more and found:
        last = found[-1]
        found[-1] = Section(head=last.head, entries=last.entries, count=len(last.entries) + more)
    return found


def _grouped(notices: Sequence[Notice], clock: Clock, home: str) -> Iterator[Section]:
    urgent = [one for one in notices if one.cannot_wait]
    sources = [one for one in notices if one.subject == SOURCE and one not in urgent]
    others = [one for one in notices if one not in urgent and one not in sources]
    for head, some in (
        ("Cannot wait", urgent),
        ("Sources", sources),
        ("What happened", others),
    ):
        if some:
            yield Section(head=head, entries=tuple(_entry(one, clock, home) for one in some))


def _entry(one: Notice, clock: Clock, home: str) -> Entry:
    note = notice_words.note(one, clock)
    facts = (short(part, VALUE) for part in notice_words.facts(one))
    lines = (_happened(one, clock), dotted(facts), said(short(note, NOTE)) if note else ())
    return Entry(
        title=notice_words.title(one),
        url=f"{home}{one.path}",
        side=_side(one, clock),
        lines=tuple(line for line in lines if line),
    )


def _happened(one: Notice, clock: Clock) -> Line:
    if one.kind == EventKind.ITEM_DUE_CHANGED and one.old and one.new:
        old, new = (notice_words.value(text, clock) for text in (one.old, one.new))
        return said("Now due ", Said(new, "strong"), ", was ", Said(old, "old"))
    told = notice_words.happened(one, clock).lstrip(": ")
    return said(Said(f"{told[:1].upper()}{told[1:]}", "strong" if one.cannot_wait else ""))


def _side(one: Notice, clock: Clock) -> Line:
    due = notice_words.due_of(one)
    words = due_words(due, clock) if due is not None else None
    amount = Said(money_words(one.money), "strong") if one.money else ""
    return dotted((amount, Said(words.text, words.tone) if words else ""))
