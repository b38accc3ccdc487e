"""Paging: in every order and group the pages together are the whole list, and nothing twice."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services import inbox, listing, orders
from app.services.pages import TABS, Row, View
from app.services.pages.views import GROUPINGS, SORTS
from connectors.sdk.records import AnyRecord, Deadline, DueDate, Money
from tests.support.world import START, World

NAMES = ("Cisco", "cisco", "AWS", "Élan", "zeta", "Zeta", "", "a" * 400, "東京")
SAME_DAY = START.date() + timedelta(days=3)


def told(number: int) -> AnyRecord:
    """The numbers repeat with strides that have no divisor in common: ties of every sort."""
    vendor, program = NAMES[number % 9], NAMES[number * 2 % 7]
    amount = Decimal(number * 7 % 5 * 1000) if number % 4 else None
    return Deadline(
        external_id=f"{number}",
        title=f"{NAMES[number % 5]} thing {number % 3}".strip(),
        vendor=vendor or None,
        program=program or None,
        due=DueDate(on=SAME_DAY + timedelta(days=number % 3)) if number % 6 else None,
        amount=None
        if amount is None
        else Money(amount=amount, currency=("USD", "EUR", None)[number % 3]),
    )


@pytest.fixture
def office(world: World) -> World:
    """Forty items in two syncs, so that two instants tie forty changes."""
    world.connector.lists(*map(told, range(25)))
    world.sync()
    world.connector.lists(*map(told, range(40)))
    world.sync()
    return world


def pages(world: World, person: int, view: View, limit: int) -> Iterator[list[Row]]:
    after = ""
    with world.database.read() as session:
        while True:
            page = inbox.inbox_page(
                session, view, user_id=person, clock=world.wall_clock(), after=after, limit=limit
            )
            yield [row for group in page.groups for row in group.rows]
            if page.after is None:
                return
            after = page.after


def test_pages_together_are_the_whole_list_and_nothing_twice(office: World, person: int) -> None:
    for sort, group in product(SORTS, GROUPINGS):
        view = View(sort=sort, group=group)
        (whole,) = pages(office, person, view, 500)
        assert len({row.id for row in whole}) == 40, view
        for limit in (1, 7):
            paged = [row for page in pages(office, person, view, limit) for row in page]
            assert paged == whole, view


def test_each_order_is_what_it_says(office: World, person: int) -> None:
    def of(sort: str) -> list[Row]:
        (rows,) = pages(office, person, View(sort=sort), 500)
        return rows

    money = [(row.amount.currency or "~", -row.amount.amount) for row in of("money") if row.amount]
    assert money == sorted(money)
    assert all(row.amount is None for row in of("money")[len(money) :])
    assert [row.id for row in of("newest")] == sorted((row.id for row in of("")), reverse=True)
    titles = [row.title.lower() for row in of("title")]
    assert [title for title in titles if title.isascii()] == sorted(filter(str.isascii, titles))
    vendors = [row.line[0].lower() for row in of("vendor") if row.line[0].isascii()]
    assert "scripted" in vendors[-5:], "what has no vendor stands last, under its source's name"


def test_money_is_narrowed_and_sorted_within_one_currency(office: World, person: int) -> None:
    view = View(sort="money", currency="USD", amount_from="1000", amount_to="3000")
    (rows,) = pages(office, person, view, 500)
    assert rows
    assert {row.amount.currency for row in rows if row.amount} == {"USD"}
    assert [row.amount.amount for row in rows if row.amount] == sorted(
        (row.amount.amount for row in rows if row.amount), reverse=True
    )
    assert all(row.amount and 1000 <= row.amount.amount <= 3000 for row in rows)


def test_a_section_of_a_vendor_tells_its_count_its_money_and_the_way_to_it(
    office: World, person: int
) -> None:
    with office.database.read() as session:
        by = {"user_id": person, "clock": office.wall_clock()}
        page = inbox.inbox_page(session, View(group="vendor", sort="money"), **by)
        for head in page.heads:
            alone = inbox.inbox_page(session, View(**head.narrows), **by)
            rows = [row for group in alone.groups for row in group.rows]
            assert len(rows) == head.count
            sums: dict[str | None, Decimal] = {}
            for row in rows:
                if row.amount:
                    code = row.amount.currency
                    sums[code] = sums.get(code, Decimal()) + row.amount.amount
            assert {one.currency: one.amount for one in head.stake} == {
                code: amount for code, amount in sums.items() if amount
            }
    titles = [group.head.title for group in page.groups]
    assert titles[-1] == "No vendor"
    assert len(titles) == len(set(titles)) == len(NAMES)


text = st.text(max_size=30)
numbers = st.integers(-(2**63), 2**63 - 1)
anything = text | numbers | st.none() | st.booleans() | st.floats() | st.lists(numbers, max_size=3)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    view=st.builds(
        View,
        tab=st.sampled_from(list(TABS)),
        sort=st.sampled_from(list(SORTS)),
        group=st.sampled_from(list(GROUPINGS)),
        owner=st.sampled_from(["", "me", "backup", "nobody", "999999999", "-"]),
        state=st.sampled_from(["", "open", "waiting", "done", "closed"]),
        amount_from=st.sampled_from(["", "9" * 13, "9" * 14, "1.23456", "x"]),
        due_from=st.sampled_from(["", "1900-01-01", "0001-01-01", "x"]),
        due_to=st.sampled_from(["", "2900-12-31", "9999-12-31"]),
        vendor=st.sampled_from(["", "(none)", "Cisco", "\N{PILE OF POO}"]),
    ),
    place=st.lists(anything, max_size=8) | text,
    data=st.data(),
)
def test_no_view_and_no_cursor_breaks_a_list(
    office: World, person: int, view: View, place: Any, data: st.DataObject
) -> None:
    if isinstance(place, str):
        cursor = place
    else:
        shape = data.draw(st.just(place) | st.tuples(*map(_fitting, orders.keys_of(view))))
        cursor = orders.encoded(list(shape))
    with office.database.read() as session:
        by = {"user_id": person, "clock": office.wall_clock()}
        page = inbox.inbox_page(session, view, **by, after=cursor, limit=3)
        found = listing.LINES.page(session, view, **by, after="", limit=500)
    rows = [row.id for group in page.groups for row in group.rows]
    assert set(rows) <= {row.id for row in found.rows}


def _fitting(key: orders.Key) -> st.SearchStrategy[Any]:
    """Values of the key's own kind, sensible or not."""
    return {
        "INTEGER": st.integers(-(2**31), 2**31),
        "BIGINT": st.integers(-(2**63), 2**63),
        "TEXT": text,
    }.get(str(key.by.type), st.dates().map(date.isoformat) | st.datetimes().map(str))
