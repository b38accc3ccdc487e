"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Callable, Iterator

from connectors.impact_com.client import Impact
from connectors.impact_com.config import MANIFEST
from connectors.impact_com.programs import PROGRAMS
from connectors.sdk.checks import attempt
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import AuthFailed, ConnectorError

_ADDRESS_FIX = "Check the address and that this machine may reach it."
_LISTS = {
    "tasks": "Tasks",
    "contracts": "Contracts",
    "invoices": "Invoices",
    "programs": PROGRAMS,
}


def checks(impact: Impact) -> Iterator[Check]:
    """Address, sign-in, and of each stream how much there is."""
    try:
        impact.count("Tasks")
    except AuthFailed as error:
        yield _ok("Address", "impact.com answers.")
        if error.status == 401:
            yield _failed("Sign-in", error)
            return
        yield _ok("Sign-in", "impact.com accepts the access token.")
    except ConnectorError as error:
        yield _failed("Address", error, fix=f"{_ADDRESS_FIX} {error.remedy}")
        return
    else:
        yield _ok("Address", "impact.com answers.")
        yield _ok("Sign-in", "impact.com accepts the access token.")
    for stream, name in _LISTS.items():
        yield attempt(MANIFEST.stream(stream).title, _counting(impact, name))


def _counting(impact: Impact, name: str) -> Callable[[], str]:
    def count() -> str:
        found = impact.count(name)
        return f"{found} to read." if found else "Readable; none at present."

    return count


def _ok(name: str, text: str) -> Check:
    return Check(name=name, state=CheckState.OK, text=text)


def _failed(name: str, error: ConnectorError, *, fix: str = "") -> Check:
    return Check(name=name, state=CheckState.FAIL, text=error.message, fix=fix or error.remedy)
