"""Sign-in helpers. A token lives in memory only, and never in a log, an error or a URL."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from pydantic import SecretStr

from connectors.sdk.http import HttpSession


class ClientCredentials:
    """OAuth 2.0 client credentials for one connection.

    ``token()`` asks once however many threads call it (a lock), keeps the token until
    ``margin`` before its end, at most ``longest``. ``expires_in`` may be a string.
    ``headers()`` is ``{"Authorization": "Bearer …"}``; after a 401 call ``renew(token)``:
    it refreshes unless another thread did already.
    """

    def __init__(
        self,
        http: HttpSession,
        *,
        token_url: str,
        client_id: str,
        client_secret: SecretStr,
        now: Callable[[], datetime],
        extra: Mapping[str, str] | None = None,
        longest: timedelta = timedelta(hours=23),
        margin: timedelta = timedelta(minutes=1),
        as_json: bool = False,
    ) -> None:
        raise NotImplementedError

    def token(self) -> str:
        raise NotImplementedError

    def headers(self) -> dict[str, str]:
        raise NotImplementedError

    def renew(self, stale: str) -> str:
        raise NotImplementedError
