"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from connectors.sdk.checks import attempt
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import AuthFailed, ConnectorError, RateLimited
from connectors.td_synnex_ion.client import Ion


def checks(ion: Ion) -> Iterator[Check]:
    """Address, sign-in, one page of each list. They use up the refresh token as a sync does."""
    try:
        ion.sign_in()
    except (AuthFailed, RateLimited) as error:
        yield _ok("Address", "StreamOne Ion answers.")
        yield _failed("Sign-in", error)
        return
    except ConnectorError as error:
        yield _failed("Address", error, fix="Check the address and that this machine may reach it.")
        return
    yield _ok("Address", "StreamOne Ion answers.")
    yield _ok("Sign-in", "Ion accepts the refresh token and has replaced it; the new one is kept.")
    yield attempt("Subscriptions", lambda: _said(lambda: (page for page, _ in ion.subscriptions())))
    yield attempt("Customers", lambda: _said(ion.customers))
    yield attempt("Orders on hold", lambda: _said(ion.orders_on_hold))


def _said(pages: Callable[[], Iterator[list[Any]]]) -> str:
    """What the first page shows; the others are not asked for."""
    found = [row for page in islice(pages(), 1) for row in page]
    return f"{len(found)} on the first page." if found else "Readable; none at present."


def _ok(name: str, text: str) -> Check:
    return Check(name=name, state=CheckState.OK, text=text)


def _failed(name: str, error: ConnectorError, *, fix: str = "") -> Check:
    return Check(name=name, state=CheckState.FAIL, text=error.message, fix=fix or error.remedy)
