"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.pax8.client import Pax8
from connectors.pax8.config import MANIFEST
from connectors.pax8.streams import DRAFTS, INVOICES, MISSING_DETAILS, QUOTES, SUBSCRIPTIONS
from connectors.sdk.checks import attempt
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import AuthFailed, ConnectorError

_ADDRESS_FIX = "Check the address and that this machine may reach it."
_LISTS = (
    ("subscriptions", *SUBSCRIPTIONS, "size"),
    ("missing_details", *MISSING_DETAILS, "size"),
    ("invoices", *INVOICES, "size"),
    ("draft_items", DRAFTS, {"monthOffset": 1}, "size"),
)


def checks(pax8: Pax8, quotes_of: str) -> Iterator[Check]:
    """Address, sign-in, names of the customers, and of each stream how much there is."""
    try:
        pax8.sign_in()
    except AuthFailed as error:
        yield _ok("Address", "Pax8 answers.")
        yield _failed("Sign-in", error)
        return
    except ConnectorError as error:
        yield _failed("Address", error, fix=_ADDRESS_FIX)
        return
    yield _ok("Address", "Pax8 answers.")
    yield _ok("Sign-in", "Pax8 accepts the credential.")
    yield attempt("Customers", lambda: _said(pax8.total("/v1/companies", size="size")))
    quotes = ("quotes", QUOTES[0], {**QUOTES[1], "account": quotes_of}, "limit")
    for stream, path, params, size in (*_LISTS, quotes):
        yield attempt(MANIFEST.stream(stream).title, _counting(pax8, path, params, size))


def _counting(pax8: Pax8, path: str, params: Mapping[str, Any], size: str) -> Callable[[], str]:
    return lambda: _said(pax8.total(path, params, size=size))


def _said(total: int) -> str:
    return f"{total} to read." if total else "Readable; none at present."


def _ok(name: str, text: str) -> Check:
    return Check(name=name, state=CheckState.OK, text=text)


def _failed(name: str, error: ConnectorError, *, fix: str = "") -> Check:
    return Check(name=name, state=CheckState.FAIL, text=error.message, fix=fix or error.remedy)
