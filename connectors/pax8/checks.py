"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from connectors.pax8.client import Pax8
from connectors.pax8.config import MANIFEST
from connectors.pax8.streams import DRAFTS, INVOICES, MISSING_DETAILS, QUOTES, SUBSCRIPTIONS
from connectors.sdk.checks import attempt, counted, signed_in
from connectors.sdk.connector import Check, CheckState

_ADDRESS_FIX = "Check the address and that this machine may reach it."
_LISTS = (
    ("subscriptions", *SUBSCRIPTIONS, "size"),
    ("missing_details", *MISSING_DETAILS, "size"),
    ("invoices", *INVOICES, "size"),
    ("draft_items", DRAFTS, {"monthOffset": 1}, "size"),
)


def checks(pax8: Pax8, quotes_of: str) -> Iterator[Check]:
    """Address, sign-in, names of the customers, and of each stream how much there is."""

    def count(path: str, params: Mapping[str, Any] | None, size: str) -> str:
        return counted(pax8.total(path, params, size=size))

    def sign_in() -> str:
        pax8.sign_in()
        return "Pax8 accepts the credential."

    entry = signed_in("Pax8", sign_in, unreachable=_ADDRESS_FIX)
    yield from entry
    if entry[-1].state is not CheckState.OK:
        return
    yield attempt("Customers", partial(count, "/v1/companies", None, "size"))
    quotes = ("quotes", QUOTES[0], {**QUOTES[1], "account": quotes_of}, "limit")
    for stream, path, params, size in (*_LISTS, quotes):
        yield attempt(MANIFEST.stream(stream).title, partial(count, path, params, size))
