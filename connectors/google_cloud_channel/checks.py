"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from connectors.google_cloud_channel.client import Google
from connectors.sdk.checks import attempt
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import (
    AuthFailed,
    ConfigInvalid,
    ConnectorError,
    RateLimited,
)


def checks(google: Google, *, links: bool) -> Iterator[Check]:
    """Address, sign-in, the first page of each list."""
    try:
        google.sign_in()
    except (AuthFailed, ConfigInvalid, RateLimited) as error:
        yield _failed("Sign-in", error, fix=error.remedy)
        return
    except ConnectorError as error:
        yield _failed("Address", error, fix="See that this machine may reach Google's sign-in.")
        return
    yield Check(
        name="Sign-in",
        state=CheckState.OK,
        text="Google lets the service account act for the acting user.",
    )
    yield attempt("Customers", lambda: _said(google.customers()))
    yield attempt("Products", lambda: _said(google.skus()))
    yield attempt("Offers", lambda: _said(google.offers()))
    if links:
        yield attempt("Channel partner links", lambda: _said(google.links()))


def _said(pages: Iterator[list[Any]]) -> str:
    """What the first page shows; the others are not asked for."""
    found = [row for page in islice(pages, 1) for row in page]
    return f"{len(found)} on the first page." if found else "Readable; none at present."


def _failed(name: str, error: ConnectorError, *, fix: str) -> Check:
    return Check(name=name, state=CheckState.FAIL, text=error.message, fix=fix)
