"""A digest put into words: what its mail and its preview show, in this order."""

from collections.abc import Iterable, Iterator

from app.core import words
from app.core.outlines import Entry, Line, Link, Outline, Said, Section, dotted, said
from app.core.words import Clock, short
from app.services.pages import GoalLine, HistoryLine, MentionLine, Row, SourceLine, Stake
from app.services.pages.digest import Changed, Digest
from app.services.pages.outputs import Silent
from connectors.sdk.records import Money

TITLE, VALUE, LINE, COMMENT = 140, 120, 220, 400
"""Characters of each that a mail tells."""
MINUS = "\N{MINUS SIGN}"


def outline_of(digest: Digest, clock: Clock, *, home: str, company: str = "") -> Outline:
    """The whole of it; ``home`` is the address that links begin with."""
    return Outline(
        subject=digest.subject,
        preheader=_preheader(digest),
        worth=tuple(_worth(digest, clock)),
        top=tuple(_top(digest, clock, company)),
        sections=tuple(_sections(digest, clock, home)),
        more=Link(text="", url=f"{home}/inbox"),
        foot=tuple(_foot(digest, home)),
    )


def _preheader(digest: Digest) -> str:
    """The money, then what is due first: what a phone shows below the subject."""
    first = [short(row.title, 60) for row in (*digest.overdue, *digest.soon, *digest.new)[:3]]
    return ". ".join([f"{_money(digest.stake)} at stake"] * bool(digest.stake) + first)


def _worth(digest: Digest, clock: Clock) -> Iterator[Line]:
    if digest.stake:
        yield said("At stake, overdue or due in 7 days: ", Said(_money(digest.stake), "strong"))
    if digest.net_since is not None:
        yield said(
            f"Since the digest of {words.when_words(digest.net_since, clock)}: ", _net(digest.net)
        )


def _top(digest: Digest, clock: Clock, company: str) -> Iterator[Line]:
    if digest.empty:
        yield said("Nothing is overdue or due in 7 days, and nothing changed.")
    if digest.read_at is not None:
        when = words.when_words(digest.read_at, clock)
        yield said(f"As of {when}, when the sources were last read or renewed.")
    if digest.doubtful:
        yield said(Said(f"{_not_fresh(digest)}: see the end.", "soon"))
    if digest.silent:
        many = words.plural(len(digest.silent), "output tells", "outputs tell")
        yield said(Said(f"{many} nothing: see the end.", "soon"))
    if digest.views:
        yield said(f"Only what is in {_listed(digest.views)}.")
    for name in digest.gone:
        lost = "was deleted, or is no longer shared with you: choose another."
        yield said(Said(f"The view “{short(name, TITLE)}” {lost}", "late"))
    whom = f"For {short(digest.name, TITLE)}"
    yield said(f"{whom}, {short(company, TITLE)}." if company else f"{whom}.")


def _money(stake: Stake) -> str:
    return " + ".join(words.money_round(money) for money in stake)


def _net(net: Stake) -> Said:
    if not net:
        return Said("unchanged")
    return Said(", ".join(map(_signed, net)), "strong")


def _signed(money: Money) -> str:
    sign = MINUS if money.amount < 0 else "+"
    whole = Money(amount=abs(money.amount), currency=money.currency)
    return sign + words.money_round(whole)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"“{short(name, TITLE)}”" for name in names)


def _sections(digest: Digest, clock: Clock, home: str) -> Iterator[Section]:
    counts = digest.counts
    yield _of_rows("Overdue", digest.overdue, counts.overdue, clock, home)
    yield _of_rows("Due in 7 days", digest.soon, counts.soon, clock, home)
    yield _mentions(digest, clock, home)
    changed = tuple(_change(one, clock, home) for one in digest.changed)
    yield Section(head="Changed at the source", entries=changed, count=counts.changed)
    yield _of_rows("New", digest.new, counts.new, clock, home)
    yield _unowned(digest, clock, home)
    yield Section(head="Goals behind", entries=tuple(_goal(one, home) for one in digest.behind))
    head = "Claims that lapse in 8 to 30 days"
    yield _of_rows(head, digest.claims, counts.claims, clock, home)
    yield _doubtful(digest, clock, home)
    silent = tuple(_silent(one, clock, home) for one in digest.silent)
    yield Section(head="Outputs that tell nothing", entries=silent)


def _of_rows(head: str, rows: Iterable[Row], count: int, clock: Clock, home: str) -> Section:
    entries = tuple(_item(row, clock, home) for row in rows)
    return Section(head=head, entries=entries, count=count)


def _item(row: Row, clock: Clock, home: str) -> Entry:
    owner = row.owner.name if row.owner else "nobody owns it"
    backup = f"backup: {row.backup.name}" if row.backup else ""
    waits = ""
    if row.waiting_since is not None:
        waits = f"{row.state} since {words.when_words(row.waiting_since, clock)}"
    facts = (short(part, VALUE) for part in (*row.line, owner, backup, waits))
    return Entry(
        title=short(row.title, TITLE),
        url=f"{home}/items/{row.id}",
        side=_side(row, clock),
        lines=(dotted(facts),),
    )


def _side(row: Row, clock: Clock) -> Line:
    amount = Said(words.money_words(row.amount), "strong") if row.amount else ""
    due = words.due_words(row.due, clock) if row.due else None
    return dotted((amount, Said(due.text, due.tone) if due else ""))


def _mentions(digest: Digest, clock: Clock, home: str) -> Section:
    more = None
    if digest.mentions_before:
        many = words.plural(digest.mentions_before, "more mention")
        more = Link(text=f"{many} that you have not opened", url=f"{home}/mentions")
    entries = tuple(_mention(one, clock, home) for one in digest.mentions)
    return Section(head="Mentions of you", entries=entries, more=more, apart=True)


def _mention(one: MentionLine, clock: Clock, home: str) -> Entry:
    who = f"{short(one.who, VALUE)}, {words.when_words(one.at, clock)}: "
    return Entry(
        title=short(one.title, TITLE),
        url=f"{home}/items/{one.item_id}",
        lines=(said(who, short(one.text, COMMENT)),),
    )


def _change(changed: Changed, clock: Clock, home: str) -> Entry:
    state = changed.row.state
    return Entry(
        title=short(changed.row.title, TITLE),
        url=f"{home}/items/{changed.row.id}",
        side=() if state.asks else said(str(state)),
        lines=tuple(_both_values(line, clock) for line in changed.lines[-4:]),
    )


def _both_values(line: HistoryLine, clock: Clock) -> Line:
    told = [Said(short(line.what, VALUE))]
    if line.old or line.new:
        old, new = (words.kept_words(one or "nothing", clock) for one in (line.old, line.new))
        told += [Said(": "), Said(short(old, VALUE), "old"), Said(" → ")]
        told.append(Said(short(new, VALUE), "strong"))
    if line.text:
        told.append(Said(f". {short(words.told_words(line.text, clock), LINE)}"))
    return tuple(told)


def _unowned(digest: Digest, clock: Clock, home: str) -> Section:
    alarm, more = digest.alarm, None
    if alarm is not None:
        stake = f", {_money(alarm.stake)}" if alarm.stake else ""
        due = "overdue or due" if alarm.overdue else "due"
        many = f"{words.plural(alarm.count, 'item')} {due} within {alarm.days} days{stake}"
        more = Link(text=many, url=f"{home}/inbox?tab=unowned")
    entries = tuple(
        Entry(title=short(row.title, TITLE), url=f"{home}/items/{row.id}", side=_side(row, clock))
        for row in digest.unowned
    )
    return Section(head="Nobody owns these", entries=entries, more=more, apart=True)


def _goal(goal: GoalLine, home: str) -> Entry:
    reached = f"{words.percent_words(goal.share)} reached"
    over = f"{words.percent_words(goal.pace or 0.0)} of the time is over"
    return Entry(
        title=short(goal.title, TITLE),
        url=f"{home}/items/{goal.id}",
        side=dotted((Said(reached, "strong"), Said(over, "soon"))),
        lines=(said(short(goal.words, VALUE)),),
    )


def _doubtful(digest: Digest, clock: Clock, home: str) -> Section:
    entries, more = tuple(_source(one, clock, home) for one in digest.doubtful), None
    if len(entries) > 1:
        more = Link(text=_not_fresh(digest), url=f"{home}/sources")
    return Section(head="Sources not fresh", entries=entries, more=more, apart=True)


def _not_fresh(digest: Digest) -> str:
    return f"{words.plural(len(digest.doubtful), 'source')} not fresh"


def _source(source: SourceLine, clock: Clock, home: str) -> Entry:
    told = [Said(str(source.health), "soon")]
    if source.as_of:
        told.append(Said(f", last {source.how} {words.when_words(source.as_of, clock)}"))
    if source.problem:
        told.append(Said(f". {short(source.problem, LINE)}"))
    return Entry(
        title=short(source.name, TITLE), url=f"{home}/sources/{source.id}", lines=(tuple(told),)
    )


def _silent(silent: Silent, clock: Clock, home: str) -> Entry:
    why = said(short(silent.wrong, LINE))
    if silent.at is not None:
        stopped = Said(f"{silent.what.capitalize()} stopped", "soon")
        mend = "Mend it, and start it again."
        why = (stopped, *said(f" {words.when_words(silent.at, clock)}. "), *why, *said(f" {mend}"))
    return Entry(title=short(silent.name, TITLE), url=f"{home}{silent.to}", lines=(why,))


def _foot(digest: Digest, home: str) -> Iterator[Link]:
    if digest.waiting:
        things = "1 thing waits" if digest.waiting == 1 else f"{digest.waiting} things wait"
        yield Link(text=f"{things} to be confirmed", url=f"{home}/decisions")
    yield Link(text="Open the inbox", url=f"{home}/inbox")
    yield Link(text="Change when this comes and what it tells", url=f"{home}/settings/digest")
