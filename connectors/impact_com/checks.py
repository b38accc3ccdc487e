"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Iterator
from functools import partial

from connectors.impact_com.client import Impact
from connectors.impact_com.config import MANIFEST
from connectors.impact_com.programs import PROGRAMS
from connectors.sdk.checks import attempt, counted, signed_in
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import AuthFailed

_ADDRESS_FIX = "Check the address and that this machine may reach it."
_LISTS = {
    "tasks": "Tasks",
    "contracts": "Contracts",
    "invoices": "Invoices",
    "programs": PROGRAMS,
}


def checks(impact: Impact) -> Iterator[Check]:
    """Address, sign-in, and of each stream how much there is."""

    def sign_in() -> str:
        try:
            impact.count("Tasks")
        except AuthFailed as refusal:
            if not refusal.of_one_list:
                raise
        return "impact.com accepts the access token."

    def count(name: str) -> str:
        return counted(impact.count(name))

    entry = signed_in("impact.com", sign_in, unreachable=_ADDRESS_FIX)
    yield from entry
    if entry[-1].state is not CheckState.OK:
        return
    for stream, name in _LISTS.items():
        yield attempt(MANIFEST.stream(stream).title, partial(count, name))
