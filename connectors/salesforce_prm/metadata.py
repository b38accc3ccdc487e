"""What an object of this org has, as far as this user may see it: Salesforce's describe."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sdk.errors import FormatChanged
from connectors.sdk.mapping import text_of


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field. ``parent`` is the object that it leads to under ``relationship``, where that is
    one object only: what a field of several kinds of parents has cannot be told.
    """

    name: str
    type: str
    label: str = ""
    filterable: bool = False
    relationship: str | None = None
    parent: str | None = None

    @property
    def is_own(self) -> bool:
        """Whether it is the vendor's own or a package's, and not Salesforce's."""
        return self.name.endswith("__c")


@dataclass(frozen=True, kw_only=True)
class SObject:
    """One object and those of its fields that this user may see."""

    name: str
    fields: Mapping[str, Field]

    def leading_to(self, relationship: str) -> Field | None:
        """The reference behind ``Budget`` in ``Budget.EndDate``."""
        found = (f for f in self.fields.values() if f.relationship == relationship)
        return next(found, None)

    def of_types(self, types: Collection[str]) -> list[Field]:
        """Its fields of these types, those of the vendor's own first."""
        found = [field for field in self.fields.values() if field.type in types]
        return sorted(found, key=lambda field: not field.is_own)


Describe = Callable[[str], SObject | None]
"""An object by its name; None where the user sees no such object."""


def sobject(body: Any, name: str) -> SObject | None:
    """An object from its describe answer; None where it cannot be queried.

    A field in it that cannot be understood is as good as hidden.
    """
    listed = body.get("fields") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        raise FormatChanged(f"Salesforce describes {name} without its fields.")
    if body.get("queryable") is False:
        return None
    fields = [_field(each) for each in listed if isinstance(each, dict)]
    return SObject(name=name, fields={field.name: field for field in fields if field.name})


def _field(described: Mapping[str, Any]) -> Field:
    parents = described.get("referenceTo")
    one = parents[0] if isinstance(parents, list) and len(parents) == 1 else None
    return Field(
        name=_text(described.get("name")) or "",
        type=_text(described.get("type")) or "",
        label=_text(described.get("label")) or "",
        filterable=described.get("filterable") is True,
        relationship=_text(described.get("relationshipName")),
        parent=_text(one),
    )


def _text(value: Any) -> str | None:
    return text_of(value, limit=255) if isinstance(value, str) else None


def resolve(path: str, start: SObject, describe: Describe) -> Field | None:
    """The field at the end of a path such as ``Budget.EndDate``; None where a step is hidden."""
    *steps, last = path.split(".")
    here: SObject | None = start
    for step in steps:
        reference = here.leading_to(step) if here else None
        here = describe(reference.parent) if reference and reference.parent else None
    return here.fields.get(last) if here else None
