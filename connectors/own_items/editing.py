"""Entries added, replaced and taken out in the text that a person keeps: the rest of it stays.

Comments, blank lines and the order of keys are the person's own, so that only the lines of the one
entry are touched. Pure.
"""

import textwrap
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml

from connectors.own_items.entries import entries_of, lined, slug


class _Quoting(yaml.SafeDumper):
    """Writes a text so that it is read as a text, and one of several lines as such."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value and not value.startswith((" ", "\n")) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _decimal(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:float", f"{value:f}")


_Quoting.add_representer(str, _text)
_Quoting.add_representer(Decimal, _decimal)


def entry_id_of(external_id: str) -> str:
    """The entry that an item of the inbox came from."""
    return external_id.partition("#")[0].partition("/")[0]


def reminder_id(external_id: str) -> str:
    """What the reminder of an item is known by."""
    return f"{external_id}#reminder"


def free_id(text: str, title: str) -> str:
    """An id from a title that no entry has yet."""
    taken = {name for entry in entries_of(text) for name in (entry.id, entry.known_by)}
    wanted = slug(title)[:70]
    names = (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def added(text: str, entry: Mapping[str, Any]) -> str:
    """The text with one more entry at its end; raises ``BadYaml`` where that is not read."""
    return _with(text, _block(entry))


def replaced(text: str, entry_id: str, entry: Mapping[str, Any] | None) -> str:
    """The text with that entry as it is now, or without it; raises ``BadYaml``."""
    return put(text, entry_id, _block(entry) if entry else None)


def blocks(text: str) -> dict[str, str]:
    """Each entry as it is written, with the comments in it, by its id."""
    found, entries = lined(text), entries_of(text)
    if not entries or not _is_block(text):
        return {one.id: _block(found.data[at]) for at, one in enumerate(entries)}
    lines = text.splitlines()
    written = (lines[found.lines[at,] - 1 : found.ends[at,]] for at in range(len(entries)))
    return {
        one.id: textwrap.dedent("\n".join(block)).rstrip() + "\n"
        for one, block in zip(entries, written, strict=True)
    }


def put(text: str, entry_id: str, block: str | None) -> str:
    """The text with that entry as ``block`` has it (see ``blocks``), at its end where there is
    none; None: without it. Raises ``BadYaml``.
    """
    ids = [each.id for each in entries_of(text)]
    if entry_id not in ids:
        return _with(text, block or "")
    at, found = ids.index(entry_id), lined(text)
    if not _is_block(text):
        return _rewritten([*found.data[:at], *_data(block), *found.data[at + 1 :]])
    lines = text.splitlines()
    lines[found.lines[at,] - 1 : found.ends[at,]] = _indented(block or "", text).splitlines()
    return _checked("\n".join(lines).strip("\n") + "\n")


def _with(text: str, block: str) -> str:
    if not entries_of(text):
        return _checked(block)
    if not _is_block(text):
        return _rewritten([*lined(text).data, *_data(block)])
    return _checked(f"{text.rstrip()}\n{_indented(block, text)}")


def _data(block: str | None) -> list[Any]:
    return list(lined(block).data) if block else []


def _is_block(text: str) -> bool:
    """Whether each entry begins with a dash on a line of its own."""
    found = lined(text)
    starts = [text.splitlines()[found.lines[n,] - 1] for n in range(len(found.data))]
    return all(start.lstrip().startswith("- ") for start in starts)


def _indented(block: str, text: str) -> str:
    """As deep as the entries of the text are."""
    first = text.splitlines()[lined(text).lines[0,] - 1]
    return textwrap.indent(block, " " * (len(first) - len(first.lstrip())))


def _block(entry: Mapping[str, Any]) -> str:
    return yaml.dump(
        [dict(entry)], Dumper=_Quoting, sort_keys=False, allow_unicode=True, width=10_000
    )


def _rewritten(entries: list[Any]) -> str:
    return _checked("".join(map(_block, entries)))


def _checked(text: str) -> str:
    entries_of(text)
    return text
