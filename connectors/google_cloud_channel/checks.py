"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Iterator

from connectors.google_cloud_channel.client import Google
from connectors.sdk.checks import attempt, on_first_page, signed_in
from connectors.sdk.connector import Check, CheckState

_ADDRESS_FIX = "See that this machine may reach Google's sign-in."


def checks(google: Google, *, links: bool) -> Iterator[Check]:
    """Address, sign-in, the first page of each list."""

    def sign_in() -> str:
        google.sign_in()
        return "Google lets the service account act for the acting user."

    entry = signed_in("Google", sign_in, unreachable=_ADDRESS_FIX)
    yield from entry
    if entry[-1].state is not CheckState.OK:
        return
    yield attempt("Customers", lambda: on_first_page(google.customers()))
    yield attempt("Products", lambda: on_first_page(google.skus()))
    yield attempt("Offers", lambda: on_first_page(google.offers()))
    if links:
        yield attempt("Channel partner links", lambda: on_first_page(google.links()))
