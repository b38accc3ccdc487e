"""P5: how fresh a number is stands beside it, and nothing is clear while a source is not fresh.

Everything is asked for as people and tools get it: pages, the feed, the digest.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.db import Database
from app.services import sources
from app.services.revisions import revision
from connectors.sdk import errors
from connectors.sdk.connector import Complete, Page
from connectors.sdk.manifest import Completeness
from connectors.sdk.records import DueDate, Goal, Money, Program, ReportingRequirement
from tests.support.office import Office, opened, plain
from tests.support.scripted import deadline

pytestmark = pytest.mark.promise("P5")

UTC = "UTC"
PAGES = ("/today", "/inbox", "/goals", "/reports", "/programs")
EMPTY = ("/today", "/inbox", "/inbox?tab=week", "/inbox?tab=mine", "/inbox?tab=snoozed")
"""The pages that may say that all is clear."""


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    """One person, and one source, "Scripted", that lists nothing and was read just now."""
    with opened(database, tmp_path / "data", UTC, [UTC]) as found:
        found.sync()
        yield found


def said(office: Office, path: str) -> str:
    """The words of a page without what stands around every page."""
    page = office.page(UTC, path)
    return words_of(page[page.index("<main") : page.index("</main>")])


def words_of(html: str) -> str:
    """What a person reads: a mark of punctuation belongs to the word before it."""
    return re.sub(r" (?=[,:;.])", "", plain(html))


def clear(office: Office) -> dict[str, bool]:
    """Which pages say that all is clear."""
    return {path: "<h2>All clear</h2>" in office.page(UTC, path) for path in EMPTY}


def clock_words(at: datetime) -> str:
    return f"today {at:%H:%M}"


def mail(office: Office, folder: Path) -> tuple[str, str]:
    """The digest of now: its text (the subject is its first line) and the words of its HTML."""
    text, html = office.mails(folder)[UTC]
    return text, words_of(html)


# --- fresh, and nothing to do ----------------------------------------------------------------


def test_when_nothing_is_to_be_done_all_is_clear_as_of_a_time(
    office: Office, tmp_path: Path
) -> None:
    read = clock_words(office.world.clock())
    office.world.clock.forward(minutes=90)

    assert all(clear(office).values())
    for path in EMPTY:
        assert f"As of {read}, when the sources were last read" in said(office, path)
    for path in PAGES:
        assert "not fresh" not in said(office, path)
        assert "would be early" not in said(office, path)
    for told in mail(office, tmp_path):
        assert "nothing due in 7 days" in told
        assert f"As of {read}" in told


def test_without_any_source_nothing_is_clear(office: Office) -> None:
    with office.world.database.write() as session:
        sources.remove(session, office.world.connection_id, now=office.world.clock(), actor_id=None)
    assert not any(clear(office).values())
    assert "No source yet" in said(office, "/inbox")


# --- every way in which a source is not fresh ------------------------------------------------


def stale(office: Office) -> None:
    office.world.clock.forward(hours=3)


def stopped(*problems: Exception) -> Callable[[Office], None]:
    def happen(office: Office) -> None:
        for problem in problems:
            office.world.connector.script["things"] = [problem]
            office.world.sync()

    return happen


def paused(office: Office) -> None:
    with office.world.database.write() as session:
        sources.pause(session, office.world.connection_id, paused=True, now=office.world.clock())


def cut_short(office: Office) -> None:
    """Every read ends before the list does, until nothing whole is new enough."""
    office.world.connector.script["things"] = [Page(records=())]
    for _ in range(3):
        assert office.world.sync().outcome != "ok"


def another(office: Office) -> int:
    world = office.world
    with world.database.write() as session:
        added = sources.add(
            session,
            name="Second",
            connector="scripted",
            values={},
            vault=world.syncer.vault,
            now=world.clock(),
        )
    assert added.id is not None
    return added.id


def never_read(office: Office) -> None:
    another(office)


def never_whole(office: Office) -> None:
    office.world.connector.script["things"] = [Page(records=())]
    office.world.syncer.run(another(office), trigger="test")


AWAY = errors.Unavailable("The server does not answer.")
TROUBLES: dict[str, tuple[Callable[[Office], None], str, str]] = {
    "stale": (stale, "Scripted", "was last read {read}"),
    "failing": (stopped(AWAY, AWAY, AWAY), "Scripted", "has been failing since {hour}, last"),
    "needs sign-in": (
        stopped(errors.AuthFailed("The key was revoked.")),
        "Scripted",
        "has needed sign-in since {hour}, last",
    ),
    "broken": (
        stopped(errors.FormatChanged("The list has another shape.")),
        "Scripted",
        "has been unreadable since {hour}, last",
    ),
    "paused": (paused, "Scripted", "is paused, last"),
    "cut short": (cut_short, "Scripted", "was last read {read}"),
    "never read": (never_read, "Second", "has not been read to its end yet"),
    "never whole": (never_whole, "Second", "has not been read to its end yet"),
}
STATES = {"cut short": "stale", "never read": "first sync pending"}
STATES["never whole"] = STATES["never read"]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_nothing_is_clear_while_a_source_is_not_fresh_and_every_page_says_which_and_how_old(
    office: Office, tmp_path: Path, trouble: str
) -> None:
    read = office.world.clock()
    happen, name, words = TROUBLES[trouble]
    happen(office)
    state = STATES.get(trouble, trouble)
    sentence = words.format(read=clock_words(read), hour=clock_words(read + timedelta(hours=1)))

    assert not any(clear(office).values())
    for path in (*EMPTY, *PAGES):
        told = said(office, path)
        assert f"{name} {sentence}" in told, path
        if name == "Scripted":
            assert f"read {clock_words(read)}" in told, path
    assert f'title="{state}' in office.page(UTC, "/programs")  # the dot in the navigation
    for text in mail(office, tmp_path):
        assert "nothing due" not in text
        assert "1 source not fresh" in text
        assert re.search(rf"{re.escape(name)}\s+{state}", text)
    known = {one["name"]: one for one in feed_sources(office)}
    assert (known[name]["stale"], known[name]["state"]) == (True, state)
    assert all(not one["stale"] for other, one in known.items() if other != name)


def feed_sources(office: Office) -> list[dict[str, object]]:
    office.feed()  # makes the token
    headers = {"Authorization": f"Bearer {office._token}"}
    told = office.client.get("/feed.json", headers=headers).json()
    found: list[dict[str, object]] = told["_partner_inbox"]["sources"]
    return found


def test_a_whole_read_makes_all_clear_again(office: Office) -> None:
    cut_short(office)
    assert not any(clear(office).values())
    office.sync()
    assert all(clear(office).values())


# --- by time alone ---------------------------------------------------------------------------


def writes(office: Office) -> int:
    with office.world.database.read() as session:
        return revision(session)


def test_a_source_goes_stale_on_every_page_at_the_same_moment_though_nothing_is_written(
    office: Office, tmp_path: Path
) -> None:
    """What the pages remember until the next write must not outlive the moment."""
    feed_sources(office)
    before = writes(office)
    office.world.clock.forward(hours=2)  # the second start of its schedule: the last fresh moment
    assert all(clear(office).values())
    assert "not fresh" not in said(office, "/goals")
    assert not any(one["stale"] for one in feed_sources(office))
    assert "nothing due in 7 days" in mail(office, tmp_path)[0]

    office.world.clock.forward(seconds=1)
    assert not any(clear(office).values())
    for path in PAGES:
        assert "Scripted was last read" in said(office, path)
        assert 'title="stale, ' in office.page(UTC, path)
    assert all(one["stale"] for one in feed_sources(office))
    assert "1 source not fresh" in mail(office, tmp_path)[0]
    assert writes(office) == before


# --- beside the numbers ----------------------------------------------------------------------


@pytest.fixture
def busy(office: Office) -> Office:
    """A source that lists one of each."""
    soon = DueDate(on=office.world.clock().date() + timedelta(days=3))
    office.sync(
        deadline("renewal", due=soon, amount=Money(amount=Decimal(900), currency="USD")),
        Goal(
            external_id="goal",
            title="Goal",
            target=Decimal(100),
            actual=Decimal(99),
            unit="points",
            period_start=date(2026, 1, 1),
            period_end=date(2026, 12, 31),
        ),
        ReportingRequirement(external_id="report", title="Report", due=soon),
        Program(external_id="program", title="Select", vendor="Cisco", eligible=True),
    )
    return office


def test_beside_every_number_stands_when_it_was_read(busy: Office, tmp_path: Path) -> None:
    read = clock_words(busy.world.clock())
    busy.world.clock.forward(minutes=30)

    assert f"$900 at stake in 30 days · as of {read}" in said(busy, "/inbox")
    assert re.search(rf"\$900 at risk .* first\s· as of {read}", said(busy, "/today"))
    for path in ("/goals", "/reports", "/programs"):
        assert f"read {read}" in said(busy, path)
        assert f"as of {read}" in said(busy, path)
    assert f"read {read}" in plain(busy.item(UTC, "renewal"))
    assert "none behind pace, as far" not in said(busy, "/goals")
    for text in mail(busy, tmp_path):
        assert f"As of {read}" in text


def test_beside_every_number_of_a_source_that_is_not_fresh_stands_that_it_is_not(
    busy: Office, tmp_path: Path
) -> None:
    read = clock_words(busy.world.clock())
    busy.world.clock.forward(hours=3)

    assert "source not fresh" in said(busy, "/inbox?tab=week")
    assert f"as of {read}" in said(busy, "/inbox?tab=week")
    assert f"Scripted was last read {read}" in said(busy, "/today")
    for path in ("/goals", "/reports", "/programs"):
        assert f"read {read}, source stale" in said(busy, path)
    assert "none behind pace, as far as we can tell" in said(busy, "/goals")
    assert "stale" in plain(busy.item(UTC, "renewal"))
    assert all(entry["source"]["stale"] for entry in busy.feed().values())
    for text in mail(busy, tmp_path):
        assert f"stale, last read {read}" in text


def test_a_read_that_does_not_prove_what_is_gone_confirms_no_item(busy: Office) -> None:
    read = clock_words(busy.world.clock())
    assert f"confirmed {read}, whole list; source read {read}" in words_of(
        busy.item(UTC, "renewal")
    )

    busy.world.connector.completeness = Completeness.UNKNOWN
    page = words_of(busy.item(UTC, "renewal"))

    assert f"Freshness source read {read}" in page
    assert "confirmed" not in page


def test_the_age_of_a_page_is_that_of_its_oldest_source(busy: Office) -> None:
    first = clock_words(busy.world.clock())
    second = another(busy)
    busy.world.clock.forward(minutes=20)
    busy.world.connector.script["things"] = [Complete()]
    busy.world.syncer.run(second, trigger="test")
    assert f"as of {first}" in said(busy, "/inbox")
