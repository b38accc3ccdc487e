"""A saved view as a feed: whose it is decides who reads it."""

from typing import Any

import pytest
from sqlmodel import select

from app.models import SavedView
from app.services import accounts, acts, saved, tokens, undoing
from tests.app.api.company import act
from tests.app.api.test_feed_refusals import problem
from tests.app.api.tool import Tool


@pytest.fixture
def rin(company: Tool) -> int:
    """Who owns the renewal, and keeps views."""
    act(company, acts.done, "Notice")
    with company.world.database.read() as session:
        found = accounts.user_by_email(session, "rin@partner.example")
        assert found is not None
        assert found.id is not None
    act(company, acts.assign, "Deadline renewal", found.id)
    return found.id


def keep(tool: Tool, user_id: int, name: str, query: str, *, shared: bool = False) -> int:
    clock = tool.world.wall_clock()
    with tool.world.database.write() as session:
        saved.save(session, name, query, user_id=user_id, clock=clock, shared=shared)
        found = session.exec(select(SavedView.id).where(SavedView.name == name)).one()
        assert found is not None
        return found


def bearer(tool: Tool, user_id: int) -> dict[str, str]:
    """A token that this person made."""
    with tool.world.database.write() as session:
        token = tokens.add_token(
            session, name="Own", scope="read", now=tool.world.clock(), user_id=user_id
        )
    return {"Authorization": f"Bearer {token}"}


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


def test_a_shared_view_is_a_feed_of_its_own_name_and_pages(company: Tool, rin: int) -> None:
    view = keep(company, rin, "All of Cisco", "vendor=Cisco&sort=newest", shared=True)
    whole = titles(company.get(view=view))
    assert len(whole) == 4
    assert whole == company.titles(vendor="Cisco", sort="newest")

    pages = list(company.pages(view=view, limit=3))
    assert [len(page["items"]) for page in pages] == [3, 1]
    assert pages[0]["title"].startswith("All of Cisco · Partner Inbox")
    assert pages[0]["feed_url"].endswith(f"/feed.json?view={view}&limit=3")
    tag = company.get(view=view).headers["etag"]
    with company.world.database.write() as session:
        saved.change(session, view, "vendor=HPE", user_id=rin, clock=company.world.wall_clock())
    assert "Report" in titles(company.get({"If-None-Match": tag}, view=view))


def test_ones_own_view_is_read_by_a_token_of_ones_own_alone(company: Tool, rin: int) -> None:
    view = keep(company, rin, "Mine", "tab=mine")
    own = bearer(company, rin)
    assert titles(company.get(own, view=view)) == ["Deadline renewal"]
    assert "no such view" in problem(company.get(view=view), 404)["title"]
    assert problem(company.get(own, view=view + 1), 404)


def test_the_number_of_a_deleted_view_is_never_anothers(company: Tool, rin: int) -> None:
    clock = company.world.wall_clock()
    gone = keep(company, rin, "Cisco", "vendor=Cisco", shared=True)
    with company.world.database.write() as session:
        deleted = saved.delete(session, gone, user_id=rin, clock=clock)
    other = keep(company, rin, "HPE", "vendor=HPE", shared=True)
    assert other > gone
    assert "no such view" in problem(company.get(view=gone), 404)["title"]

    with company.world.database.write() as session:
        undoing.undo(session, deleted.undo or "", user_id=rin, clock=clock)
    assert titles(company.get(view=gone)) == company.titles(vendor="Cisco")


def test_a_shared_view_of_what_is_ones_own_needs_to_know_whose(company: Tool, rin: int) -> None:
    view = keep(company, rin, "Mine", "owner=me", shared=True)
    assert titles(company.get(bearer(company, rin), view=view)) == ["Deadline renewal"]
    assert "nobody" in problem(company.get(view=view), 422)["detail"]


def test_a_view_says_everything_itself(company: Tool, rin: int) -> None:
    view = keep(company, rin, "Cisco", "vendor=Cisco&sort=title", shared=True)
    refused = problem(company.get(view=view, vendor="HPE"), 422)
    assert [one["parameter"] for one in refused["errors"]] == ["view"]
    by_date = company.get(limit=1).json()["next_url"].partition("after=")[2]
    assert problem(company.get(view=view, after=by_date), 422)
    assert problem(company.get(view="x"), 422)
