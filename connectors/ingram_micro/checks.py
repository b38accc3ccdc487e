"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Iterator
from datetime import date

from connectors.ingram_micro.client import Ingram
from connectors.ingram_micro.config import MANIFEST
from connectors.ingram_micro.searches import (
    INVOICES,
    ORDERS,
    QUOTES,
    RENEWALS,
    SPECIAL_BIDS,
    asked,
)
from connectors.sdk.checks import counted, failed, passed, signed_in
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import ConfigInvalid, ConnectorError, RateLimited

_ADDRESS_FIX = (
    "Check the address and that this machine may reach it. Ingram closes its API every night, "
    "in North America from 23:00 to 04:00 Pacific time and longer at weekends."
)
_FEW = 5
"""Calls left in this minute at which a person should know of it."""


def checks(ingram: Ingram, today: date) -> Iterator[Check]:
    """Address, sign-in, customer number, one row of each stream, calls left."""

    def sign_in() -> str:
        ingram.sign_in()
        return "Ingram Micro accepts the app."

    entry = signed_in("Ingram Micro", sign_in, unreachable=_ADDRESS_FIX)
    yield from entry
    if entry[-1].state is CheckState.OK:
        yield from _samples(ingram, today)


def _samples(ingram: Ingram, today: date) -> Iterator[Check]:
    accepted = False
    for search in (SPECIAL_BIDS, RENEWALS, QUOTES, INVOICES, ORDERS):
        title = MANIFEST.stream(search.stream).title
        try:
            total = ingram.total(search, **asked(search, today))
        except RateLimited as error:
            yield failed("Calls left", error)
            return
        except ConfigInvalid as error:
            if not accepted:
                yield failed("Customer number", error)
                return
            yield failed(title, error)
        except ConnectorError as error:
            yield failed(title, error)
        else:
            if not accepted:
                yield passed("Customer number", "Ingram Micro accepts number and country.")
            accepted = True
            yield passed(title, counted(total))
    yield _calls_left(ingram.calls_left)


def _calls_left(left: int | None) -> Check:
    name = "Calls left"
    if left is None:
        return passed(name, "Ingram Micro does not say how many calls are left.")
    if left > _FEW:
        return passed(name, f"{left} more calls in this minute.")
    return Check(
        name=name,
        state=CheckState.WARN,
        text=f"Only {left} more calls in this minute.",
        fix="Another program uses the same app. Give Partner Inbox an app of its own.",
    )
