"""Named checks of a connection: what a person reads before they save it."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import AuthFailed, ConfigInvalid, ConnectorError, RateLimited


def attempt(name: str, act: Callable[[], str]) -> Check:
    """The check that ``act`` is: its answer is the text, a ``ConnectorError`` a failure.

    A connector's ``check`` raises nothing; it wraps each thing it tries:

        yield attempt("Sign-in", lambda: f"Signed in as {api.whoami()}.")
    """
    try:
        return passed(name, act())
    except ConnectorError as error:
        return failed(name, error)


def signed_in(
    platform: str, act: Callable[[], str], *, name: str = "Sign-in", unreachable: str
) -> tuple[Check, ...]:
    """Whether the platform answers ("Address"), and accepts the sign-in that ``act`` is.

    Where the last of them is not ok, there is no use in asking for more. ``unreachable`` is what
    helps where nobody answers.
    """
    answers = passed("Address", f"{platform} answers.")
    try:
        return answers, passed(name, act())
    except (AuthFailed, RateLimited) as error:
        return answers, failed(name, error)
    except ConfigInvalid as error:
        return (failed("Address", error),)
    except ConnectorError as error:
        return (failed("Address", error, fix=unreachable),)


def passed(name: str, text: str) -> Check:
    """The check of what is well."""
    return Check(name=name, state=CheckState.OK, text=text)


def failed(name: str, error: ConnectorError, *, fix: str = "") -> Check:
    """The check of what an error ended; ``fix`` where something else helps than its remedy."""
    return Check(name=name, state=CheckState.FAIL, text=error.message, fix=fix or error.remedy)


def counted(total: int | None) -> str:
    """What a list holds that may be read, as far as the platform counts it."""
    return f"{total} to read." if total else "Readable; none at present."


def on_first_page(pages: Iterable[list[Any]]) -> str:
    """What a list's first page shows; the others are not asked for."""
    found = [row for page in islice(pages, 1) for row in page]
    return f"{len(found)} on the first page." if found else "Readable; none at present."
