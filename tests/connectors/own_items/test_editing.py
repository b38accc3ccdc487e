"""A person's own text of entries: one entry changes, every other line stays."""

from decimal import Decimal

import pytest

from connectors.own_items import editing
from connectors.own_items.entries import entries_of
from connectors.sdk.lines import BadYaml

TEXT = """# what we owe
- title: First   # the oldest
  date: 2026-01-01

# about the second
- id: two
  title: Second
  note: |
    several
    lines
  date: 2026-02-01
- title: Third
  date: 2026-03-01
"""
NEW = {"title": "New: one", "date": "2026-04-01", "amount": Decimal("10.50"), "note": "a\n\nb"}


def titles(text: str) -> list[str]:
    return [entry.title for entry in entries_of(text)]


def test_an_entry_comes_behind_the_others_and_touches_no_line() -> None:
    text = editing.added(TEXT, NEW)

    assert text.startswith(TEXT)
    added = entries_of(text)[-1]
    assert (added.title, added.amount, added.note) == ("New: one", Decimal("10.50"), "a\n\nb")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[]"])
def test_the_first_entry_needs_no_list(text: str) -> None:
    assert titles(editing.added(text, NEW)) == ["New: one"]


def test_an_indented_list_stays_indented() -> None:
    text = "  - title: a\n    date: 2026-01-01\n"

    assert editing.added(text, NEW).startswith(text + "  - title: 'New: one'\n")
    assert titles(editing.replaced(text, "a", NEW)) == ["New: one"]


def test_only_the_lines_of_the_entry_are_replaced() -> None:
    text = editing.replaced(TEXT, "two", {"id": "two", "title": "Other", "date": "2026-02-02"})

    assert titles(text) == ["First", "Other", "Third"]
    assert "# what we owe\n- title: First   # the oldest" in text
    assert "# about the second\n- id: two\n  title: Other\n" in text


@pytest.mark.parametrize("entry_id", ["first", "two", "third"])
def test_only_the_lines_of_the_entry_are_taken_out(entry_id: str) -> None:
    text = editing.replaced(TEXT, entry_id, None)

    assert len(entries_of(text)) == 2
    assert entry_id not in {entry.id for entry in entries_of(text)}
    assert "# what we owe" in text


def test_the_last_entry_leaves_an_empty_list() -> None:
    assert titles(editing.replaced("- title: a\n  date: 2026-01-01\n", "a", None)) == []


def test_a_list_on_one_line_is_written_anew() -> None:
    text = "[{title: a, date: 2026-01-01}, {title: b, date: 2026-01-01}]"

    assert titles(editing.added(text, NEW)) == ["a", "b", "New: one"]
    assert titles(editing.replaced(text, "a", None)) == ["b"]


def test_a_text_that_means_something_in_yaml_stays_that_text() -> None:
    for title in (
        "null",
        "true",
        "5",
        "- x",
        "a: b",
        "# c",
        "'",
        '"',
        "&a",
        "2026-01-01",
        "é ü 漢",
    ):
        entry = {"id": "x", "title": title, "date": "2026-04-01"}
        assert titles(editing.added("", entry)) == [title]


def test_what_is_no_entry_is_refused() -> None:
    with pytest.raises(BadYaml):
        editing.added(TEXT, {"title": "no date"})


def test_an_id_is_free() -> None:
    assert editing.free_id(TEXT, "First!") == "first-2"
    assert editing.free_id(TEXT, "Ünïcode 漢字") == "n-code"
    assert editing.entry_id_of("two/2026-Q1#reminder") == "two"
