"""Deadlines that follow from funds and certifications."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.core.derive import deadline_of, derived_ids
from app.core.storable import bad_id
from connectors.sdk.records import (
    AnyRecord,
    Category,
    Certification,
    Contact,
    Deadline,
    DueDate,
    DueInstant,
    Fund,
    Money,
    Program,
    validate,
)

LAPSES = DueDate(on=date(2027, 2, 14), zone="America/New_York", raw="14-Feb-27")


def fund(**said: Any) -> Fund:
    values = {"external_id": "f1", "title": "Co-op H1", "currency": "USD", "lapses": LAPSES}
    return Fund(**{**values, **said})


def certification(**said: Any) -> Certification:
    values = {"external_id": "c1", "title": "Architect", "expires": LAPSES}
    return Certification(**{**values, **said})


def derived(record: AnyRecord) -> Deadline:
    found = deadline_of(record)
    assert found is not None
    return validate(found)


def test_a_fund_that_lapses_asks_to_be_used_with_what_is_left() -> None:
    found = derived(
        fund(
            allocated=Decimal(20000),
            remaining=Decimal(18400),
            vendor="Fortinet",
            program="Engage",
            status="open",
            url="https://portal.example/f1",
        )
    )

    assert (found.title, found.category) == (
        "Use Co-op H1 before it lapses",
        Category.FUND_CLAIM,
    )
    assert (found.amount, found.amount_label) == (Money(Decimal(18400), "USD"), "lapses")
    assert (found.vendor, found.program, found.status) == ("Fortinet", "Engage", "open")
    assert found.url == "https://portal.example/f1"
    assert not found.closed


def test_a_certification_that_expires_names_its_holder() -> None:
    named, nameless = derived(certification(person="Julia")), derived(certification())

    assert (named.title, named.category) == ("Architect expires — Julia", Category.CERTIFICATION)
    assert nameless.title == "Architect expires"
    assert named.amount is None


@pytest.mark.parametrize("due", [LAPSES, DueInstant(at=datetime(2027, 2, 14, 17, tzinfo=UTC))])
def test_the_date_stays_as_the_source_gave_it(due: DueDate | DueInstant) -> None:
    assert derived(fund(lapses=due)).due == due
    assert derived(certification(expires=due)).due == due


def test_what_is_derived_says_so_and_from_what() -> None:
    assert derived(fund()).derived_from == "fund f1"
    assert derived(certification()).derived_from == "certification c1"


def test_its_id_is_the_records_own_whatever_else_changes() -> None:
    before = derived(fund())
    after = derived(fund(title="Co-op", remaining=Decimal(1), lapses=DueDate(on=date(2028, 1, 1))))

    assert before.external_id == after.external_id
    assert before.external_id in derived_ids("f1")
    assert derived(certification(external_id="f1")).external_id in derived_ids("f1")
    assert derived(certification(external_id="f1")).external_id != before.external_id


@pytest.mark.parametrize(
    "record",
    [
        fund(lapses=None),
        certification(expires=None),
        Program(external_id="p", title="Engage", period_end=date(2027, 1, 1)),
        Contact(external_id="k", title="Karen"),
        Deadline(external_id="d", title="Renew", due=LAPSES),
    ],
)
def test_without_a_date_that_ends_something_nothing_is_derived(record: AnyRecord) -> None:
    assert deadline_of(record) is None


@pytest.mark.parametrize(
    ("said", "amount", "label", "closed"),
    [
        pytest.param(
            {"allocated": 20000}, 20000, "allocated", False, id="what is left is not told"
        ),
        pytest.param({"allocated": 20000, "claimed": 5000}, 20000, "allocated", False, id="nor so"),
        pytest.param({"allocated": 20000, "remaining": 0}, 0, "lapses", True, id="all used"),
        pytest.param({"remaining": -12}, -12, "lapses", True, id="more than all used"),
        pytest.param({}, None, None, False, id="no amount at all"),
    ],
)
def test_only_what_the_source_says_is_left_is_said_to_lapse(
    said: dict[str, int], amount: int | None, label: str | None, closed: bool
) -> None:
    found = derived(fund(**{name: Decimal(value) for name, value in said.items()}))

    assert (found.amount.amount if found.amount else None) == amount
    assert (found.amount_label if found.amount else None) == label
    assert found.closed == closed


@pytest.mark.parametrize("length", [1, 480, 487, 488, 500])
def test_an_id_of_any_length_that_a_record_may_have_gives_ids_of_a_length_that_it_may_have(
    length: int,
) -> None:
    one, other = "x" * (length - 1) + "1", "x" * (length - 1) + "2"
    ids = [*derived_ids(one), *derived_ids(other)]

    assert [bad_id(id_) for id_ in ids] == [None] * 4
    assert len(set(ids)) == 4
    assert derived_ids(one) == (
        derived(fund(external_id=one)).external_id,
        derived(certification(external_id=one)).external_id,
    )


def test_an_id_stays_what_it_was_in_every_release() -> None:
    assert derived_ids("f1") == ("derived:fund:f1", "derived:certification:f1")
    fund_id, _ = derived_ids("x" * 500)
    assert fund_id == f"derived:fund:{'x' * 454}:3228a29addb7abe36f5ebfebea42f3e8"
