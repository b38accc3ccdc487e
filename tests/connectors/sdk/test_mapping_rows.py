"""One bad row costs itself, and says so in a sentence."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sdk.errors import FormatChanged
from connectors.sdk.mapping import due_of, paged, rows
from connectors.sdk.records import AnyRecord, Category, Contact, Deadline


def renewal(row: dict[str, Any]) -> Deadline:
    return Deadline(
        external_id=str(row["renewalId"]),
        title=row["title"],
        category=Category.RENEWAL,
        due=due_of(row["expirationDate"], field="expirationDate"),
    )


def page(*items: Any) -> Any:
    return rows(
        items,
        renewal,
        where="page 3",
        external_id=lambda row: str(row["renewalId"]),
        noun="renewal",
        expected=len(items),
    )


GOOD = {"renewalId": 1, "title": "Contoso", "expirationDate": "2023-07-04T00:00:00"}
BAD_DATE = {
    "renewalId": 4419005,
    "title": "Fabrikam",
    "expirationDate": "31/31/2023",
    "value": Decimal("12.50"),
}


@pytest.mark.promise("P9")
def test_a_bad_row_is_quarantined_and_the_others_stay() -> None:
    found = page(GOOD, BAD_DATE, {**GOOD, "renewalId": 3})
    assert [record.external_id for record in found.records] == ["1", "3"]
    assert found.expected == 3
    (row,) = found.quarantined
    assert row.reason == "renewal 4419005: field expirationDate is not a date: '31/31/2023'"
    assert row.where == "page 3 row 2"
    assert row.external_id == "4419005"
    assert json.loads(row.raw) == {**BAD_DATE, "value": 12.5}
    assert '"value":12.50' in row.raw


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"renewalId": 7, "title": "x"}, "renewal 7: field expirationDate is missing"),
        ({"title": "x"}, "page 3 row 1: field renewalId is missing"),
        (
            {**GOOD, "title": 5},
            (
                "renewal 1: what it gives is not a valid record: "
                "Expected `str`, got `int` - at `$.title`"
            ),
        ),
        (
            {**GOOD, "title": "  "},
            "renewal 1: what it gives is not a valid record: title is blank",
        ),
        (
            None,
            "page 3 row 1: it is not shaped as expected ('NoneType' object is not subscriptable)",
        ),
        (17, "page 3 row 1: it is not shaped as expected ('int' object is not subscriptable)"),
        (
            [],
            (
                "page 3 row 1: it is not shaped as expected "
                "(list indices must be integers or slices, not str)"
            ),
        ),
    ],
)
def test_the_reason_is_a_sentence_that_names_the_row(row: Any, reason: str) -> None:
    (bad,) = page(row).quarantined
    assert bad.reason == reason


def test_a_row_that_is_text_is_kept_as_it_came() -> None:
    assert page('{"renewalId": 1').quarantined[0].raw == '{"renewalId": 1'


def test_a_huge_row_is_kept_in_part() -> None:
    (bad,) = page({**GOOD, "expirationDate": "x" * 1_000_000}).quarantined
    assert len(bad.raw) < 8_100
    assert bad.raw.endswith("characters more)")
    assert len(bad.reason) < 200


def test_a_row_that_no_encoding_takes_is_still_kept() -> None:
    found = page({**GOOD, "title": "\ud800"})
    assert not found.records
    assert found.quarantined[0].raw.encode("utf-8")
    assert found.quarantined[0].reason.encode("utf-8")


def test_a_row_with_a_character_that_no_database_takes_is_quarantined() -> None:
    for bad in ({**GOOD, "renewalId": "a\x00b"}, {**GOOD, "title": "Con\x00toso"}):
        (row,) = page(bad).quarantined
        assert "a text in it holds a NUL character" in row.reason
        assert "\x00" not in f"{row.raw}{row.external_id}"
    assert page({**GOOD, "title": r"a backslash, then \u0000"}).records


def test_the_id_of_a_bad_row_is_the_platforms_own_to_the_letter() -> None:
    (row,) = page({"renewalId": "A  7 " + "x" * 300}).quarantined
    assert row.external_id == "A  7 " + "x" * 300


def test_a_row_may_give_nothing_or_several_records() -> None:
    def make(row: int) -> Iterator[AnyRecord] | None:
        if not row:
            return None
        return (Contact(external_id=f"{row}-{n}", title="Ann") for n in range(row))

    found = rows([0, 1, 2], make, where="page 1")
    assert [record.external_id for record in found.records] == ["1-0", "2-0", "2-1"]


def test_records_that_a_row_gave_before_it_broke_stay() -> None:
    def make(row: dict[str, Any]) -> Iterator[AnyRecord]:
        yield Contact(external_id="ann", title="Ann")
        yield renewal(row)

    found = rows([BAD_DATE], make, where="page 1")
    assert [record.external_id for record in found.records] == ["ann"]
    assert len(found.quarantined) == 1


def test_a_platform_error_is_not_a_row_error() -> None:
    def make(row: int) -> AnyRecord:
        raise FormatChanged("The detail page has no body.")

    with pytest.raises(FormatChanged):
        rows([1], make, where="page 1")


def test_a_list_of_several_pages_keeps_its_places_and_its_total() -> None:
    listed = [([GOOD], 3), ([GOOD, BAD_DATE], 3)]

    first, second = paged(
        listed, renewal, external_id=lambda row: str(row["renewalId"]), noun="renewal"
    )

    assert [len(one.records) for one in (first, second)] == [1, 1]
    assert (first.expected, second.expected) == (3, 3)
    (bad,) = second.quarantined
    assert (bad.where, bad.external_id) == ("page 2 row 2", str(BAD_DATE["renewalId"]))
    assert bad.reason.startswith("renewal ")


@pytest.mark.promise("P9")
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_row_whatever_it_holds_stops_the_others(row: Any) -> None:
    found = page(GOOD, row, GOOD)
    assert len(found.records) == 2
    assert len(found.quarantined) == 1
    assert found.quarantined[0].reason
