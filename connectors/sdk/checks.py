"""Named checks of a connection: what a person reads before they save it."""

from collections.abc import Callable

from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import ConnectorError


def attempt(name: str, act: Callable[[], str]) -> Check:
    """The check that ``act`` is: its answer is the text, a ``ConnectorError`` a failure.

    A connector's ``check`` raises nothing; it wraps each thing it tries:

        yield attempt("Sign-in", lambda: f"Signed in as {api.whoami()}.")
    """
    try:
        return Check(name=name, state=CheckState.OK, text=act())
    except ConnectorError as error:
        return Check(name=name, state=CheckState.FAIL, text=error.message, fix=error.remedy)
