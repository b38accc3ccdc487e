"""What can go wrong on a platform, named by what the catcher does next.

ConnectorError
├── ConfigInvalid    the person who configured it must change something; not retried
├── AuthFailed       stop until someone signs in again
├── RateLimited      come back at ``until``
├── Unavailable      come back later, doubling the wait
├── FormatChanged    the answer is not what the contract says; daily, with diagnostics
│   └── Rejected     the platform refused the request itself (a 4xx that is none of the above)
└── Incomplete       what came is usable but not proven whole: nothing may be removed
    └── Cancelled    we stopped the read ourselves
"""

from datetime import datetime

from connectors.sdk.redact import redact

SAMPLE = 300
"""Characters of an answer that an error carries."""


class ConnectorError(Exception):
    """``message`` is one sentence for a person, ``remedy`` the sentence that helps.

    Neither ever holds a secret, a query string or a header: what a platform said may have
    come into the message, so it is redacted here.
    """

    remedy = ""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        self.message = redact(message)
        super().__init__(self.message)
        if remedy is not None:
            self.remedy = remedy


class ConfigInvalid(ConnectorError):
    """The connection's settings cannot work as they are."""

    remedy = "Edit the connection and correct the setting."


class AuthFailed(ConnectorError):
    """The platform does not accept the sign-in, or not for this data.

    ``status`` is the HTTP status where there was one: 401 is worth one new token, 403 is not.
    """

    remedy = "Edit the connection and enter valid credentials with the role that it needs."

    def __init__(
        self, message: str, *, status: int | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status

    @property
    def of_one_list(self) -> bool:
        """Whether it is about what was asked for: a 403 knows who asks, and lets others be read."""
        return self.status == 403


class RateLimited(ConnectorError):
    """The platform asks to wait. ``until`` is an aware UTC instant."""

    remedy = "Nothing to do: the next sync waits as long as the platform asks."

    def __init__(self, message: str, *, until: datetime, remedy: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.until = until


class Unavailable(ConnectorError):
    """The platform does not answer, or answers that it cannot.

    ``until`` is the aware UTC instant before which it asks not to be tried, if it says so.
    """

    remedy = "Nothing to do yet: it is tried again, less and less often."

    def __init__(
        self, message: str, *, until: datetime | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.until = until


class FormatChanged(ConnectorError):
    """The answer does not have the expected shape. ``sample`` is a short, redacted excerpt."""

    remedy = "The platform has changed its answers; update Partner Inbox or report the diagnostics."

    def __init__(self, message: str, *, remedy: str | None = None, sample: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.sample = redact(sample)[:SAMPLE]


class Rejected(FormatChanged):
    """The platform refused the request. ``status`` is the HTTP status, ``body`` its answer."""

    def __init__(
        self, message: str, *, status: int, body: bytes = b"", remedy: str | None = None
    ) -> None:
        super().__init__(
            message, remedy=remedy, sample=body[: 2 * SAMPLE].decode("utf-8", "replace")
        )
        self.status = status
        self.body = body


class Incomplete(ConnectorError):
    """The list was not read to its end. What was read stands; nothing is removed."""

    remedy = "Nothing to do: the next sync reads the whole list again."


class Cancelled(Incomplete):
    """The read was stopped from our side: the sync was cancelled or its session closed."""
