"""Acts on many items, on what is mandatory, and by two people at once: with and without htmx."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace
from sqlmodel import select
from starlette.testclient import TestClient

from app.db import Database
from app.models import Attachment, ItemState
from app.services import accounts
from app.web.site import Site
from tests.app.web import company, samples
from tests.app.web.conftest import NOW, SAME_ORIGIN
from tests.app.web.test_inbox import by_htmx, places, titles

Ids = dict[str, int]
MANY = 130


@pytest.fixture
def ids(admin: int, database: Database) -> Ids:
    return company.fill(database)


@pytest.fixture
def many(ids: Ids, database: Database) -> list[int]:
    """More rows than two pages show, of one vendor and due this month."""
    with database.write() as session:
        return [
            company.item(
                session,
                replace(samples.ROWS["month"][0], id=n, title=f"Review {n}", owner=None),
                1,
                vendor="Acme",
            )
            for n in range(100, 100 + MANY)
        ]


@pytest.fixture
def rin(site: Site, client: TestClient, ids: Ids) -> Iterator[TestClient]:
    """Rin Sato, in another browser."""
    with site.database.write() as session:
        user = accounts.user_by_email(session, "rin@partner.example")
        assert user is not None
        token = accounts.open_session(session, user.id or 0, now=NOW)
    with TestClient(client.app, follow_redirects=False, headers=SAME_ORIGIN) as other:
        other.cookies.set("partner-inbox-session", token)
        yield other


def states(database: Database, ids: list[int]) -> set[str]:
    with database.read() as session:
        found = {state.item_id: state.state for state in session.exec(select(ItemState))}
    return {found.get(id_, "open") for id_ in ids}


def hidden(page: str, name: str) -> list[str]:
    return [unescape(one) for one in re.findall(rf'name="{name}" value="([^"]*)"', page)]


def undo_key(page: str) -> str:
    return hidden(page, "act")[-1]


# Many


def test_all_that_match_are_done_over_pages_but_what_was_unticked_and_undone_at_once(
    client: TestClient, many: list[int], database: Database
) -> None:
    view = urlencode({"vendor": "Acme"})
    assert f"Select all {MANY} that match" in client.get(f"/inbox?{view}").text
    first = client.get(f"/inbox?{view}&select=all").text
    assert first.count("checked") >= 50
    more = re.search(r'id="more"><a class="btn" href="([^"]+)"', first)
    assert more
    second = client.get(unescape(more[1]), headers=by_htmx("/inbox", "p#more")).text
    shown = [*hidden(first, "shown"), *hidden(second, "shown")]
    assert len(shown) == 100
    unticked = [shown[3], shown[70]]
    form = {
        "every": "1",
        "view": hidden(first, "view"),
        "next": f"/inbox?{view}",
        "shown": shown,
        "item": [id_ for id_ in shown if id_ not in unticked],
    }

    preview = client.post("/items/done", data=form)

    assert preview.status_code == 200
    assert states(database, many) == {"open"}
    assert f"Done: {MANY - 2} items" in preview.text
    assert f"Acme · {MANY - 2}" in preview.text
    assert "The first 20" in preview.text
    confirm = {name: hidden(preview.text, name)[0] for name in ("ids", "seen", "next")}
    answer = client.post("/items/done", data=confirm)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/inbox?{view}")
    left = [int(id_) for id_ in unticked]
    assert states(database, [id_ for id_ in many if id_ not in left]) == {"done"}
    assert states(database, left) == {"open"}

    page = client.get(f"/inbox?{view}").text
    assert f"Done: {MANY - 2} items" in page
    client.post("/undo", data={"act": undo_key(page)})
    assert states(database, many) == {"open"}


def test_by_htmx_the_preview_stands_in_the_lists_place_and_the_list_comes_back(
    client: TestClient, many: list[int], database: Database
) -> None:
    here = by_htmx("/inbox?vendor=Acme&select=all")
    form = {"every": "1", "view": "vendor=Acme", "next": "/inbox?vendor=Acme"}

    preview = client.post("/items/wait", data=form, headers=here).text
    assert {"#inbox", "#bulk"} <= places(preview)
    confirm = {name: hidden(preview, name)[0] for name in ("ids", "seen", "next")}
    answer = client.post("/items/wait", data=confirm, headers=here)

    assert {"#inbox", "#bulk", "#toast", "#nav"} <= places(answer.text)
    assert answer.headers["hx-replace-url"] == "/inbox?vendor=Acme"
    assert f"Waiting on vendor: {MANY} items" in answer.text
    assert states(database, many) == {"waiting"}


def test_what_somebody_changed_since_the_preview_is_left_and_named(
    client: TestClient, rin: TestClient, many: list[int], database: Database
) -> None:
    form = {"item": many[:60], "reason": "Not ours.", "next": "/inbox"}
    preview = client.post("/items/decline", data=form).text
    assert "Not applicable: Not ours.: 60 items" in preview
    confirm = {name: hidden(preview, name)[0] for name in ("ids", "seen", "next", "reason")}
    rin.post("/items/done", data={"item": many[0]})

    answer = client.post("/items/decline", data=confirm)

    assert answer.status_code == 200
    assert "Not applicable: 59 items" in answer.text
    assert "1 item left as they are" in answer.text
    assert "Rin Sato: Done, today 09:30." in answer.text
    assert states(database, many[:1]) == {"done"}
    assert states(database, many[1:60]) == {"not applicable"}
    again = client.post("/items/decline", data=confirm).text
    assert "Nothing was done" in again


@pytest.mark.parametrize("until", ["9999-12-31T23:59-12:00", "2001-01-01T00:00+00:00"])
def test_many_are_not_snoozed_to_a_moment_that_cannot_be(
    client: TestClient, many: list[int], until: str
) -> None:
    form = {"every": "1", "view": "vendor=Acme", "until": until}
    answer = client.post("/items/snooze", data=form)

    assert answer.status_code == 422
    assert "It cannot be snoozed" in answer.text


def test_up_to_fifty_are_done_without_asking(
    client: TestClient, many: list[int], database: Database
) -> None:
    answer = client.post("/items/done", data={"item": many[:50]}, headers=by_htmx("/inbox"))
    assert "Done: 50 items" in answer.text
    assert "#inbox" in places(answer.text)
    assert states(database, many[:50]) == {"done"}


def test_an_unticked_row_of_a_few_is_left_without_asking(
    client: TestClient, ids: Ids, database: Database
) -> None:
    page = client.get("/inbox?tab=overdue&select=all").text
    shown = hidden(page, "shown")
    form = {"every": "1", "view": hidden(page, "view"), "shown": shown, "item": shown[:1]}
    client.post("/items/done", data=form)
    assert states(database, [int(shown[0])]) == {"done"}
    assert states(database, [int(shown[1])]) == {"open"}


def test_what_came_after_all_were_selected_is_shown_before_it_is_done(
    client: TestClient, ids: Ids, database: Database
) -> None:
    page = client.get("/inbox?tab=overdue&select=all").text
    shown = hidden(page, "shown")
    with database.write() as session:
        late = replace(samples.ROWS["overdue"][0], id=901, title="Came later")
        company.item(session, late, 1)
    form = {"every": "1", "view": hidden(page, "view"), "shown": shown, "item": shown}

    preview = client.post("/items/done", data=form).text

    assert f"Done: {len(shown) + 1} items" in preview
    assert "Came later" in preview
    assert states(database, [int(id_) for id_ in shown]) == {"open"}


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"every": "1", "view": "vendor=Nobody"},
        {"ids": "nonsense", "seen": "1"},
        {"ids": "", "seen": "9" * 50},
    ],
)
def test_an_act_on_nothing_says_so(client: TestClient, ids: Ids, form: dict[str, str]) -> None:
    answer = client.post("/items/done", data=form)
    assert answer.status_code == 422
    assert "No item is chosen." in answer.text


@pytest.mark.parametrize(("verb", "said"), [("star", "Starred"), ("read", "Marked as read")])
def test_marks_of_ones_own_go_over_pages_too(
    client: TestClient, rin: TestClient, many: list[int], verb: str, said: str
) -> None:
    form = {"every": "1", "view": "vendor=Acme", "next": "/inbox?vendor=Acme"}
    preview = client.post(f"/items/{verb}", data=form).text
    confirm = {name: hidden(preview, name)[0] for name in ("ids", "seen", "next")}
    rin.post("/items/done", data={"item": many[:3]})

    client.post(f"/items/{verb}", data=confirm)

    page = client.get("/inbox").text
    assert f"{said}: {MANY} items" in page
    client.post("/undo", data={"act": undo_key(page)})
    assert client.get("/inbox?tab=starred").text.count("data-row=") == 0


def test_an_item_is_starred_where_it_is_read(client: TestClient, ids: Ids) -> None:
    item = next(iter(ids.values()))
    assert 'action="/items/star"' in client.get(f"/items/{item}").text

    client.post("/items/star", data={"item": item, "next": f"/items/{item}"})

    assert 'action="/items/unstar"' in client.get(f"/items/{item}").text
    assert client.get("/inbox?tab=starred").text.count("data-row=") == 1


# What is mandatory


@pytest.fixture
def audit(ids: Ids, database: Database) -> int:
    row = replace(samples.ROWS["week"][0], id=900, title="Annual audit", owner=None)
    with database.write() as session:
        return company.item(session, row, 1, category="compliance")


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_mandatory_is_done_with_a_proof_in_one_step(
    client: TestClient, audit: int, database: Database, htmx: bool
) -> None:
    headers = by_htmx(f"/items/{audit}") if htmx else {}
    page = client.get(f"/items/{audit}").text
    assert "It needs a proof: a link or a file." in page
    assert 'data-act="decline"' not in page
    refused = client.post("/items/done", data={"item": audit}, headers=headers)
    assert refused.status_code == 422
    assert "It needs a proof" in refused.text
    assert f'href="/items/{audit}#proof"' in refused.text
    assert states(database, [audit]) == {"open"}

    form = {"item": audit, "proof": "https://portal.example/report/7"}
    told = client.post("/items/done", data=form, headers=headers)

    assert told.status_code == (200 if htmx else 303)
    assert states(database, [audit]) == {"done"}
    with database.read() as session:
        link = session.exec(select(Attachment)).one()
    assert (link.url, link.is_proof, link.removed_at) == (form["proof"], True, None)
    client.post("/undo")
    assert states(database, [audit]) == {"open"}
    assert "It needs a proof" in client.get(f"/items/{audit}").text


@pytest.mark.parametrize("proof", ["javascript:alert(1)", "portal.example", "https://", "x" * 3000])
def test_a_proof_is_the_address_of_a_page(
    client: TestClient, audit: int, database: Database, proof: str
) -> None:
    refused = client.post("/items/done", data={"item": audit, "proof": proof})
    assert refused.status_code == 422
    assert states(database, [audit]) == {"open"}


def test_what_is_mandatory_cannot_be_declined_and_is_left_out_of_many(
    client: TestClient, audit: int, ids: Ids, database: Database
) -> None:
    alone = client.post("/items/decline", data={"item": audit, "reason": "No."})
    assert alone.status_code == 422
    assert "It cannot be declined" in alone.text

    both = client.post("/items/done", data={"item": [audit, ids["11"]]})
    assert "Done. 1 item left" in both.text
    assert "Annual audit" in both.text
    assert states(database, [audit]) == {"open"}
    assert states(database, [ids["11"]]) == {"done"}


def test_an_admin_says_what_is_mandatory(client: TestClient, rin: TestClient, audit: int) -> None:
    assert 'value="compliance" checked' in client.get("/settings/rules").text
    assert rin.post("/settings/rules/mandatory", data={"name": "order"}).status_code == 403

    client.post("/settings/rules/mandatory", data={"name": ["order", "nonsense"]})

    page = client.get("/settings/rules").text
    assert 'value="order" checked' in page
    assert 'value="compliance" checked' not in page
    assert client.post("/items/done", data={"item": audit}).status_code == 303
    client.post("/undo")
    client.post("/undo")
    assert 'value="compliance" checked' in client.get("/settings/rules").text


# Two people


@pytest.mark.parametrize("htmx", [False, True])
def test_two_people_at_once_see_both_and_choose(
    client: TestClient, rin: TestClient, ids: Ids, database: Database, htmx: bool
) -> None:
    id_ = ids["13"]
    headers = by_htmx(f"/items/{id_}") if htmx else {}
    version = hidden(client.get(f"/items/{id_}").text, "version")[0]
    rin.post("/items/snooze", data={"item": id_, "day": "2026-11-23"})
    form = {"item": id_, "version": version, "reason": "We sold it <last> year."}

    refused = client.post("/items/decline", data=form, headers=headers)

    said = unescape(refused.text)
    assert refused.status_code == 409
    assert "You: Not applicable: We sold it <last> year., today 09:30." in said
    assert "Rin Sato: Snoozed until Mon 23 Nov, today 09:30." in said
    assert "Now it is snoozed until Mon 23 Nov" in said
    assert 'href="/inbox">Keep theirs</a>' in refused.text
    assert "Do mine anyway" in refused.text
    assert states(database, [id_]) == {"snoozed"}
    asked = refused.text[refused.text.index('role="alert"') :]
    mine = {name: hidden(asked, name)[0] for name in ("item", "version", "reason", "next")}
    assert client.post("/items/decline", data=mine, headers=headers).status_code < 400
    assert states(database, [id_]) == {"not applicable"}

    late = {"item": id_, "version": int(version) + 1}
    other = unescape(rin.post("/items/reopen", data=late, headers=headers).text)
    assert "You: Reopen, today 08:30." in other, "at the reader's own hour"
    assert "Dana Kim: Not applicable, today 08:30." in other
    assert "Now it is not applicable" in other


@pytest.mark.parametrize("htmx", [False, True])
def test_an_undo_after_somebody_went_on_names_both_and_leaves_the_choice(
    client: TestClient, rin: TestClient, ids: Ids, database: Database, htmx: bool
) -> None:
    id_ = ids["13"]
    headers = by_htmx(f"/items/{id_}") if htmx else {}
    client.post("/items/done", data={"item": id_})
    key = undo_key(client.get("/inbox").text)
    rin.post("/items/wait", data={"item": id_})

    refused = client.post("/undo", data={"act": key}, headers=headers)

    assert refused.status_code == 409
    assert "Undo the others" not in refused.text
    assert "You: Done, today 09:30." in refused.text
    assert "Rin Sato: Waiting on vendor, today 09:30." in refused.text
    assert states(database, [id_]) == {"waiting"}
    client.post("/undo", data={"act": key, "then": "anyway"}, headers=headers)
    assert states(database, [id_]) == {"open"}
    twice = client.post("/undo", data={"act": key}, headers=headers)
    assert twice.status_code == 409
    assert "This was undone already." in twice.text


def test_of_many_the_others_can_be_undone(
    client: TestClient, rin: TestClient, ids: Ids, database: Database
) -> None:
    some = [ids["11"], ids["12"], ids["13"]]
    client.post("/items/done", data={"item": some})
    key = undo_key(client.get("/inbox").text)
    rin.post("/items/reopen", data={"item": some[0]})
    rin.post("/items/wait", data={"item": some[0]})

    refused = client.post("/undo", data={"act": key})
    assert refused.status_code == 409
    assert "Undo the others" in refused.text
    client.post("/undo", data={"act": key, "then": "rest"})

    assert states(database, some[:1]) == {"waiting"}
    assert states(database, some[1:]) == {"open"}


def seen(client: TestClient, *ids: int) -> list[str]:
    """What the list's form says of the lines that it shows."""
    lines = hidden(client.get("/inbox").text, "was")
    return [text for text in lines if int(text.partition(".")[0]) in ids]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_list_that_is_behind_loses_nobodys_act(
    client: TestClient, rin: TestClient, ids: Ids, database: Database, htmx: bool
) -> None:
    headers = by_htmx("/inbox") if htmx else {}
    one, two, three = (ids[name] for name in ("11", "12", "13"))
    was = seen(client, one, two, three)
    rin.post("/items/wait", data={"item": [one, two]})

    alone = client.post("/items/done", data={"item": one, "was": was[:1]}, headers=headers)
    many = client.post("/items/done", data={"item": [two, three], "was": was}, headers=headers)

    assert alone.status_code == 409
    assert "Rin Sato: Waiting on vendor, today 09:30." in alone.text
    assert "1 item left as they are" in many.text or "1 item was left" in many.text
    assert "Rin Sato: Waiting on vendor, today 09:30." in many.text
    assert states(database, [one, two]) == {"waiting"}
    assert states(database, [three]) == {"done"}


def test_who_is_quicker_than_the_answer_to_an_act_does_not_stand_against_oneself(
    client: TestClient, rin: TestClient, ids: Ids, database: Database
) -> None:
    here, id_ = by_htmx("/inbox"), ids["13"]
    was = seen(client, id_)
    first = client.post("/items/wait", data={"item": id_, "was": was}, headers=here)
    assert hidden(first.text, "was") != was

    form = {"item": id_, "was": was, "day": "2026-11-23"}
    assert client.post("/items/snooze", data=form, headers=here).is_success
    assert states(database, [id_]) == {"snoozed"}
    rin.post("/items/reopen", data={"item": id_})
    late = client.post("/items/done", data={"item": id_, "was": was}, headers=here)
    assert (late.status_code, states(database, [id_])) == (409, {"open"})


# Undo


def test_the_last_act_is_undone_from_the_navigation_and_the_items_history(
    client: TestClient, ids: Ids, database: Database
) -> None:
    client.post("/items/done", data={"item": ids["13"]})
    client.get("/inbox")  # shows the toast
    page = client.get("/programs").text
    assert 'data-act="undo"' in page
    history = client.get(f"/items/{ids['13']}").text
    assert len(hidden(history, "act")) == 2

    client.post("/undo", data={"act": undo_key(history), "next": "/programs"})

    assert states(database, [ids["13"]]) == {"open"}
    assert not hidden(client.get("/programs").text, "act")
    assert client.post("/undo").status_code == 404


@pytest.mark.parametrize(
    ("verb", "form", "state"),
    [
        ("wait", {}, "waiting on vendor since 21 Nov"),
        ("decline", {"reason": "We do not sell this."}, "not applicable"),
        ("snooze", {"until": "change"}, "snoozed until it changes"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_an_item_says_its_state_and_how_to_leave_it(
    client: TestClient, ids: Ids, *, verb: str, form: dict[str, str], state: str, htmx: bool
) -> None:
    headers = by_htmx(f"/items/{ids['13']}") if htmx else {}
    client.post(f"/items/{verb}", data={"item": ids["13"], **form}, headers=headers)

    page = client.get(f"/items/{ids['13']}").text

    assert state in page
    assert form.get("reason", "") in page
    assert 'data-act="reopen"' in page
    listed = titles(client.get("/inbox").text)
    assert ("Renew Meraki licences — Hartwell Clinics" in listed) is (verb == "wait")
