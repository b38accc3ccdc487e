"""Dates in a notice's text, on its page: quoted, confirmed or dismissed by plain forms."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from app.jobs.syncing import Syncer
from app.models import Item
from app.services import sources
from app.web.site import Site
from connectors import registry
from connectors.sdk.mapping import clean_html
from connectors.sdk.records import DueInstant, Notice
from tests.support.scripted import Scripted

NOW = datetime.now(UTC)
DAY = (NOW + timedelta(days=30)).date()


@pytest.fixture
def notice(site: Site, syncer: Syncer, admin: int) -> Iterator[int]:
    """The id of a notice whose text names a date, with something hostile beside it."""
    connector = Scripted(prose=True)
    text = f"Submit <b>all</b> claims &lt;script&gt; by {DAY.isoformat()}."
    connector.lists(
        Notice(
            external_id="1",
            title="MDF claims close",
            published=DueInstant(at=NOW, raw="now"),
            body=clean_html(f"<p>{text}</p>"),
        )
    )
    with registry.installed(connector):
        with site.database.write() as session:
            added = sources.add(
                session, name="Mail", connector="scripted", values={}, vault=site.vault, now=NOW
            )
        assert added.id is not None
        syncer.run(added.id, trigger="test")
        with site.database.read() as session:
            found = session.exec(select(Item.id)).one()
        assert found is not None
        yield found


def form(page: str) -> dict[str, str]:
    """What the page's form for confirming sends."""
    proposal = re.search(r'name="proposal" value="(\d+)"', page)
    assert proposal is not None
    return {"proposal": proposal[1]}


def test_the_sentence_is_quoted_with_the_date_to_confirm(client: TestClient, notice: int) -> None:
    page = client.get(f"/items/{notice}").text

    assert f"<q>Submit all claims &lt;script&gt; by {DAY.isoformat()}.</q>" in page
    assert f'name="on" value="{DAY.isoformat()}"' in page
    assert 'data-key="confirm"' in page


def test_confirmed_without_a_script_it_leads_to_the_deadline(
    client: TestClient, notice: int
) -> None:
    sent = form(client.get(f"/items/{notice}").text) | {"on": DAY.isoformat()}
    answer = client.post(
        "/items/confirm",
        data={"item": str(notice), "next": f"/items/{notice}", **sent},
        follow_redirects=True,
    )

    assert "Confirmed: it is a deadline now" in answer.text
    deadline = re.search(r'href="(/items/\d+)">the deadline', answer.text)
    assert deadline is not None
    assert "Submit all claims" in client.get(deadline[1]).text
    again = client.post("/items/confirm", data={"item": str(notice), **sent})
    assert again.status_code == 409


def test_dismissed_it_is_no_longer_on_the_page(client: TestClient, notice: int) -> None:
    sent = form(client.get(f"/items/{notice}").text)
    answer = client.post(
        "/items/dismiss",
        data={"item": str(notice), "next": f"/items/{notice}", **sent},
        follow_redirects=True,
    )

    assert "Dates in its text" not in answer.text
    assert "Dismissed as a deadline" in answer.text
