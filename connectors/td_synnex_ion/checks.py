"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Iterator

from connectors.sdk.checks import attempt, on_first_page, signed_in
from connectors.sdk.connector import Check, CheckState
from connectors.td_synnex_ion.client import Ion

_ADDRESS_FIX = "Check the address and that this machine may reach it."


def checks(ion: Ion) -> Iterator[Check]:
    """Address, sign-in, one page of each list. They use up the refresh token as a sync does."""

    def sign_in() -> str:
        ion.sign_in()
        return "Ion accepts the refresh token and has replaced it; the new one is kept."

    entry = signed_in("StreamOne Ion", sign_in, unreachable=_ADDRESS_FIX)
    yield from entry
    if entry[-1].state is not CheckState.OK:
        return
    yield attempt("Subscriptions", lambda: on_first_page(page for page, _ in ion.subscriptions()))
    yield attempt("Customers", lambda: on_first_page(ion.customers()))
    yield attempt("Orders on hold", lambda: on_first_page(ion.orders_on_hold()))
