"""What of a comment can be followed."""

import pytest

from app.core.comment_text import fault_of, pieces
from app.core.mentions import Somebody, mentions

RIN = Somebody(id=1, name="Rin Sato", email="rin@partner.example")


@pytest.mark.parametrize(
    ("text", "followed"),
    [
        ("see https://portal.example/a?b=1&c=2#d.", ["https://portal.example/a?b=1&c=2#d"]),
        ("(https://wiki.example/Tier_(gold))", ["https://wiki.example/Tier_(gold)"]),
        ("HTTP://portal.example, http://b.example", ["HTTP://portal.example", "http://b.example"]),
        ("<https://portal.example/>", ["https://portal.example/"]),
        ("javascript:alert(1) ftp://a.example https:// http://", []),
        ("https://rin:pass@portal.example/", []),
        ("https://[broken", []),
    ],
)
def test_an_address_ends_before_the_sentence_does(text: str, followed: list[str]) -> None:
    found = pieces(text)

    assert [piece.href for piece in found if piece.href] == followed
    assert "".join(piece.text for piece in found) == text


def test_an_at_within_an_address_names_nobody() -> None:
    text = "https://portal.example/@Rin told @Rin"
    found = pieces(text, mentions(text, [RIN]))

    assert [(piece.text, piece.names) for piece in found] == [
        ("https://portal.example/@Rin", False),
        (" told ", False),
        ("@Rin", True),
    ]


def test_an_address_that_carries_a_password_is_refused_in_words() -> None:
    assert fault_of("https://portal.example/x") is None
    assert "could read them" in str(fault_of("https://rin:pass@portal.example/"))
    assert "begins with https://" in str(fault_of("javascript:alert(1)"))
