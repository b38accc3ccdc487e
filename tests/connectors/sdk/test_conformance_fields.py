"""Fields that stand in no record are tried together, and one that does harm is still found."""

from typing import Any

import msgspec
import pytest

from connectors.sdk.conformance import Outcome, run
from connectors.sdk.connector import Page, ReadContext
from connectors.sdk.records import Deadline
from connectors.sdk.sandbox import SandboxClock
from tests.connectors.sdk.northwind.connector import Api, Northwind, NorthwindConfig
from tests.connectors.sdk.northwind.sandbox import Sandbox

EXTRA = {
    **{f"extra{number}": f"unused {number}" for number in range(11)},
    "flag": True,
    "none": None,
    "count": 48151623,
    "parts": [{"kind": "unused part"}, {"kind": "another"}],
    "deep": {"one": {"two": "unused below"}},
}
TEXTS = ["extra0", "extra4", "extra7", "extra10", "parts.0.kind", "deep.one.two"]
FIELDS = [*TEXTS, "flag", "none", "count", "parts", "deep", "deep.one"]


class Chatty(Sandbox):
    """Its renewals have many fields that the connector makes nothing of."""

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        super().__init__(clock, seed=seed, size=size)
        for row in list(self.renewals):
            self.renewals.change(row["id"], **EXTRA)


def at(row: Any, field: str) -> Any:
    """What the row holds there; None where nothing is."""
    for key in field.split("."):
        if isinstance(row, list):
            row = row[int(key)] if row else None
        else:
            row = row.get(key, "gone") if isinstance(row, dict) else None
    return row


class Reader(Northwind):
    """Looks at one more field."""

    def __init__(self, field: str, kind: type["Looking"]) -> None:
        self.field, self.kind = field, kind

    def api(self, config: NorthwindConfig, context: ReadContext) -> Api:
        api = self.kind(config, context)
        api.field = self.field
        return api


class Looking(Api):
    field: str


class Stumbles(Looking):
    """Gives up the page when the field is not as ever."""

    def page(self, items: list[Any], make: Any, number: int, noun: str) -> Page:
        for item in items:
            known = isinstance(item, dict) and noun == "renewal"
            if known and at(item, self.field) != at(EXTRA, self.field):
                raise TypeError(self.field)
        return super().page(items, make, number, noun)


class Loses(Looking):
    """Leaves a row out without a word when the field is not as ever."""

    def page(self, items: list[Any], make: Any, number: int, noun: str) -> Page:
        kept = [
            item
            for item in items
            if noun != "renewal"
            or not isinstance(item, dict)
            or at(item, self.field) == at(EXTRA, self.field)
        ]
        return super().page(kept, make, number, noun)


class Repeats(Looking):
    """Says what the field holds as it stands, once it is worth saying."""

    def renewal(self, row: Any) -> Deadline:
        found, said = super().renewal(row), str(at(row, self.field))
        return msgspec.structs.replace(found, title=said) if "alert" in said else found


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(("kind", "text"), [(Stumbles, "whole read fails"), (Loses, "vanished")])
def test_a_field_that_matters_only_when_it_is_damaged_is_found(
    field: str, kind: type[Looking], text: str
) -> None:
    (result,) = run(Reader(field, kind), Chatty, only={"C10"})
    assert result.outcome is Outcome.FAILED
    assert text in result.text
    assert f"/v1/renewals: {field.partition('.')[0]}" in result.text


@pytest.mark.parametrize("field", TEXTS)
def test_a_field_that_matters_only_when_it_is_hostile_is_found(field: str) -> None:
    (result,) = run(Reader(field, Repeats), Chatty, only={"C20"})
    assert result.outcome is Outcome.FAILED
    assert "title is not plain text" in result.text


def test_fields_of_which_nothing_is_made_are_fine() -> None:
    results = list(run(Northwind(), Chatty, only={"C10", "C20"}))
    assert [result.outcome for result in results] == [Outcome.PASSED] * 2
