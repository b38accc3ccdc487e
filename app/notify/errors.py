"""Why something did not leave, named by what the sender does next.

NotSent
├── Refused          never again to this address as it is (5xx)
│   └── NoSuchAddress    it is the address that the server does not take
├── TryLater         again later (4xx)
│   └── Busy             nothing can leave now (421, no connection): let it be for a while
└── Unsure           it may have left: do not send it again by itself
"""

from connectors.sdk.redact import mask


class NotSent(Exception):
    """``message`` is one sentence for a person; it holds no password and no mail text.

    What the server said may have come into it, and a server may quote what it was told.
    """

    def __init__(self, message: str) -> None:
        self.message = mask(message)
        super().__init__(self.message)


class Refused(NotSent):
    """The server will not take it."""


class NoSuchAddress(Refused):
    """The server will not take anything for this address."""


class TryLater(NotSent):
    """The server cannot take it now."""


class Busy(TryLater):
    """The server cannot take anything now, or cannot be reached."""


class Unsure(NotSent):
    """The connection broke after the server had the whole message."""
