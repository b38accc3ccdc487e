"""What an OAuth token endpoint says when it refuses."""

from collections.abc import Mapping
from typing import Any

from connectors.sdk.errors import FormatChanged
from connectors.sdk.messages import Reply


def error_of(body: bytes) -> tuple[str, str]:
    """As ``error_in``, of an answer's body."""
    try:
        answer = Reply(status=400, headers={}, body=body, url="").json()
    except FormatChanged:
        answer = None
    return error_in(answer if isinstance(answer, dict) else {}, "no reason given")


def error_in(answer: Mapping[str, Any], otherwise: str) -> tuple[str, str]:
    """The error code to show, and the platform's own words in lower case.

    Those are to be compared and never to be shown: they may repeat a secret.
    """
    described = answer.get("error_description")
    code = _word(answer.get("error")) or otherwise
    return code, described.casefold() if isinstance(described, str) else ""


def _word(code: Any) -> str:
    """OAuth's error code ("invalid_client"), where it is one."""
    return code if isinstance(code, str) and code.isidentifier() and len(code) < 40 else ""
