"""Who a comment names, and that nobody is ever guessed."""

import pytest

from app.core.mentions import Somebody, doubts, meant, mentions

RIN = Somebody(id=1, name="Rin Sato", email="rin.sato@partner.example")
LENA = Somebody(id=2, name="Lena Meyer", email="lm@partner.example")
OTHER = Somebody(id=3, name="Rin Weber", email="weber@partner.example")
JOSE = Somebody(id=4, name="José Núñez", email="jose@partner.example")
TEAM = (RIN, LENA, JOSE)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@Rin please look", [1]),
        ("please look, @rin", [1]),
        ("(@RIN SATO) and @lm!", [1, 2]),
        ("@rin.sato. @Rin's list. @Rin, @Rin Sato", [1]),
        ("@Jose and @José Núñez", [4]),
        ("@Lena\n@Rin", [2, 1]),
        ("write to rin@rin.example, not @ rin", []),
        ("@Rina @Rin-Marie @rin.meyer @rin@other.example", []),
        ("@here, @Sato", []),
        ("", []),
    ],
)
def test_a_name_is_a_whole_word_however_it_is_written(text: str, who: list[int]) -> None:
    assert list(meant(mentions(text, TEAM))) == who


def test_a_name_that_two_people_have_is_told_and_the_longer_one_decides() -> None:
    found = mentions("@Rin and @Rin Weber and @Rin", (*TEAM, OTHER))

    assert meant(found) == (3,)
    assert list(doubts(found)) == ["@Rin can be Rin Sato or Rin Weber: nobody was told."]


def test_a_name_that_nobody_has_is_told_once() -> None:
    found = mentions("@here @Karen Olsen, and again @here", TEAM)

    assert list(doubts(found)) == [
        "Nobody here is called @here.",
        "Nobody here is called @Karen.",
    ]


def test_where_a_name_stands_is_known() -> None:
    (one,) = mentions("ask @Lena Meyer now", TEAM)

    assert (one.start, one.end, one.text) == (4, 15, "@Lena Meyer")
