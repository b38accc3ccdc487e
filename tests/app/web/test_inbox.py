"""What people do in the inbox, through the pages, on real items; with and without htmx."""

import re
from datetime import date
from html import unescape

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from app.db import Database
from app.models import Item, ItemState
from app.web.site import Site
from tests.app.web import company, samples

Ids = dict[str, int]


@pytest.fixture
def ids(admin: int, database: Database) -> Ids:
    return company.fill(database)


def by_htmx(here: str, target: str = "") -> dict[str, str]:
    """What htmx sends from the page at ``here``."""
    return {
        "HX-Request": "true",
        "HX-Request-Type": "partial",
        "HX-Current-URL": f"http://testserver{here}",
        "HX-Target": target or "form",
    }


def titles(page: str) -> list[str]:
    return [unescape(title) for title in re.findall(r"Select ([^<]+)</span>", page)]


def places(answer: str) -> set[str]:
    """The places of the page that an answer changes."""
    return set(re.findall(r'<hx-partial hx-target="([^"]+)"', answer))


# Looking


def test_the_inbox_groups_by_due_date_and_names_count_and_money(
    client: TestClient, ids: Ids
) -> None:
    page = client.get("/inbox").text

    heads = re.findall(r'id="head-(\w+)">([^<]+?) *<', page)

    assert heads == [
        ("overdue", "Overdue · 2"),
        ("week", "This week · 4"),
        ("month", "Later this month · 4"),
    ]
    assert "$18,400 at stake" in page
    assert titles(page)[0] == "Claim co-op funds for H1 before they turn into rebate"
    assert "2 days late" in page
    assert "date moved 30 Nov → 24 Nov" in page


def test_a_tab_and_a_filter_are_an_address(client: TestClient, ids: Ids) -> None:
    assert len(titles(client.get("/inbox?tab=overdue").text)) == 2
    page = client.get("/inbox?tab=week&vendor=Ingram+Micro").text
    assert titles(page) == ["Renew Meraki licences — Hartwell Clinics"]
    assert "1 of 4" in page
    assert 'href="/inbox?tab=week"' in page  # the way to be rid of the filter


@pytest.mark.parametrize("said", ["tab=nonsense", "after=nonsense", "source=x", "item=x"])
def test_an_address_that_says_nonsense_still_shows_the_inbox(
    client: TestClient, ids: Ids, said: str
) -> None:
    assert client.get(f"/inbox?{said}").status_code == 200


def test_search_answers_with_the_results_alone_and_makes_no_history(
    client: TestClient, ids: Ids
) -> None:
    answer = client.get("/inbox?q=meraki&vendor=", headers=by_htmx("/inbox", "div#results"))

    assert titles(answer.text) == ["Renew Meraki licences — Hartwell Clinics"]
    assert "<!doctype" not in answer.text
    assert answer.headers["hx-replace-url"] == "/inbox?q=meraki"


def test_more_continues_the_list_where_the_page_ended(
    client: TestClient, ids: Ids, database: Database
) -> None:
    with database.write() as session:
        for number in range(100, 160):
            row = replace(samples.ROWS["month"][0], id=number, title=f"Report {number}", owner=None)
            company.item(session, row, 1)
    first = client.get("/inbox").text
    link = re.search(r'id="more"><a class="btn" href="([^"]+)"', first)
    assert link
    more = client.get(unescape(link[1]), headers=by_htmx("/inbox", "p#more")).text
    alone = client.get(unescape(link[1])).text

    assert len(titles(first)) == 50
    assert len(titles(more)) == 20
    assert not set(titles(first)) & set(titles(more))
    assert "head-month" not in more.split("<ol")[0]  # its head is on the page already
    assert titles(alone) == titles(more)
    assert 'id="head-month"' in alone


def test_an_item_opens_beside_the_list_and_alone(client: TestClient, ids: Ids) -> None:
    id_ = ids["13"]
    whole = client.get(f"/inbox?tab=week&item={id_}").text
    part = client.get(f"/inbox?tab=week&item={id_}", headers=by_htmx("/inbox", "aside#detail")).text
    alone = client.get(f"/items/{id_}").text

    for page in (whole, part, alone):
        assert "Why it is here:" in page
        assert "Tue 24 Nov 2026" in page
        assert "$42,300.00 USD" in page
        assert 'rel="noopener noreferrer"' in page
    assert titles(whole)
    assert not titles(part)
    assert "<h1 data-heading" in alone


@pytest.mark.parametrize(
    ("summary", "body", "shown"),
    [
        ("Claims close on Friday…", "<p>Claims close</p><p>on Friday at noon.</p>", False),
        ("One: two", "<ul><li>One: two</li></ul>", False),
        ("2 lines changed", "<p>Claims close on Friday</p>", True),
        ("Claims close on Friday", None, True),
    ],
)
def test_what_an_items_text_begins_with_is_not_said_twice(
    client: TestClient, ids: Ids, database: Database, *, summary: str, body: str | None, shown: bool
) -> None:
    with database.write() as session:
        item = session.get_one(Item, ids["13"])
        item.summary, item.body = summary, body

    page = client.get(f"/items/{ids['13']}").text

    assert (f'<p class="prose">{summary}</p>' in page) is shown


def test_an_item_that_is_not_there_says_so(client: TestClient, ids: Ids) -> None:
    for answer in (client.get("/items/999"), client.get("/inbox?item=999")):
        assert answer.status_code == 404
        assert "There is no such item." in answer.text
    part = client.get("/inbox?item=999", headers=by_htmx("/inbox", "aside#detail"))
    assert part.headers["hx-retarget"] == "#toast"
    assert part.headers["hx-push-url"] == "false"


def test_opening_an_item_marks_it_read_for_oneself(client: TestClient, ids: Ids) -> None:
    row = re.compile(rf'<li class="row([^"]*)" id="row-{ids["13"]}"')
    before = row.search(client.get("/inbox").text)
    client.get(f"/items/{ids['13']}")
    after = row.search(client.get("/inbox").text)
    assert before
    assert after
    assert "read" not in before[1]
    assert "read" in after[1]


def test_today_puts_the_weightiest_first_and_says_why(client: TestClient, ids: Ids) -> None:
    page = client.get("/today").text
    cards = re.findall(r'<h2><a href="/items/\d+">([^<]+)', page)

    assert 1 <= len(cards) <= 10
    assert "Claim co-op funds" in cards[0] or "Renew Meraki" in cards[0]
    assert "2 days late." in page
    assert page.count("Nobody owns this.") == 2


@pytest.mark.promise("P5")
def test_today_warns_while_a_source_is_stale(client: TestClient, ids: Ids, site: Site) -> None:
    assert "would be early" not in client.get("/today").text
    with site.database.write() as session:
        company.connection(session, "Sophos portal", "calendar", last_success_at=None)
    assert "would be early" in client.get("/today").text


# Acting


ACTS = {
    "done": {},
    "reopen": {},
    "snooze": {"until": "2026-11-23T08:00:00+01:00"},
    "assign": {"owner": "2"},
    "note": {"text": "Called them."},
}


@pytest.mark.parametrize("verb", ACTS)
def test_without_a_script_an_act_leads_back_and_is_told_there(
    client: TestClient, ids: Ids, verb: str
) -> None:
    form = {"item": ids["13"], "next": "/inbox?tab=week", **ACTS[verb]}
    answer = client.post(f"/items/{verb}", data=form)
    told = re.compile(r'aria-live="polite">\s*<div class="toast">')

    assert answer.status_code == 303
    assert answer.headers["location"] == "/inbox?tab=week"
    assert told.search(client.get("/inbox?tab=week").text)
    assert not told.search(client.get("/inbox").text)


@pytest.mark.parametrize("verb", ACTS)
@pytest.mark.parametrize("here", ["/inbox?tab=week&item={}", "/items/{}", "/today"])
def test_by_htmx_an_act_answers_with_the_changed_places_the_counts_and_the_toast(
    client: TestClient, ids: Ids, verb: str, here: str
) -> None:
    id_ = ids["13"]
    answer = client.post(
        f"/items/{verb}", data={"item": id_, **ACTS[verb]}, headers=by_htmx(here.format(id_))
    )

    assert answer.status_code == 200
    changed = places(answer.text)
    assert {"#nav", "#toast"} <= changed
    expected = {
        "/inbox": {f"#row-{id_}", "#tabs", "#detail"},
        "/items": {"#detail"},
        "/today": {"#today"},
    }
    assert expected[here[:6]] <= changed


def test_by_htmx_a_page_of_which_no_part_is_known_is_shown_anew_and_tells_what_was_done(
    client: TestClient, ids: Ids
) -> None:
    data = {"item": ids["13"], "next": "/settings"}
    answer = client.post("/items/done", data=data, headers=by_htmx("/settings"))

    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, "/settings")
    assert "Done" in client.get("/settings").text.partition('<div class="toast">')[2]


def test_a_done_item_leaves_the_list_and_its_counts(client: TestClient, ids: Ids) -> None:
    here = f"/inbox?tab=overdue&item={ids['11']}"
    answer = client.post("/items/done", data={"item": ids["11"]}, headers=by_htmx(here)).text

    assert f'<hx-partial hx-target="#row-{ids["11"]}" hx-swap="delete">' in answer
    assert "Overdue · 1" in answer
    assert "Reopen" in answer
    last = client.post("/items/done", data={"item": ids["12"]}, headers=by_htmx("/inbox")).text
    assert '<hx-partial hx-target="#head-overdue" hx-swap="delete">' in last


def test_an_act_in_a_narrowed_list_says_anew_how_many_of_how_many(
    client: TestClient, ids: Ids
) -> None:
    here = "/inbox?kind=renewal"
    counted = re.compile(r"(\d+) of (\d+)</span>")
    found = counted.search(client.get(here).text)
    assert found
    shown, total = map(int, found.groups())
    assert shown > 1

    answer = client.post("/items/done", data={"item": ids["13"]}, headers=by_htmx(here)).text

    assert f"{shown - 1} of {total - 1}</span>" in answer


def test_a_list_that_becomes_empty_says_so(client: TestClient, ids: Ids) -> None:
    both = [ids["11"], ids["12"]]
    here = by_htmx("/inbox?tab=overdue")
    answer = client.post("/items/done", data={"item": both}, headers=here).text
    assert "<h2>All clear</h2>" in answer


def test_what_is_done_is_no_longer_called_overdue(client: TestClient, ids: Ids) -> None:
    client.post("/items/done", data={"item": ids["11"]})
    page = client.get("/inbox?tab=done").text

    assert titles(page) == ["Claim co-op funds for H1 before they turn into rebate"]
    assert "Latest date first · 1" in page
    assert "days late" not in page
    client.post("/items/done", data={"item": ids["12"]})
    here = by_htmx("/inbox?tab=done")
    back = client.post("/items/reopen", data={"item": ids["11"]}, headers=here)
    assert "Latest date first · 1" in back.text


def test_what_the_source_has_closed_says_so_and_offers_no_act_that_would_do_nothing(
    client: TestClient, ids: Ids, database: Database
) -> None:
    row = replace(samples.ROWS["week"][0], id=201, title="Paid invoice", owner=None)
    with database.write() as session:
        id_ = company.item(session, row, 1, closed=True, is_open=False)
    page = client.get(f"/items/{id_}").text

    assert "closed at source</span>" in page
    assert "Why it is here" not in page
    assert 'data-act="done"' not in page
    assert 'data-act="reopen"' not in page
    assert "closed at source</span>" in client.get("/inbox?tab=done").text


def test_a_goal_shows_the_end_of_its_period_where_others_show_a_due_date(
    client: TestClient, ids: Ids, database: Database
) -> None:
    row = replace(samples.ROWS["month"][1], id=200, title="Revenue for Gold", due=None, amount=None)
    with database.write() as session:
        id_ = company.item(session, row, 1, sort_on=date(2026, 12, 31))
    assert "ends 31 Dec" in client.get("/inbox").text
    assert "Thu 31 Dec 2026, the end of its period" in client.get(f"/items/{id_}").text


def test_what_was_done_can_be_undone_from_the_toast(
    client: TestClient, ids: Ids, database: Database
) -> None:
    told = client.post("/items/done", data={"item": ids["11"]}, headers=by_htmx("/inbox")).text
    key = re.search(r'name="act" value="([\d.]+)"', told)
    assert key
    assert company.done_in(database, ids["11"])
    answer = client.post("/undo", data={"act": key[1]}, headers=by_htmx("/inbox"))

    assert not company.done_in(database, ids["11"])
    assert {"#inbox", "#detail", "#nav", "#toast"} <= places(answer.text)
    assert "Claim co-op funds" in answer.text
    assert "Undo <kbd>" not in answer.text


def test_many_items_are_done_and_undone_at_once(
    client: TestClient, ids: Ids, database: Database
) -> None:
    some = [ids["11"], ids["12"], ids["16"]]
    client.post("/items/done", data={"item": some, "next": "/inbox"})
    page = client.get("/inbox").text
    key = re.search(r'name="act" value="([\d.]+)"', page)
    assert key
    assert "3 items" in page
    assert all(company.done_in(database, id_) for id_ in some)
    client.post("/undo", data={"act": key[1]})
    assert not any(company.done_in(database, id_) for id_ in some)


def test_nobody_acts_on_what_somebody_else_has_changed_since(
    client: TestClient, ids: Ids, database: Database
) -> None:
    page = client.get(f"/items/{ids['13']}").text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    with database.write() as session:
        state = session.get(ItemState, ids["13"])
        assert state is not None
        state.version += 1
    form = {"item": ids["13"], "version": version[1]}
    refused = client.post("/items/done", data=form, headers=by_htmx(f"/items/{ids['13']}"))

    assert refused.status_code == 409
    assert "Somebody else changed this item" in refused.text
    assert {"#toast", "#detail"} <= places(refused.text)
    assert not company.done_in(database, ids["13"])


def test_a_day_without_a_time_is_the_morning_of_that_day_where_one_lives(
    client: TestClient, ids: Ids, database: Database
) -> None:
    client.post("/items/snooze", data={"item": ids["13"], "day": "2026-11-27"})
    with database.read() as session:
        state = session.get(ItemState, ids["13"])
        assert state is not None
        assert state.snoozed_until is not None
        assert state.snoozed_until.isoformat() == "2026-11-27T07:00:00+00:00"  # 08:00 in Berlin
    assert "until 27 Nov" in client.get(f"/items/{ids['13']}").text.replace("Fri ", "")


@pytest.mark.parametrize(
    ("verb", "form", "says"),
    [
        ("snooze", {"day": "never"}, "That is not a day."),
        ("snooze", {}, "That is not a day."),
        ("snooze", {"until": "2020-01-01T08:00:00+00:00"}, "cannot be snoozed into the past"),
        ("assign", {"owner": "nobody"}, "There is no such person."),
        ("assign", {"owner": "99"}, "There is no such person"),
        ("note", {"text": "  "}, "The comment is empty."),
        ("note", {"text": "x" * 4001}, "The comment is too long."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    client: TestClient, ids: Ids, verb: str, form: dict[str, str], says: str
) -> None:
    plain = client.post(f"/items/{verb}", data={"item": ids["13"], **form})
    part = client.post(
        f"/items/{verb}", data={"item": ids["13"], **form}, headers=by_htmx("/inbox")
    )
    for answer in (plain, part):
        assert answer.status_code in (404, 422)
        assert says in unescape(answer.text)
    assert part.headers["hx-reswap"] == "innerHTML"


def test_a_form_without_its_fields_is_refused(client: TestClient, ids: Ids) -> None:
    assert client.post("/items/done", data={}).status_code == 422
    assert client.post("/items/done", data={"item": "x"}).status_code == 422
    assert client.post("/undo", data={"act": "1.2.x"}).status_code == 404


def test_after_an_act_nobody_is_led_off_this_site(client: TestClient, ids: Ids) -> None:
    form = {"item": ids["13"], "next": "//evil.example"}
    assert client.post("/items/done", data=form).headers["location"] == "/inbox"


def test_the_history_names_who_did_what_and_both_values(client: TestClient, ids: Ids) -> None:
    client.post("/items/assign", data={"item": ids["13"], "owner": "3"})
    client.post("/items/note", data={"item": ids["13"], "text": "Waits for <us>."})
    page = client.get(f"/items/{ids['13']}").text

    assert "Assigned to Lee Meyer" in page
    assert "Dana Kim, " in page
    assert "Mon 30 Nov 2026</del>" in page
    assert "Tue 24 Nov 2026</ins>" in page
    assert "Waits for &lt;us&gt;." in page


def test_looking_changes_nothing_but_ones_own_read_mark(
    client: TestClient, ids: Ids, database: Database
) -> None:
    def revision() -> str:
        with database.read() as session:
            from app.services.revisions import revision

            return str(revision(session))

    client.get(f"/items/{ids['13']}")
    before = revision()
    for address in (
        "/today",
        "/inbox",
        "/inbox?tab=done",
        f"/items/{ids['13']}",
        f"/inbox?item={ids['13']}",
    ):
        assert client.get(address).status_code == 200
    assert revision() == before
