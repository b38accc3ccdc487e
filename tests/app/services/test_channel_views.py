"""What a channel tells of: a saved view as it is now, and nothing unsaid once that is gone."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.errors import Invalid
from app.models import Channel, ChannelKind, RecordedAct, User
from app.services import (
    calendar_feeds,
    channel_health,
    channels,
    digest_views,
    digesting,
    saved,
)
from app.services.deliveries import FAILED_FOR_DAYS, give_up
from app.services.pages import Act
from connectors.sdk.records import Deadline, DueDate
from tests.support.scripted import deadline
from tests.support.told import Team
from tests.support.world import World

CISCO, HP = "Of Cisco", "Of HP"


class Followed(Team):
    """Rin, an admin, and Lee; views of theirs, and channels that follow them."""

    moved = 0

    def does(self, verb: Callable[..., Act], *args: Any, by: int = 0, **more: Any) -> Act:
        self.world.clock.forward(minutes=1)
        with self.database.write() as session:
            who = {"user_id": by or self.rin, "clock": self.world.wall_clock()}
            return verb(session, *args, **who, **more)

    def view(self, query: str, *, by: int = 0, shared: bool = True, name: str = "Ours") -> int:
        """A saved view; its number."""
        self.does(saved.save, name, query, by=by, shared=shared)
        with self.database.read() as session:
            return max(one.id for one in saved.own(session, by or self.rin))

    def changes(self, channel_id: int, query: str) -> None:
        with self.database.write() as session:
            channel = session.get_one(Channel, channel_id)
            settings: dict[str, Any] = {"name": "Hall", "wants": (), "vault": self.vault}
            channels.change(session, channel, query=query, **settings)

    def news(self, channel_id: int) -> list[str]:
        """The titles of what a channel is told of two things of which a date moves."""
        before = len(self._titles(channel_id))
        self.moved += 1
        self.lists(*self.things(self.moved))
        self.world.clock.forward(hours=1)
        return self._titles(channel_id)[before:]

    @staticmethod
    def things(sooner: int = 0) -> list[Deadline]:
        due = DueDate(on=date(2027, 1, 15) - timedelta(days=sooner))
        named = ((CISCO, "Cisco"), (HP, "HP"))
        return [deadline(what, title=what, vendor=vendor, due=due) for what, vendor in named]

    def _titles(self, channel_id: int) -> list[str]:
        return [
            title
            for one in self.ledger(channel_id)
            for title in (
                [one.body["data"]["title"]]
                if "data" in one.body
                else [each["title"] for each in one.body["events"]]
            )
        ]

    def follows(self, view: int, user_id: int) -> None:
        """A person's digest and a calendar of theirs follow the view."""
        with self.database.write() as session:
            kept = digest_views.kept(session, user_id, [f"view={view}"])
            session.get_one(User, user_id).digest_views = kept
            mine = {"query": f"view={view}", "now": self.world.clock()}
            calendar_feeds.add(session, user_id=user_id, name="", **mine)

    def followed(self, view: int, *, by: int = 0) -> str:
        """What somebody reads beside the view on the page of all of them."""
        with self.database.read() as session:
            who = {"user_id": by or self.rin, "clock": self.world.wall_clock()}
            (line,) = (one for one in saved.page(session, **who).lines if one.id == view)
            return line.followed

    def silent(self, user_id: int) -> list[tuple[str, str]]:
        """What a person's digest says of outputs that tell nothing."""
        with self.database.read() as session:
            user = session.get_one(User, user_id)
            made = digesting.compose(session, user, clock=self.world.wall_clock())
        return [(one.name, one.wrong) for one in made.silent]


@pytest.fixture
def team(world: World, tmp_path: Path) -> Followed:
    team = Followed(world, tmp_path)
    team.lists(*team.things())
    return team


def test_a_channel_follows_its_view_when_it_is_changed_renamed_deleted_and_brought_back(
    team: Followed,
) -> None:
    view = team.view("vendor=Cisco")
    tool = team.channel(query=f"view={view}")
    assert team.news(tool) == [CISCO]
    team.does(saved.change, view, "vendor=HP")
    team.does(saved.rename, view, "Theirs")
    assert team.news(tool) == [HP]
    assert team.silent(team.rin) == []

    gone = team.does(saved.delete, view)
    assert team.news(tool) == []
    ((name, wrong),) = team.silent(team.rin)
    assert (name, wrong.partition(",")[0]) == ("Hall", "The view “Ours” was deleted")
    assert team.silent(team.lee) == []
    with team.database.read() as session:
        assert [said for _one, said in channel_health.troubled(session)] == [wrong]

    with team.database.write() as session:
        saved.take_back(session, session.get_one(RecordedAct, int(gone.undo or 0)))
    assert team.news(tool) == [HP]
    assert team.silent(team.rin) == []


def test_another_view_in_the_place_of_a_deleted_one_is_not_it(team: Followed) -> None:
    view = team.view("vendor=Cisco")
    tool = team.channel(query=f"view={view}")
    team.does(saved.delete, view)
    team.view("vendor=HP")
    assert team.news(tool) == []
    assert len(team.silent(team.rin)) == 1

    team.changes(tool, "vendor=HP")
    assert team.news(tool) == [HP]
    assert team.silent(team.rin) == []


def test_before_a_view_is_deleted_its_maker_reads_who_follows_it(team: Followed) -> None:
    view = team.view("vendor=Cisco")
    assert team.followed(view) == ""
    hall = team.channel(query=f"view={view}")
    team.follows(view, team.lee)
    assert team.followed(view) == "The team’s webhook “Hall” and 1 other person follow it."
    assert team.followed(view, by=team.lee) == ""

    team.follows(view, team.rin)
    team.does(saved.share, view, on=False)
    assert team.followed(view) == "Your digest and your calendar “Ours” follow it."

    team.does(saved.share, view, on=True)
    with team.database.write() as session:
        session.delete(session.get_one(Channel, hall))
        for number in range(5):
            mine = {"query": f"view={view}", "now": team.world.clock()}
            calendar_feeds.add(session, user_id=team.rin, name=f"No. {number}", **mine)
    said = team.followed(view)
    assert said.endswith("your calendar “No. 2”, 2 more outputs and 1 other person follow it.")


@pytest.mark.parametrize(
    ("verb", "said", "why"),
    [
        (saved.share, {"on": False}, "no longer shared with the team"),
        (saved.change, {"query": "tab=mine"}, "does not show everybody the same any more"),
        (saved.change, {"query": "owner=me"}, "does not show everybody the same any more"),
    ],
)
def test_a_view_that_is_not_everybodys_any_more_tells_the_team_nothing_and_says_so(
    team: Followed, verb: Callable[..., Act], said: dict[str, Any], why: str
) -> None:
    view = team.view("vendor=Cisco")
    hall = team.channel(ChannelKind.CHAT, query=f"view={view}", wants=["item.due_changed"])
    team.does(verb, view, **said)
    assert team.news(hall) == []
    assert why in team.silent(team.rin)[0][1]


def test_the_team_is_told_only_of_views_that_everybody_sees_and_that_show_the_same(
    team: Followed,
) -> None:
    hidden, mine = team.view("vendor=Cisco", shared=False), team.view("tab=mine", name="Mine")
    for query in (f"view={hidden}", f"view={mine}", f"/inbox?view={mine}", "view=99", "view="):
        with pytest.raises(Invalid):
            team.channel(query=query)
    lees = team.channel(ChannelKind.CHAT, query=f"view={mine}", user_id=team.lee)
    assert team.silent(team.lee) == []
    with pytest.raises(Invalid):
        team.changes(lees, f"view={hidden}")


def test_a_person_is_told_of_their_view_and_once_it_is_gone_only_what_is_theirs_to_mend(
    team: Followed,
) -> None:
    view = team.view("", by=team.lee, shared=False)  # everything, and not what they own
    phone = team.channel(ChannelKind.CHAT, user_id=team.lee, query=f"view={view}")
    assert team.news(phone) == [CISCO, HP]
    team.does(saved.delete, view, by=team.lee)
    assert team.news(phone) == []
    assert team.silent(team.rin) == []
    assert "shared with you" in team.silent(team.lee)[0][1]

    other = team.channel(ChannelKind.CHAT, user_id=team.lee)
    with team.database.write() as session:
        give_up(session, session.get_one(Channel, other), FAILED_FOR_DAYS, now=team.world.clock())
    team.tell()
    (gathered,) = [one for one in team.ledger(phone) if one.state == "waiting"][-1:]
    assert gathered.body["events"][-1]["kind"] == "output.stopped"


def test_a_persons_mail_that_follows_a_view_that_is_gone_stands_in_their_digest(
    team: Followed,
) -> None:
    view = team.view("vendor=Cisco", by=team.rin)
    with team.database.write() as session:
        channels.change(
            session,
            channels.own_mail(session, session.get_one(User, team.lee)),
            **{"name": "Mail", "query": f"view={view}", "wants": (), "vault": team.vault},
        )
    team.news(0)  # of no channel: it is told to mail
    assert [title for _kind, title in team.heard(team.lee)] == [CISCO]
    team.does(saved.share, view, on=False)
    assert [name for name, _wrong in team.silent(team.lee)] == ["Mail at once"]

    with team.database.write() as session:
        session.get_one(User, team.lee).notices_on = False
    assert team.silent(team.lee) == []
