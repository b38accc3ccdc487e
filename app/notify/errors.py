"""Why something did not leave, named by what the sender does next.

NotSent
├── Refused    never again to this address as it is (5xx)
├── TryLater   again later (4xx, no connection)
└── Unsure     it may have left: do not send it again by itself
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


class TryLater(NotSent):
    """The server cannot take it now."""


class Unsure(NotSent):
    """The connection broke after the server had the whole message."""
