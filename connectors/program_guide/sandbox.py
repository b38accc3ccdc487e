"""A guide has no platform: the sandbox follows one that comes with the connector."""

from collections.abc import Mapping
from typing import Any, ClassVar

from starlette.applications import Starlette

from connectors.sdk.sandbox import ASGIApp, SandboxClock

_NO_NETWORK = "A guide is a file; nothing is asked over a network. "
_SHOWN = "tests/connectors/program_guide shows it with guides instead."


class Sandbox:
    """See ``connectors.sdk.sandbox``. What ``advance`` changes shows in the next ``config``."""

    bypasses: ClassVar[Mapping[str, str]] = {
        "C04": f"{_NO_NETWORK}No platform can be in trouble; that check() helps: {_SHOWN}",
        "C06": f"{_NO_NETWORK}Ids do not depend on the order in a guide: {_SHOWN}",
        "C07": f"{_NO_NETWORK}There is one page, made in memory.",
        "C08": f"{_NO_NETWORK}There is no answer in which a list could be missing.",
        "C09": f"{_NO_NETWORK}No answer can be cut; a file that is not whole "
        "is refused with its line.",
        "C10": f"{_NO_NETWORK}A field that cannot be read is refused with its line: {_SHOWN}",
        "C14": f"{_NO_NETWORK}Nobody sends a Retry-After.",
        "C15": f"{_NO_NETWORK}There is no sign-in.",
        "C16": f"{_NO_NETWORK}The manifest names no host, so the session would refuse every one.",
        "C19": f"{_NO_NETWORK}There is no request in which it could be cancelled.",
        "C20": f"{_NO_NETWORK}Hostile texts in a guide: {_SHOWN}",
    }

    def __init__(self, clock: SandboxClock, *, seed: int = 1, size: int = 0) -> None:
        self.clock = clock
        self.app: ASGIApp = Starlette()
        self._technical = 4

    def config(self, base_url: str) -> Mapping[str, Any]:
        return {
            "guide": "aws-services-path",
            "tier": "Advanced",
            "held": "Select",
            "anniversary": f"{self.clock.now().year - 1}-05-01",
            "actuals": [f"technical: {self._technical}", "foundational: 5"],
        }

    def advance(self) -> list[str]:
        self._technical += 1
        return [f"{self._technical} people hold a technical AWS certification now"]

    def drop(self, stream: str, count: int) -> list[str]:
        return []

    def restore(self, stream: str) -> None:
        """Nothing was dropped: a guide is whole or refused."""
