"""The named checks of a connection, in the order in which a person would look."""

from collections.abc import Callable, Iterator
from functools import partial

from connectors.arrowsphere.client import Arrow
from connectors.arrowsphere.config import MANIFEST, ArrowsphereConfig
from connectors.sdk.checks import attempt, counted, failed, passed, signed_in
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import AuthFailed, ConnectorError
from connectors.sdk.mapping import shown_text

_ADDRESS_FIX = (
    "Check the address and that this machine may reach it: https://xsp.arrow.com/index.php/api."
)


def checks(arrow: Arrow, config: ArrowsphereConfig) -> Iterator[Check]:
    """Address, key, one answer of each stream."""

    def whose() -> str:
        company = shown_text(arrow.company().get("companyName"))
        return f"It is a key of {company or 'a company without a name'}."

    entry = signed_in("ArrowSphere", whose, name="API key", unreachable=_ADDRESS_FIX)
    yield from entry
    if entry[-1].state is not CheckState.OK:
        return
    for stream, count in _counts(arrow).items():
        yield attempt(MANIFEST.stream(stream).title, partial(_counted, count))
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
        return passed(name, counted(len(next(arrow.notifications()))))
    except AuthFailed as error:
        state = CheckState.FAIL if arrow.has_token else CheckState.WARN
        return Check(name=name, state=state, text=error.message, fix=error.remedy)
    except ConnectorError as error:
        return failed(name, error)


def _counted(count: Callable[[], int | None]) -> str:
    return counted(count())
