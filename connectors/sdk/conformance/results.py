"""What a check of the suite says."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a check ended. A bypass has a written reason, so it is neither of the others."""

    PASSED = "passed"
    FAILED = "failed"
    BYPASSED = "bypassed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """One check of one connector. ``text`` says what failed, or why it was bypassed."""

    id: str
    title: str
    outcome: Outcome
    text: str = ""


class Failed(Exception):
    """A check did not hold; the message says where and what."""


def demand(holds: object, text: str) -> None:
    """Raises ``Failed`` with the text unless ``holds``."""
    if not holds:
        raise Failed(text)
