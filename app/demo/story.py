"""Fill an empty database with the sample company, and say what is in it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from io import BytesIO

import sqlalchemy as sa
from sqlmodel import Session, col

from app.core.words import Clock
from app.demo import company
from app.demo.platforms import Planned
from app.models import RecordedAct
from app.secrets import Vault
from app.services import (
    accounts,
    acts,
    attachments,
    comments,
    groups,
    inbox,
    listing,
    looks,
    personal,
    ruling,
    ruling_now,
    saved,
    sources,
    stakes,
    states,
    weights,
)
from app.services.contents import MEGABYTE, Contents
from app.services.pages import Stake, View
from connectors.sdk.records import Money

LATER = timedelta(days=40)
"""What is due later than that is put off: no number of the coming weeks changes by it."""


def found_company(
    session: Session, planned: list[Planned], *, vault: Vault, now: datetime, time_zone: str
) -> None:
    """The people and the connections; nothing is read yet."""
    for email, name in company.PEOPLE:
        accounts.add_user(
            session,
            email=email,
            name=name,
            now=now,
            is_admin=(email, name) == company.ADMIN,
            time_zone=time_zone,
        )
    for one in planned:
        sources.add(
            session, name=one.name, connector=one.connector, values=one.values, vault=vault, now=now
        )


def settle_in(
    session: Session, *, clock: Clock, contents: Contents, admin_id: int | None = None
) -> None:
    """What the people have done so far: vendors have owners, one thing waits on its vendor, one
    sleeps until it changes. Nobody can undo what was done before anybody was here.

    ``admin_id`` plays the admin's part where the company has none of its own.
    """
    if admin_id is None:
        admin = accounts.user_by_email(session, company.ADMIN[0])
    else:
        admin = accounts.user(session, admin_id)
    assert admin is not None
    assert admin.id is not None
    before = session.execute(sa.select(sa.func.max(RecordedAct.id))).scalar() or 0
    by_name = {user.name: user.id for user in accounts.users(session)}
    by_name[company.ADMIN[1]] = admin.id
    if admin_id is None:  # what a sample taught about real vendors would outlive it
        weights.save(session, company.WEIGHTS, user_id=admin.id, clock=clock)
    for vendor, owner in company.OWNERS.items():
        if ids := _open_of(session, vendor):
            acts.assign(session, ids, by_name[owner], user_id=admin.id, clock=clock)
    vendor, backup = company.BACKUP
    if ids := _open_of(session, vendor):
        acts.back_up(session, ids, by_name[backup], user_id=admin.id, clock=clock)
    _rule(session, by_name, user_id=admin.id, clock=clock)
    _talk(session, admin.id, by_name.get("Rin Sato") or admin.id, contents, clock)
    _put_off(session, user_id=admin.id, clock=clock)
    _go_on(session, user_id=admin.id, clock=clock)
    # They stay, as taken back: SQLite would give their ids anew, and who undoes the first act of
    # their own would take back with it what the history has under the same id.
    since = sa.update(RecordedAct).where(col(RecordedAct.id) > before)
    session.execute(since.values(undone_at=clock.now))


def _put_off(session: Session, *, user_id: int, clock: Clock) -> None:
    items = listing.items.c
    later = sa.select(items.id).where(items.is_open, items.due_on > clock.today + LATER)
    ids = list(session.execute(later.order_by(items.sort_on).limit(2)).scalars())
    if len(ids) == 2:
        acts.wait(session, ids[:1], user_id=user_id, clock=clock)
        acts.snooze(session, ids[1:], None, user_id=user_id, clock=clock)


def _go_on(session: Session, *, user_id: int, clock: Clock) -> None:
    """Some things are done in time, two are starred, and the team keeps its views."""
    items = listing.items.c
    ahead = sa.select(items.id).where(items.is_open, items.amount > 0, items.due_on > clock.today)
    in_time = ahead.where(items.category == company.DONE).order_by(items.sort_on, items.id)
    if ids := list(session.execute(in_time.limit(2)).scalars()):
        acts.done(session, ids, user_id=user_id, clock=clock)
    dear = ahead.order_by(items.amount.desc(), items.id)
    if ids := list(session.execute(dear.limit(2)).scalars()):
        personal.star(session, ids, on=True, user_id=user_id, clock=clock)
    for name, query in company.VIEWS:
        saved.save(session, name, query, user_id=user_id, clock=clock, shared=True)


def look(session: Session, *, clock: Clock) -> None:
    """Everybody has seen what has changed until now."""
    up_to = looks.newest(session, clock)
    for user in accounts.users(session):
        user.changes_seen_id = up_to
        session.add(user)


def _open_of(session: Session, vendor: str) -> list[int]:
    items = listing.items.c
    found = sa.select(items.id).where(items.vendor == vendor, items.is_open)
    return list(session.execute(found.limit(states.MOST_AT_ONCE)).scalars())


def _rule(
    session: Session, by_name: Mapping[str, int | None], *, user_id: int, clock: Clock
) -> None:
    """The rules, and what of the open items they fit."""
    for one in company.RULES:
        people = {name: str(by_name[one[name]]) for name in ("owner", "backup") if name in one}
        typed = dict.fromkeys(ruling.FIELDS, "") | one | people
        rule, _ = ruling.save(session, None, typed, user_id=user_id, clock=clock)
        assert rule.id is not None
        shown = ruling_now.foresee(session, rule.id, user_id=user_id, clock=clock)
        if shown.count:
            ruling_now.apply(session, rule.id, shown.seen, user_id=user_id, clock=clock)


def _talk(session: Session, admin: int, rin: int, contents: Contents, clock: Clock) -> None:
    """About the first of Rin's items two of them talk, and what proves it is put beside it."""
    first = (
        sa.select(listing.items.c.id)
        .where(listing.items.c.vendor == "AWS", listing.items.c.is_open)
        .order_by(listing.items.c.sort_on, listing.items.c.id)
    )
    item = session.execute(first.limit(1)).scalar()
    if item is None:
        return
    comments.add(session, item, company.ASKED, user_id=admin, clock=clock)
    comments.add(session, item, company.ANSWERED, user_id=rin, clock=clock)
    attachments.add_link(
        session, item, company.APPROVAL, "Approval of the campaign", user_id=rin, clock=clock
    )
    arrived = contents.take(BytesIO(company.INVOICES), most=MEGABYTE)
    attachments.add_file(
        session,
        item,
        arrived,
        "Invoices of the campaign.csv",
        attachments.checked(arrived, "invoices.csv"),
        contents=contents,
        proof=True,
        user_id=rin,
        clock=clock,
    )


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What the demo holds after its first sync."""

    connections: int
    items: int
    by_kind: dict[str, int]
    by_connector: dict[str, int]
    quarantined: int
    overdue: int
    due_in_7_days: int
    stake: Stake
    seconds: float

    def as_json(self) -> dict[str, object]:
        """The keys that scripts rely on, and the rest."""
        return {**asdict(self), "stake": [_money(money) for money in self.stake]}


def _money(money: Money) -> dict[str, object]:
    return {"amount": str(money.amount), "currency": money.currency}


def summary(session: Session, *, clock: Clock, user_id: int, seconds: float) -> Summary:
    """Count what is there."""
    items = listing.items
    live = items.c.removed_at.is_(None)
    connections = sources.every(session)
    connector_of = {connection.id: connection.connector for connection in connections}
    by_kind = dict(
        session.execute(
            sa.select(items.c.kind, sa.func.count()).where(live).group_by(items.c.kind)
        ).all()
    )
    by_connector: dict[str, int] = {}
    for id_, count in session.execute(
        sa.select(items.c.connection_id, sa.func.count())
        .where(live)
        .group_by(items.c.connection_id)
    ):
        name = connector_of.get(id_, "removed")
        by_connector[name] = by_connector.get(name, 0) + count
    tabs = {tab.key: tab.count for tab in inbox.tab_counts(session, user_id=user_id, clock=clock)}
    heads = groups.heads_of(session, View(), user_id=user_id, clock=clock)
    due = {head.key: head.count for head in heads}
    return Summary(
        connections=len(connections),
        items=sum(by_kind.values()),
        by_kind=by_kind,
        by_connector=by_connector,
        quarantined=sources.quarantined_count(session),
        overdue=tabs["overdue"],
        due_in_7_days=due.get("week", 0),
        stake=stakes.stake(session, clock=clock, days=listing.MONTH),
        seconds=round(seconds, 2),
    )
