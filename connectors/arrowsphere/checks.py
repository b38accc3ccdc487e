"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Callable, Iterator
from functools import partial

from connectors.arrowsphere.client import Arrow
from connectors.arrowsphere.config import MANIFEST, ArrowsphereConfig
from connectors.sdk.checks import attempt
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import AuthFailed, ConnectorError, RateLimited
from connectors.sdk.mapping import shown_text

_ADDRESS_FIX = (
    "Check the address and that this machine may reach it: https://xsp.arrow.com/index.php/api."
)


def checks(arrow: Arrow, config: ArrowsphereConfig) -> Iterator[Check]:
    """Address, key, one answer of each stream."""
    try:
        company = shown_text(arrow.company().get("companyName"))
    except (AuthFailed, RateLimited) as error:
        yield _ok("Address", "ArrowSphere answers.")
        yield _failed("API key", error)
        return
    except ConnectorError as error:
        yield _failed("Address", error, fix=_ADDRESS_FIX)
        return
    yield _ok("Address", "ArrowSphere answers.")
    yield _ok("API key", f"It is a key of {company or 'a company without a name'}.")
    for stream, count in _counts(arrow).items():
        yield attempt(MANIFEST.stream(stream).title, partial(_said, count))
    if config.read_notifications:
        yield _notifications(arrow)


def _counts(arrow: Arrow) -> dict[str, Callable[[], int | None]]:
    return {
        "programs": lambda: len(arrow.subscriptions()),
        "licences": lambda: next(arrow.licences(per_page=1))[1],
        "campaigns": lambda: len(arrow.campaigns()),
    }


def _notifications(arrow: Arrow) -> Check:
    """Whether the key is shown them is not documented: where it is not, the rest is read."""
    name = MANIFEST.stream("notifications").title
    try:
        return _ok(name, _said(lambda: len(next(arrow.notifications()))))
    except AuthFailed as error:
        state = CheckState.FAIL if arrow.has_token else CheckState.WARN
        return Check(name=name, state=state, text=error.message, fix=error.remedy)
    except ConnectorError as error:
        return _failed(name, error)


def _said(count: Callable[[], int | None]) -> str:
    found = count()
    return f"{found} to read." if found else "Readable; none at present."


def _ok(name: str, text: str) -> Check:
    return Check(name=name, state=CheckState.OK, text=text)


def _failed(name: str, error: ConnectorError, *, fix: str = "") -> Check:
    return Check(name=name, state=CheckState.FAIL, text=error.message, fix=fix or error.remedy)
