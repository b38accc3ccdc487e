"""What people write about an item, whom they name, and taking it back."""

from dataclasses import dataclass
from typing import Any

import pytest

from app.errors import Conflict, Invalid, NotFound
from app.services import accounts, comments, undoing
from app.services.pages import Act, CommentLine
from tests.support.scripted import deadline
from tests.support.world import START, World


@dataclass
class Talk:
    """Rin, Lena and another Rin in front of one item."""

    world: World
    rin: int
    lena: int
    other: int

    @property
    def item(self) -> int:
        return self.world.items()["1"].id or 0

    def act(self, verb: Any, *args: Any, by: int = 0, **more: Any) -> Act:
        with self.world.database.write() as session:
            clock = self.world.wall_clock()
            made: Act = verb(session, *args, user_id=by or self.rin, clock=clock, **more)
        return made

    def say(self, text: str, **more: Any) -> Act:
        return self.act(comments.add, self.item, text, **more)

    def read(self, by: int = 0) -> tuple[CommentLine, ...]:
        with self.world.database.read() as session:
            return comments.of_item(session, self.item, user_id=by or self.rin)

    def texts(self) -> list[str]:
        return ["".join(piece.text for piece in line.pieces) for line in self.read()]

    def unseen(self, who: int) -> int:
        with self.world.database.read() as session:
            return comments.unseen(session, who)


@pytest.fixture
def talk(world: World) -> Talk:
    world.connector.lists(deadline(1))
    world.sync()
    people = (("rin@partner.example", "Rin Sato"), ("lm@partner.example", "Lena Meyer"))
    ids = []
    with world.database.write() as session:
        for email, name in (*people, ("weber@partner.example", "Rin Weber")):
            ids.append(accounts.add_user(session, email=email, name=name, now=START).id or 0)
    return Talk(world, *ids)


def test_comments_stand_in_their_order_as_they_were_written(talk: Talk) -> None:
    longest = "x" * comments.LONGEST
    for text in (" call Karen \r\ntoday \n", "<b>&amp;</b> 🎉", longest):
        talk.say(text)

    assert talk.texts() == ["call Karen \ntoday", "<b>&amp;</b> 🎉", longest]
    assert [line.mine for line in talk.read(by=talk.lena)] == [False] * 3


def test_a_comment_says_something_of_a_bearable_length_about_something(talk: Talk) -> None:
    for text in ("", " \n\t ", "x" * (comments.LONGEST + 1)):
        with pytest.raises(Invalid) as refused:
            talk.say(text)
        assert "text" in refused.value.fields
    with pytest.raises(NotFound):
        talk.act(comments.add, 4711, "x")


def test_who_is_named_is_told_and_who_is_not_sure_is_not(talk: Talk) -> None:
    act = talk.say("@lena please ask @Rin, or @Karen; I am @Rin Sato")

    assert act.said == (
        "Commented. @Rin can be Rin Sato or Rin Weber: nobody was told. "
        "Nobody here is called @Karen."
    )
    assert [talk.unseen(who) for who in (talk.rin, talk.lena, talk.other)] == [0, 1, 0]
    (line,) = talk.read()
    assert [piece.text for piece in line.pieces if piece.names] == ["@lena"]


def test_who_was_ticked_is_named_before_the_text_once(talk: Talk) -> None:
    talk.say("look at this, @lm", tell=[talk.lena, talk.other, 4711])

    assert talk.texts() == ["@Rin Weber look at this, @lm"]
    assert [talk.unseen(talk.lena), talk.unseen(talk.other)] == [1, 1]


def test_of_two_with_one_name_the_ticked_one_is_told(talk: Talk) -> None:
    with talk.world.database.write() as session:
        accounts.user(session, talk.other).name = "Rin Sato"
    act = talk.say("look at this", by=talk.lena, tell=[talk.other])

    assert act.said == "Commented"
    assert talk.texts() == ["@weber look at this"]
    assert [talk.unseen(talk.rin), talk.unseen(talk.other)] == [0, 1]


def test_an_undone_comment_is_gone_and_tells_nobody(talk: Talk) -> None:
    act = talk.say("@lena wrong item")
    talk.act(undoing.undo, act.undo)

    assert (talk.read(), talk.unseen(talk.lena)) == ((), 0)
    with pytest.raises(Conflict):
        talk.act(undoing.undo, act.undo)


def test_a_withdrawn_comment_leaves_a_line_without_its_text_and_can_come_back(talk: Talk) -> None:
    talk.say("@lena the password is on the wall")
    (line,) = talk.read()
    act = talk.act(comments.withdraw, line.id)

    (gone,) = talk.read(by=talk.lena)
    assert (gone.withdrawn, gone.pieces, gone.who) == (True, (), "Rin Sato")
    assert talk.unseen(talk.lena) == 0
    with pytest.raises(Conflict):
        talk.act(comments.withdraw, line.id)

    talk.act(undoing.undo, act.undo)
    assert talk.texts() == ["@lena the password is on the wall"]
    assert talk.unseen(talk.lena) == 1


def test_only_ones_own_comment_can_be_withdrawn(talk: Talk) -> None:
    talk.say("mine")
    (line,) = talk.read()
    for not_a_comment, who in ((line.id, talk.lena), (line.id - 1, talk.rin), (4711, talk.rin)):
        with pytest.raises(NotFound):
            talk.act(comments.withdraw, not_a_comment, by=who)
    assert talk.texts() == ["mine"]


def test_opening_the_item_settles_all_its_mentions_of_that_person(talk: Talk) -> None:
    talk.say("@lena one")
    talk.say("@lena two, @weber")
    with talk.world.database.write() as session:
        assert comments.mentioned(session, talk.item, user_id=talk.lena)
        comments.seen(session, talk.item, user_id=talk.lena, now=talk.world.clock())
        assert not comments.mentioned(session, talk.item, user_id=talk.lena)
    talk.say("@lena three")

    assert [talk.unseen(talk.lena), talk.unseen(talk.other)] == [1, 1]
    with talk.world.database.read() as session:
        found = comments.mentions_of(session, talk.lena, limit=2)
        new, count = comments.unseen_of(session, [talk.lena], most=9)[talk.lena]
    assert [(one.text, one.seen) for one in found] == [
        ("@lena three", False),
        ("@lena two, @weber", True),
    ]
    assert ([one.text for one in new], count) == (["@lena three"], 1)
