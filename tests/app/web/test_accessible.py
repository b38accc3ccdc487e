"""Every page in every state of a source and an item, as eyes, fingers and screen readers meet it.

Filled with what is odd: long names, huge amounts, no currency, every kind of trouble.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from sqlmodel import Session

from app.models import (
    AssignmentRule,
    Attachment,
    Certification,
    Channel,
    Contact,
    Delivery,
    DeliveryState,
    Event,
    Fund,
    Item,
    ItemState,
    Mention,
    Pair,
    Program,
    Proposal,
    QuarantinedRow,
    StreamState,
    SyncRun,
)
from app.services import accounts, calendar_feeds
from tests.app.web import company
from tests.app.web.conftest import NOW, Loopback, add_dana
from tests.app.web.test_tracking import add_item, common
from tests.support import axe
from tests.support.pages import pages

AUDIT = Path(__file__).with_name("audit.js").read_text()
TODAY = date(2026, 11, 21)
LONG = "Submit the annual compliance attestation including subprocessor list and data-protection "
VENDOR = "Internationale Gesellschaft für Vertriebspartnerprogramme mbH"
PAGES = (
    "/today",
    "/inbox",
    "/inbox?tab=done",
    "/inbox?tab=starred",
    "/inbox?group=vendor&sort=money",
    "/inbox?group=program&due_from=2026-01-01&amount_from=5&currency=EUR&owner=nobody&state=open",
    "/inbox?tab=removed",
    "/inbox?q=nothing+like+it",
    "/decisions",
    "/views",
    "/changes?since=30",
    "/mentions",
    "/calendar",
    "/calendar?view=month",
    "/calendar?view=agenda&vendor=Cisco",
    "/calendar?day=2026-11-21",
    "/settings/digest",
    "/settings/digest/preview",
    "/unsubscribe/digest/none",
    "/settings/fiscal-years",
    "/overview",
    "/goals",
    "/reports",
    "/programs",
    "/programs?show=funds",
    "/programs?show=certifications",
    "/programs?show=contacts",
    "/sources",
    "/sources/add",
    "/items/add",
    "/sources/add/ingram_micro",
    "/sources/add/calendar",
    "/sources/import",
    "/settings",
    "/settings/keyboard",
    "/settings/priorities",
    "/start",
    "/sample/wipe",
    "/settings/people",
    "/settings/outputs",
    "/settings/webhooks",
    "/settings/notices",
    "/help/api",
    "/help/events",
    "/help/assistants",
    "/help/webhooks",
    "/settings/calendars",
    "/settings/rules",
    "/settings/rules/1",
    "/settings/rules/1/now",
    "/settings/people/1",
    "/settings/people/1/hand-over",
    "/settings/tokens",
    "/sign-in",
    "/link/none",
    "/help/feed",
    "/help/connectors/http_api",
    "/nowhere",
)
HEALTHS: dict[str, dict[str, Any]] = {
    "Healthy": {},
    "Stale " + LONG: {"last_success_at": NOW - timedelta(days=9)},
    "Failing": {"health": "failing", "error": "It does not answer.", "remedy": "Wait."},
    "Needs sign-in": {"health": "needs sign-in", "error": "It refused us.", "remedy": "Edit it."},
    "Broken": {"health": "broken", "error": "It answers in another way."},
    "Paused": {"enabled": False},
    "Never read": {"health": "new", "last_success_at": None},
    "Running": {"lease_owner": "one", "lease_until": NOW + timedelta(minutes=5)},
}


def addresses(session: Session) -> list[str]:
    """Fills the site; the addresses of its sources and items."""
    sources = [
        company.connection(session, name, "ingram_micro", **{"failing_since": NOW} | values)
        for name, values in HEALTHS.items()
    ]
    held, running = sources[0], sources[-1]
    ran = {"trigger": "person", "fence": 1, "started_at": NOW, "read": 1_234_567}
    session.add(SyncRun(connection_id=running, progress="Reading quotes", **ran))
    session.add(SyncRun(connection_id=held, outcome="ok", finished_at=NOW, held=40, **ran))
    gone = {"stream": "quotes", "held": 40, "held_since": NOW}
    session.add(StreamState(connection_id=held, **gone))
    bad = {"reason": "x" * 200, "raw": "y" * 900, "first_seen_at": NOW, "last_seen_at": NOW}
    session.add(
        QuarantinedRow(connection_id=held, stream="quotes", fingerprint="1", run_id=2, **bad)
    )
    for table, values in RECORDS:
        title = {"title": f"{LONG} {len(values)}", "vendor": VENDOR, "program": LONG}
        session.add(table(**common(held, len(values)), **title | values))
    found = items(session, held)
    undecided(session, found)
    talked(session, found[0])
    shared_out(session, found)
    changed(session, found)
    entries = (
        f"- title: {LONG}\n  id: own\n  kind: goal\n  date: 2026-11-21\n  repeats: every month"
    )
    config = {
        "entries": entries,
        "fiscal_years": ["Cisco: last Saturday of July", f"{VENDOR}: February"],
    }
    subscribed(session)
    mine = company.connection(session, "Mine", "own_items", config=config)
    goal = add_item(session, mine, 1, title=LONG, kind="goal", due_on=TODAY, unit="people")
    session.get_one(Item, goal).external_id = "own/2026-11"
    return [
        *(f"/items/{goal}{rest}" for rest in ("", "/edit", "/edit?only=1")),
        *(f"/sources/{source}" for source in sources),
        f"/sources/{held}/edit",
        *(f"/items/{item}" for item in found),
        f"/inbox?item={found[0]}",
        f"/settings/webhooks/{called(session)}",
        f"/settings/notices/{told(session)}",
    ]


RECORDS: tuple[tuple[type, dict[str, Any]], ...] = (
    (Program, {"tier": "Platinum Elite with distinction", "eligible": False, "status": "OPEN"}),
    (Fund, {"allocated": Decimal(10**12), "remaining": Decimal(1), "currency": "JPY"}),
    (Certification, {"person": VENDOR, "expires_on": TODAY}),
    (Contact, {"role": LONG, "email": f"{'sub.' * 15}@partner.example", "phone": "+49 30 1234567"}),
)


def items(session: Session, source: int) -> list[int]:
    """One of each kind and state."""
    odd: tuple[dict[str, Any], ...] = (
        {"amount": Decimal("9876543210987.65"), "currency": "USD", "amount_label": LONG},
        {"amount": Decimal("4200.5"), "due_on": TODAY - timedelta(days=400)},
        {"title": "Unbroken" * 20, "kind": "notice", "due_on": None},
        {"kind": "reporting", "recipient": LONG, "period": "Q4", "status": "AWAITING_" * 4},
        {"kind": "goal", "due_on": None, "title": "Silent"},
        {
            "kind": "goal",
            "target": Decimal(10**12),
            "actual": Decimal(10**9),
            "unit": "EUR",
            "due_on": None,
            "period_start": date(2026, 1, 1),
            "period_end": date(2026, 12, 31),
        },
    )
    shared = {"title": LONG * 3, "vendor": VENDOR, "kind": "deadline", "due_on": TODAY}
    ids = [add_item(session, source, n, **shared | values) for n, values in enumerate(odd)]
    for number, state in enumerate(("done", "snoozed", "removed"), 100):
        made = add_item(session, source, number, **shared | {"title": state})
        ids.append(made)
        stored = session.get_one(Item, made)
        stored.is_open = False
        if state == "removed":
            stored.removed_at = NOW
        else:
            until = NOW + timedelta(days=2) if state == "snoozed" else None
            session.add(ItemState(item_id=made, state=state, snoozed_until=until, changed_at=NOW))
    return ids


def shared_out(session: Session, ids: list[int]) -> None:
    """A rule that fits what is nobody's, and an item of somebody's with a backup."""
    rule = AssignmentRule(vendor=VENDOR, owner_id=1, created_at=NOW)
    session.add(rule)
    session.add(ItemState(item_id=ids[-4], owner_id=1, backup_id=1, changed_at=NOW))


def undecided(session: Session, ids: list[int]) -> None:
    """What waits for a word, in every form, on the notice and on the first deadline."""
    deadline, other, notice, *_ = ids
    forms: tuple[dict[str, Any], ...] = (
        {"about_id": deadline, "because": "Both name QUO-88121.", "currency": "USD"},
        {"or_on": TODAY + timedelta(days=40), "note": "Day and month may be in either order."},
        {"about_id": other, "due_on": TODAY - timedelta(days=400), "because": LONG},
        {"state": "confirmed", "deadline_id": deadline, "decided_at": NOW, "lost_at": NOW},
    )
    for number, form in enumerate(forms):
        shared = {"due_on": TODAY + timedelta(days=9), "amount": Decimal(10**9), "raw": "soon"}
        said = {"sentence": f"{LONG} {'unbroken' * 20}", "fingerprint": str(number)}
        session.add(Proposal(item_id=notice, created_at=NOW, **said, **shared | form))
    session.add(Pair(first_id=other, second_id=notice, because=LONG, created_at=NOW))
    joined = {"state": "joined", "joined_to_id": notice, "changed_at": NOW}
    session.add(ItemState(item_id=ids[3], **joined))


SHEET = ("ID,Vendor,Title,Due date,Amount\n1,Cisco," + "Renew " * 30 + ",03/04/2027,100\n").encode()


def changed(session: Session, ids: list[int]) -> None:
    """What sources changed, of every sort and with values that are long."""
    lines: tuple[tuple[str, int, str, str | None, str | None], ...] = (
        ("item", ids[0], "due moved", "2027-01-15", "2026-12-01 10:00 UTC"),
        ("item", ids[1], "gone", None, None),
        ("program", 1, "eligibility flipped", "yes", "no"),
        ("contact", 1, "changed", VENDOR, "Unbroken" * 20),
        ("item", ids[2], "changed", LONG, None),
        ("item", ids[3], "new", None, None),
    )
    for subject, id_, kind, old, new in lines:
        field = "Status" if kind == "changed" else "Due"
        told = {"kind": kind, "field": field, "old": old, "new": new, "run_id": 1}
        session.add(Event(subject=subject, subject_id=id_, at=NOW, **told))


def talked(session: Session, item: int) -> None:
    """A comment that names the reader, one that was withdrawn, a link and a file."""
    said = {"subject": "item", "subject_id": item, "at": NOW, "kind": "noted"}
    named = Event(**said, note=f"@Dana Kim {LONG} https://portal.example/{'x' * 90}")
    gone = Event(**said, note="gone", actor_id=1)
    session.add_all((named, gone, Event(**said, note="mine", actor_id=1)))
    session.flush()
    became = {"comment": gone.id, "gone": True}
    session.add(Event(**said | {"kind": "withdrawn"}, before=became, actor_id=1))
    session.add(Mention(event_id=named.id, user_id=1, item_id=item))
    put = {"item_id": item, "added_at": NOW, "title": "Unbroken" * 20}
    session.add(Attachment(**put, kind="link", url="https://portal.example/x"))
    file = {"sha256": "0" * 64, "size": 123_456, "media_type": "application/pdf"}
    session.add(Attachment(**put, kind="file", is_proof=True, **file))


def called(session: Session) -> int:
    """A webhook that is in trouble, with a call in each state."""
    hook = Channel(kind="webhook", name=LONG[:60], created_at=NOW, failing_since=NOW)
    session.add(hook)
    session.flush()
    assert hook.id is not None
    for number, state in enumerate(DeliveryState):
        body = {"type": "item.due_changed", "timestamp": "", "data": {"title": "Unbroken" * 40}}
        tried = {"attempts": number, "status": 503, "answer": "x" * 900, "error": LONG}
        call = Delivery(channel_id=hook.id, key=state, body=body, created_at=NOW, **tried)
        call.state, call.next_attempt_at = state, NOW
        session.add(call)
    return hook.id


def subscribed(session: Session) -> None:
    """A calendar that is read, and one whose view is gone."""
    for query in ("tab=mine", "view=999"):
        feed, _ = calendar_feeds.add(session, user_id=1, name=LONG[:60], query="", now=NOW)
        feed.query, feed.alarms = query, list(calendar_feeds.ALARMS)
        feed.used_at, feed.agent, feed.host = NOW, "Unbroken" * 20, "2001:db8::" + "1" * 20


def told(session: Session) -> int:
    """A chat that was stopped, with a message in each state."""
    chat = Channel(kind="chat", name=LONG[:60], created_at=NOW, stopped_at=NOW)
    chat.stopped_because = "It took nothing for 5 days."
    session.add(chat)
    session.flush()
    assert chat.id is not None
    for number, state in enumerate(DeliveryState):
        body = {"events": [{"title": "Unbroken" * 40}], "ids": list(range(9))}
        tried = {"attempts": number, "error": LONG, "next_attempt_at": NOW}
        message = Delivery(channel_id=chat.id, key=state, body=body, created_at=NOW, **tried)
        message.state = state
        session.add(message)
    return chat.id


@pytest.fixture
def everywhere(served: Loopback, enter: Callable[..., Page]) -> tuple[Page, list[str]]:
    """A page of somebody signed in, and the addresses of all pages."""
    with served.site.database.write() as session:
        add_dana(session)
        found = [*PAGES, *addresses(session)]
        link = accounts.make_link(session, accounts.SETUP, now=NOW)
    page = enter("/sources/import")
    page.locator("[type=file]").set_input_files(
        {"name": "Programs.csv", "mimeType": "text/csv", "buffer": SHEET}
    )
    page.locator("main form button").last.click()
    page.wait_for_url("**/sources/import/*")
    return page, [*found, page.url.removeprefix(served.url), f"/set-up/{link}"]


# How far what was drawn already has moved since: nothing may jump under a finger.
SHIFTED = """() => new Promise((tell) => {
  let shifted = 0;
  const add = (entry) => { shifted += entry.value; };
  const seen = new PerformanceObserver((list) => list.getEntries().forEach(add));
  seen.observe({ type: "layout-shift", buffered: true });
  setTimeout(() => { seen.disconnect(); tell(shifted); }, 60);
})"""

BARELY = 0.02
"""A page may be painted before it has arrived whole; what moves then is less than half a line."""


def forgotten(addresses: list[str]) -> list[str]:
    """The routes of which no page is looked at."""
    paths = [urlsplit(one).path for one in addresses]
    return [
        route.path for route in pages() if not any(route.path_regex.match(path) for path in paths)
    ]


PARTS = 4
"""Workers look at them beside each other."""


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_can_be_seen_pressed_and_read_aloud(
    everywhere: tuple[Page, list[str]], part: int
) -> None:
    page, addresses = everywhere
    assert forgotten(addresses) == []
    faults: list[str] = []
    for address in addresses[part::PARTS]:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 800})
        answer = page.goto(address)
        shifted = page.evaluate(SHIFTED)
        found = [f"moves by {shifted} while it is drawn"] if shifted > BARELY else []
        found += ["it failed"] if answer is None or answer.status >= 500 else []
        found += axe.violations(page)
        page.emulate_media(color_scheme="dark")
        found += axe.violations(page, axe.COLOURS)
        page.keyboard.press("Tab")  # from now on whatever has the focus shows it
        for width in (640, 320):  # a window of 1280 at a zoom of 200 %, and a narrow screen
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"at {width}: {fault}" for fault in page.evaluate(AUDIT, width)]
        faults += [f"{address}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)
