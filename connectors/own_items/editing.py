"""Entries added, replaced and taken out in the text that a person keeps: the rest of it stays.

Comments, blank lines and the order of keys are the person's own, so that only the lines of the one
entry are touched. Pure.
"""

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
    if not entries_of(text):
        return _checked(_block(entry, 0))
    if not _is_block(text):
        return _rewritten([*lined(text).data, dict(entry)])
    return _checked(f"{text.rstrip()}\n{_block(entry, _indent(text))}")


def replaced(text: str, entry_id: str, entry: Mapping[str, Any] | None) -> str:
    """The text with that entry as it is now, or without it; raises ``BadYaml``."""
    at = [each.id for each in entries_of(text)].index(entry_id)
    found = lined(text)
    if not _is_block(text):
        kept = [dict(entry or {}) if number == at else one for number, one in enumerate(found.data)]
        return _rewritten([one for one in kept if one])
    lines = text.splitlines()
    block = _block(entry, _indent(text)).splitlines() if entry else []
    lines[found.lines[at,] - 1 : found.ends[at,]] = block
    return _checked("\n".join(lines).strip("\n") + "\n")


def _is_block(text: str) -> bool:
    """Whether each entry begins with a dash on a line of its own."""
    found = lined(text)
    starts = [text.splitlines()[found.lines[n,] - 1] for n in range(len(found.data))]
    return all(start.lstrip().startswith("- ") for start in starts)


def _indent(text: str) -> int:
    first = text.splitlines()[lined(text).lines[0,] - 1]
    return len(first) - len(first.lstrip())


def _block(entry: Mapping[str, Any], indent: int) -> str:
    written = yaml.dump(
        [dict(entry)], Dumper=_Quoting, sort_keys=False, allow_unicode=True, width=10_000
    )
    return "".join(f"{' ' * indent}{line}" if line.strip() else line for line in _lines(written))


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _rewritten(entries: list[Any]) -> str:
    return _checked("".join(_block(entry, 0) for entry in entries))


def _checked(text: str) -> str:
    entries_of(text)
    return text
