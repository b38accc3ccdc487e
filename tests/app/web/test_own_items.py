"""Add an item on a page; edit and delete it from its own page."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from httpx2 import Response
from sqlmodel import Session, select
from starlette.testclient import TestClient

from app.core.words import Clock
from app.db import Database
from app.jobs.syncing import Syncer
from app.models import Connection, Event, Item, RecordedAct, User
from app.services.digesting import compose
from app.web.site import Site
from tests.app.web.conftest import NOW
from tests.app.web.test_tracking import add_item

QBR = {
    "title": "Quarterly business review",
    "kind": "review",
    "vendor": "Dell",
    "program": "Titanium",
    "date": "2026-11-21",
    "how": "rule",
    "count": "5",
    "by": "working days before",
    "anchor": "quarter end",
    "first_month": "2",
    "remind": "14 days",
    "amount": "18400.50",
    "currency": "EUR",
    "note": "pipeline\r\nand people",
}
Rows = Callable[[], dict[str, Item]]


@pytest.fixture
def rows(database: Database, syncer: Syncer) -> Rows:
    """Reads the source, and gives its live items by the id that they have there."""

    def read() -> dict[str, Item]:
        with database.read() as session:
            ids = list(session.exec(select(Connection.id)))
        for connection_id in ids:
            assert connection_id
            syncer.run(connection_id, trigger="test")
        with database.read() as session:
            return {item.external_id: item for item in live(session)}

    return read


def live(session: Session) -> list[Item]:
    return [item for item in session.exec(select(Item)) if item.removed_at is None]


def entries(database: Database) -> str:
    with database.read() as session:
        (connection,) = session.exec(select(Connection))
        return str(connection.config["entries"])


def test_the_first_item_makes_the_source_and_has_its_dates_at_once(
    client: TestClient, rows: Rows, database: Database
) -> None:
    answer = client.post("/items/add", data=QBR)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/inbox?item=")
    shown = client.get(answer.headers["location"]).text
    assert shown.count("Quarterly business review, Q4 FY2027") >= 2  # its row, and it beside
    found = rows()
    first = found["quarterly-business-review/2027-Q4"]
    assert (f"{first.due_on}", first.vendor, first.category) == ("2027-01-25", "Dell", "event")
    assert not [key for key in found if "#" in key]  # of the 11th nobody is told in November
    assert first.summary == "pipeline\nand people"
    with database.read() as session:
        (connection,) = session.exec(select(Connection))
    assert connection.name == "Own items"
    assert connection.config["fiscal_years"] == ["Dell: 2"]


def test_a_second_item_joins_the_first_and_leaves_what_a_person_wrote(
    client: TestClient, database: Database, rows: Rows
) -> None:
    client.post("/items/add", data={"title": "Forecast", "date": "2026-12-01", "how": "no"})
    written = "# ours\n" + entries(database)
    with database.write() as session:
        (connection,) = session.exec(select(Connection))
        connection.config = {**connection.config, "entries": written}

    client.post("/items/add", data={"title": "Forecast", "date": "2027-01-01", "how": "no"})

    assert entries(database).startswith(written)
    assert set(rows()) == {"forecast", "forecast-2"}


def test_a_vendors_fiscal_year_stays_until_somebody_says_another(
    client: TestClient, database: Database
) -> None:
    for month, kept in (
        ("7", ["Dell: 7"]),
        ("", ["Dell: 7"]),
        ("2", ["Dell: 2"]),
        ("1", ["Dell: 1"]),
    ):
        client.post("/items/add", data=QBR | {"first_month": month})
        with database.read() as session:
            (connection,) = session.exec(select(Connection))
        assert connection.config["fiscal_years"] == kept


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": " "}, "title"),
        ({"date": "soon"}, "date"),
        ({"how": "no", "date": ""}, "It needs a date, or a rule"),
        ({"amount": "1,000"}, "is not a number"),
        ({"currency": "EURO"}, "This is not an ISO 4217 currency code"),
        ({"other": "now and then"}, "“now and then” is not a rule for a date"),
        ({"remind": "soon"}, "Write how long before"),
        ({"fiscal_end": "some Friday"}, "is no fiscal year: write its first month"),
        ({"then": "dates", "title": ""}, "title"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    client: TestClient, database: Database, change: dict[str, str], said: str
) -> None:
    answer = client.post("/items/add", data=QBR | change)

    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert "aria-invalid" in answer.text
    assert "pipeline\nand people" in unescape(answer.text).replace("\r\n", "\n")
    with database.read() as session:
        assert list(session.exec(select(Connection))) == []


def test_an_own_item_is_edited_from_its_page(
    client: TestClient, rows: Rows, database: Database
) -> None:
    client.post("/items/add", data=QBR)
    item = rows()["quarterly-business-review/2027-Q4"]
    page = client.get(f"/items/{item.id}").text
    assert f"/items/{item.id}/edit" in page
    form = client.get(f"/items/{item.id}/edit").text
    for shown in ('value="Quarterly business review"', 'value="18400.5"', 'value="14 days"'):
        assert shown in form
    assert re.search(r'value="rule" selected', form)
    assert re.search(r'value="working days before" selected', form)
    assert re.search(r'value="2" selected>February', form)

    changed = QBR | {"title": "QBR with Dell", "count": "10", "remind": "", "date": "2027-01-25"}
    assert client.post(f"/items/{item.id}/edit", data=changed).status_code == 303

    after = rows()["quarterly-business-review/2027-Q4"]
    assert (after.id, f"{after.due_on}") == (item.id, "2027-01-18")
    assert after.title.startswith("QBR with Dell")


def test_an_own_item_is_deleted_with_all_its_dates_and_stays_to_be_found(
    client: TestClient, rows: Rows, database: Database
) -> None:
    client.post("/items/add", data=QBR)
    client.post("/items/add", data={"title": "Forecast", "date": "2026-12-01", "how": "no"})
    item = rows()["quarterly-business-review/2027-Q4"]

    answer = client.post(f"/items/{item.id}/delete")

    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    with database.read() as session:
        assert [one.external_id for one in live(session)] == ["forecast"]
        gone = select(Event).where(Event.subject_id == item.id, Event.kind == "gone")
        assert session.exec(gone).one().actor_id
    assert set(rows()) == {"forecast"}
    assert client.get(f"/items/{item.id}/edit").status_code == 404
    assert f"/items/{item.id}/edit" not in client.get(f"/items/{item.id}").text


def undo(client: TestClient, answer: Response, *, meanwhile: Mapping[str, str] = {}) -> str:
    """Press Undo in the toast of that answer, without a script; the page that follows.

    ``meanwhile`` is added before the press.
    """
    shown = client.get(answer.headers["location"]).text
    toast = shown[shown.index('<div class="toast">') :].partition("</form>")[0]
    sent = {
        name: unescape(text) for name, text in re.findall(r'name="(\w+)" value="([^"]*)"', toast)
    }
    if meanwhile:
        client.get(client.post("/items/add", data=dict(meanwhile)).headers["location"])
    after = client.post("/undo", data=sent)
    assert after.status_code == 303, after.text
    return client.get(after.headers["location"]).text


@pytest.mark.parametrize(
    ("verb", "sent", "said"),
    [
        ("delete", {"what": "all"}, "Forecast was deleted."),
        ("delete", {"what": "following"}, "Forecast ends before that date."),
        ("edit", {"title": "Outlook", "date": "2026-12-15"}, "Outlook is saved."),
        ("once", {"title": "Forecast", "date": "2026-12-07"}, "Forecast is saved."),
    ],
)
def test_what_was_done_with_an_own_item_is_undone(
    client: TestClient, rows: Rows, verb: str, sent: dict[str, str], said: str
) -> None:
    client.post("/items/add", data=MONTHLY)
    before = rows()
    item = before["forecast/2026-12"]
    if verb == "delete":
        act(client, "done", item)

    answer = client.post(f"/items/{item.id}/{verb}", data=MONTHLY | sent)
    another = {"title": "Another", "date": "2027-01-01", "how": "no"}
    assert f"Undone: {said}" in undo(client, answer, meanwhile=another)

    now = rows()
    assert {key: one.id for key, one in now.items()} == {
        **{key: one.id for key, one in before.items()},
        "another": now["another"].id,
    }
    back = now["forecast/2026-12"]
    assert (f"{back.due_on}", back.title, back.is_open) == (
        *("2026-12-03", "Forecast"),
        verb != "delete",
    )


def test_adding_an_own_item_is_undone_and_it_stays_to_be_found(
    client: TestClient, database: Database
) -> None:
    answer = client.post("/items/add", data=QBR)
    item = re.search(r"item=(\d+)", answer.headers["location"])
    assert item

    assert "Undone: Quarterly business review is added." in undo(client, answer)

    with database.read() as session:
        assert live(session) == []
        (connection,) = session.exec(select(Connection))
    assert (connection.config["entries"], connection.config["fiscal_years"]) == ("\n", [])
    assert "removed at source" in client.get(f"/items/{item[1]}").text


def test_what_somebody_changed_since_is_not_undone(
    client: TestClient, rows: Rows, database: Database
) -> None:
    client.post("/items/add", data=MONTHLY)
    item = rows()["forecast/2026-12"]
    client.post(f"/items/{item.id}/edit", data=MONTHLY | {"title": "Outlook"})
    client.post(f"/items/{item.id}/edit", data=MONTHLY | {"title": "Prospect"})
    with database.read() as session:
        first, second = list(
            session.exec(select(RecordedAct.id).where(RecordedAct.kind == "kept"))
        )[-2:]

    answer = client.post("/undo", data={"act": str(first)})

    assert (answer.status_code, "somebody changed the same" in answer.text) == (409, True)
    assert client.post("/undo", data={"act": str(second)}).status_code == 303
    assert client.post("/undo", data={"act": str(first)}).status_code == 303  # now it is


def test_a_deleted_own_item_comes_back_from_its_own_page(client: TestClient, rows: Rows) -> None:
    client.post("/items/add", data={"title": "Forecast", "date": "2026-12-01", "how": "no"})
    item = rows()["forecast"]
    client.post(f"/items/{item.id}/delete")
    page = unescape(client.get(f"/items/{item.id}").text)
    found = re.search(r'name="act" value="(\d+)".*?Undo<span class="hush">: Removed', page)
    assert found

    client.post("/undo", data={"act": found[1], "next": f"/items/{item.id}"})

    assert set(rows()) == {"forecast"}
    page = client.get(f"/items/{item.id}").text
    assert "Listed at the source again" in page
    assert "Undo<span" not in page.partition("Removed at the source")[2]


def test_nobody_edits_an_item_of_a_platform(
    client: TestClient, source: int, database: Database
) -> None:
    with database.write() as session:
        item_id = add_item(session, source, 1, kind="deadline", title="Renew seats")

    for verb in ("edit", "delete"):
        assert client.post(f"/items/{item_id}/{verb}", data=QBR).status_code == 404
    assert f"/items/{item_id}/edit" not in client.get(f"/items/{item_id}").text


MONTHLY = {"title": "Forecast", "date": "2026-11-03", "how": "every month"}


def act(client: TestClient, verb: str, item: Item | None) -> None:
    assert item
    assert client.post(f"/items/{verb}", data={"item": str(item.id)}).status_code == 303


def days(rows: Rows) -> dict[str, str]:
    return {key: f"{item.due_on}" for key, item in rows().items() if "#" not in key}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ["5 working days before quarter end", "25 Jan 2027", "for Q4 FY2027", "11 Jan"]),
        ({"fiscal_end": "Friday nearest 31 January"}, ["22 Jan 2027", "23 Apr 2027"]),
        ({"other": "FREQ=MONTHLY;BYDAY=-1FR"}, ["Every month on the last Friday", "27 Nov"]),
        ({"other": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, ["There is no date in the next 400"]),
    ],
)
def test_the_dates_are_shown_before_anything_is_saved(
    client: TestClient, database: Database, change: dict[str, str], said: list[str]
) -> None:
    answer = client.post("/items/add", data=QBR | change | {"then": "dates"})

    assert answer.status_code == 200
    shown = unescape(answer.text)
    assert [text for text in (*said, "nothing is saved yet") if text not in shown] == []
    assert 'value="Quarterly business review"' in shown
    with database.read() as session:
        assert session.exec(select(Connection)).first() is None


def test_a_change_is_for_a_date_and_those_that_follow(client: TestClient, rows: Rows) -> None:
    client.post("/items/add", data=MONTHLY)
    before = rows()
    act(client, "done", before["forecast/2026-11"])
    december = before["forecast/2026-12"]
    form = unescape(client.get(f"/items/{december.id}/edit").text)
    assert "and all dates that follow; those before it stay" in form
    assert 'value="2026-12-03"' in form

    changed = MONTHLY | {"date": "2026-12-15", "note": "by noon"}
    assert client.post(f"/items/{december.id}/edit", data=changed).status_code == 303

    after = rows()
    assert [f"{after[f'forecast/{month}'].due_on}" for month in ("2026-11", "2026-12")] == [
        "2026-11-03",
        "2026-12-15",
    ]
    assert {item.id for item in before.values()} >= {after["forecast/2027-01"].id, december.id}
    assert not after["forecast/2026-11"].is_open  # nobody reopened what was done
    assert (after["forecast/2026-11"].summary, after["forecast/2027-01"].summary) == (
        None,
        "by noon",
    )


def test_another_text_of_the_list_reopens_nothing_that_was_done(
    client: TestClient, rows: Rows, database: Database
) -> None:
    client.post("/items/add", data=MONTHLY)
    act(client, "done", rows()["forecast/2026-11"])
    with database.write() as session:
        (connection,) = session.exec(select(Connection))
        text = str(connection.config["entries"]).replace("2026-11-03", "2026-11-05")
        connection.config = {**connection.config, "entries": text}

    after = rows()

    assert (f"{after['forecast/2026-11'].due_on}", after["forecast/2026-11"].is_open) == (
        "2026-11-05",
        False,
    )
    assert after["forecast/2026-12"].is_open


def test_one_date_is_changed_alone(client: TestClient, rows: Rows) -> None:
    client.post("/items/add", data=MONTHLY)
    before = rows()
    item = before["forecast/2026-12"]
    form = client.get(f"/items/{item.id}/edit?only=1").text
    assert "alone, of what comes every month" in form

    far = client.post(f"/items/{item.id}/once", data={"title": "x", "date": "2027-06-01"})
    assert (far.status_code, "up to 92 days from 2026-12-03" in far.text) == (422, True)
    sent = {"title": "Forecast", "date": "2026-12-07", "note": "Nora is away"}
    assert client.post(f"/items/{item.id}/once", data=sent).status_code == 303

    after = rows()
    moved = after["forecast/2026-12"]
    assert (moved.id, f"{moved.due_on}", moved.summary) == (item.id, "2026-12-07", "Nora is away")
    others = [(key, each.due_on, each.summary) for key, each in before.items() if each != item]
    assert [(key, after[key].due_on, after[key].summary) for key, *_ in others] == others
    assert 'value="2026-12-07"' in client.get(f"/items/{item.id}/edit?only=1").text


@pytest.mark.parametrize(
    ("what", "left"),
    [
        ("one", {"2026-11", "2026-12", "2027-02"}),
        ("following", {"2026-11", "2026-12"}),
        ("all", set()),
        ("everything else", {"2026-11", "2026-12", "2027-01", "2027-02"}),
    ],
)
def test_one_date_or_all_that_follow_or_everything_is_deleted(
    client: TestClient, rows: Rows, what: str, left: set[str]
) -> None:
    client.post("/items/add", data=MONTHLY | {"until": "2027-02-28"})
    item = rows()["forecast/2027-01"]
    assert "This one and all that follow" in client.get(f"/items/{item.id}").text

    client.post(f"/items/{item.id}/delete", data={"what": what})

    assert {key.partition("/")[2] for key in days(rows)} == left


def test_a_quarter_that_is_done_brings_the_next_and_keeps_its_history(
    client: TestClient, rows: Rows, database: Database, site: Site
) -> None:
    client.post("/items/add", data=QBR)
    first = rows()["quarterly-business-review/2027-Q4"]
    act(client, "done", first)

    later = datetime(2027, 4, 20, 8, tzinfo=UTC)
    syncer = Syncer(database=database, vault=site.vault, settings=site.settings, now=lambda: later)
    for _ in range(3):
        syncer.run(first.connection_id, trigger="test")

    with database.read() as session:
        found = {item.external_id: item for item in live(session)}
        done = session.get(Item, first.id)
        assert done
        assert (done.removed_at, done.is_open) == (None, False)
    assert found["quarterly-business-review/2028-Q1"].is_open
    assert "Done" in client.get(f"/items/{first.id}").text


def test_a_reminder_is_in_the_digest_and_on_its_day_and_done_with_what_it_is_about(
    client: TestClient, rows: Rows, database: Database, admin: int
) -> None:
    due = {"title": "Plan", "date": "2026-12-05", "how": "no", "remind": "14 days"}
    client.post("/items/add", data=due)
    found = rows()
    assert f"{found['plan#reminder'].due_on}" == "2026-11-21"
    with database.read() as session:
        user = session.get(User, admin)
        assert user
        digest = compose(session, user, clock=Clock(now=NOW, zone=ZoneInfo("Europe/Berlin")))
    assert [row.title for row in digest.soon] == ["Prepare: Plan"]
    assert "Prepare: Plan" in client.get("/today").text

    answer = client.post("/items/done", data={"item": str(found["plan"].id)})

    assert "Done, and its reminder with it" in client.get(answer.headers["location"]).text
    client.post("/undo")
    assert "Undone: Done, and its reminder with it" in client.get("/inbox").text
    client.post("/items/add", data={"title": "Visit", "date": "2026-12-06", "how": "no"})
    client.post("/items/done", data={"item": [rows()["plan"].id, rows()["visit"].id]})
    assert "Done: 2 items, and 1 reminder with them" in client.get("/inbox").text
    assert [item.is_open for item in rows().values()] == [False, False, False]


def test_a_goal_that_repeats_is_counted_in_its_own_period(client: TestClient, rows: Rows) -> None:
    goal = QBR | {"title": "Revenue", "kind": "goal", "target": "9", "unit": "USD", "actual": "4"}
    client.post("/items/add", data=goal | {"by": "", "count": "", "remind": ""})
    found = rows()
    assert [found[f"revenue/{key}"].actual for key in ("2027-Q4", "2028-Q1")] == [4, None]
    second = found["revenue/2028-Q1"]

    answer = client.post(f"/items/{second.id}/actual", data={"actual": "2.5", "next": "/goals"})

    assert answer.headers["location"] == "/goals"
    after = rows()
    assert [after[f"revenue/{key}"].actual for key in ("2027-Q4", "2028-Q1")] == [4, Decimal("2.5")]
    assert "Entered as reached: 2.5" in client.get(f"/items/{second.id}").text
    client.post(f"/items/{second.id}/actual", data={"actual": ""})
    assert rows()["revenue/2028-Q1"].actual is None
    undo(client, client.post(f"/items/{second.id}/actual", data={"actual": "7"}))
    assert rows()["revenue/2028-Q1"].actual is None
    assert "Undid: what was entered as reached" in client.get(f"/items/{second.id}").text
    wrong = client.post(f"/items/{second.id}/actual", data={"actual": "many"})
    assert (wrong.status_code, "That is not a number." in wrong.text) == (422, True)


def test_the_way_to_add_one_is_on_inbox_and_sources(client: TestClient) -> None:
    for page in ("/inbox", "/sources"):
        assert 'href="/items/add"' in client.get(page).text
    assert client.get("/items/add").status_code == 200
