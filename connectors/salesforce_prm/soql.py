"""From what we would like to know to a SOQL statement of fields that exist.

A name comes into a statement only when it is the name of a field in the describe of this org, and
a value only as a date, a checked ID or a word of ours: nothing that anybody typed.
"""

from dataclasses import dataclass
from datetime import date

from connectors.salesforce_prm.metadata import Describe, SObject, resolve


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a stream asks an object for.

    wanted   fields and paths; those that are hidden are left out
    needed   paths without which the list says nothing
    since    the path of a date, and the first day that counts
    whose    the path of the partner account's ID, for where only one account's rows are wanted
    where    further conditions on fields, each as (path, literal), for equality
    """

    object: str
    wanted: tuple[str, ...]
    needed: tuple[str, ...] = ()
    since: tuple[str, date] | None = None
    whose: str | None = None
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Statement:
    """SOQL that this org understands; ``hidden`` are wanted paths that it does not show."""

    object: str
    fields: tuple[str, ...]
    conditions: tuple[str, ...]
    hidden: tuple[str, ...]

    @property
    def rows(self) -> str:
        """Lists the rows. By ID, so that pages follow each other in one order."""
        return f"SELECT {', '.join(self.fields)} {self._from} ORDER BY Id"

    @property
    def count(self) -> str:
        """Counts them."""
        return f"SELECT COUNT() {self._from}"

    @property
    def _from(self) -> str:
        where = f" WHERE {' AND '.join(self.conditions)}" if self.conditions else ""
        return f"FROM {self.object}{where}"


class Hidden(Exception):
    """The list cannot be asked for; the text says why, and ``fix`` what helps."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.fix = fix


GRANT = "Ask the vendor's administrator to let the user read it, if your program has it."


def statement(selection: Selection, describe: Describe, *, account: str | None) -> Statement:
    """The statement for this org; raises ``Hidden`` where there is nothing to ask."""
    described = describe(selection.object)
    if described is None:
        raise Hidden(f"This portal shows the user no {selection.object}.", GRANT)
    for path in selection.needed:
        _seen(path, described, describe)
    conditions = [
        *(_equal(path, literal, described, describe) for path, literal in selection.where),
        *_of_account(selection, account, described, describe),
        *_recent(selection, described, describe),
    ]
    known = {path: resolve(path, described, describe) for path in selection.wanted}
    return Statement(
        object=selection.object,
        fields=("Id", *(path for path, field in known.items() if field and path != "Id")),
        conditions=tuple(conditions),
        hidden=tuple(path for path, field in known.items() if not field),
    )


def _seen(path: str, described: SObject, describe: Describe) -> str:
    if resolve(path, described, describe) is None:
        raise Hidden(f"This portal shows the user no field {path} of {described.name}.", GRANT)
    return path


def _filtered(path: str, described: SObject, describe: Describe) -> str:
    """The type of a field that rows can be chosen by."""
    field = resolve(path, described, describe)
    if field is None or not field.filterable:
        raise Hidden(
            f"This portal does not let the user choose {described.name} by its field {path}.", GRANT
        )
    return field.type


def _equal(path: str, literal: str, described: SObject, describe: Describe) -> str:
    _filtered(path, described, describe)
    return f"{path} = {literal}"


def _of_account(
    selection: Selection, account: str | None, described: SObject, describe: Describe
) -> list[str]:
    if selection.whose is None or account is None:
        return []
    return [_equal(selection.whose, f"'{account}'", described, describe)]


def _recent(selection: Selection, described: SObject, describe: Describe) -> list[str]:
    if selection.since is None:
        return []
    path, first = selection.since
    kind = _filtered(path, described, describe)
    if kind not in ("date", "datetime"):
        raise Hidden(
            f"The field {path} of {described.name} is no date.",
            "Choose a field that is a date: the check of this connection lists them.",
        )
    return [f"{path} >= {first}{'T00:00:00Z' if kind == 'datetime' else ''}"]
