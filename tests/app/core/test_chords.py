"""Keys as people write them."""

import pytest

from app.core import chords
from app.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("e", ("e",)),
        ("E", ("e",)),
        ("shift+E", ("Shift+e",)),
        ("⇧e", ("Shift+e",)),
        ("g i", ("g i",)),
        ("j, Down", ("j", "Down")),
        ("j or ↓", ("j", "Down")),
        ("Return", ("Enter",)),
        ("Cmd+K", ("Mod+k",)),
        ("⌘k", ("Mod+k",)),
        ("+", ("+",)),
        ("Comma", ("Comma",)),
        ("ö", ("ö",)),
        ("e, e", ("e",)),
        ("o", ("o",)),
        ("  ", ()),
    ],
)
def test_keys_are_read_however_people_write_them(typed: str, meant: tuple[str, ...]) -> None:
    assert chords.read(typed) == meant
    assert chords.read(chords.write(meant)) == meant


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("Tab", "belongs to the browser, or to tools that read the screen"),
        ("F5", "belongs to the browser"),
        ("Alt+e", "belongs to the browser"),
        ("Ctrl+f", "“Ctrl+f” belongs to the browser."),
        ("Ctrl+Shift+k", "belongs to the browser"),
        ("Shift+/", "Write the character that “Shift+/” types"),
        ("g i t", "more than two keys in a row"),
        ("g Ctrl+k", "Ctrl or Cmd goes with one key"),
        ("a, b, c, d", "At most 3 keys"),
        ("Shift+", "belongs to the browser"),
    ],
)
def test_what_cannot_be_pressed_on_a_page_is_told_in_one_sentence(typed: str, says: str) -> None:
    with pytest.raises(Invalid) as told:
        chords.read(typed)

    assert says in told.value.message


def test_keys_clash_when_they_are_the_same_or_one_begins_the_other() -> None:
    bound = {"one": ("g",), "two": ("g i", "x"), "three": ("x",), "four": ("gi",)}

    assert list(chords.clashes(bound)) == [
        ("one", "two", "g", "g i"),
        ("two", "three", "x", "x"),
    ]


def test_keys_are_shown_as_they_stand_on_a_keyboard() -> None:
    assert chords.caps("g i") == ["g", "i"]
    assert chords.caps("Mod+k") == ["Ctrl k"]
    assert chords.caps("Down") == ["↓"]
    assert chords.caps("+") == ["+"]
