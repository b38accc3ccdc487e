"""How one talks to Ingram: sign-in, the headers of every call, empty answers, pages."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from connectors.ingram_micro.answers import rows_of, total_of
from connectors.ingram_micro.config import IngramMicroConfig
from connectors.ingram_micro.refusals import SIGN_IN_FIX, is_fault, problem_in, refusal
from connectors.ingram_micro.searches import Search
from connectors.sdk.auth import Authorized, ClientCredentials
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import AuthFailed
from connectors.sdk.http import Reply
from connectors.sdk.paging import by_number

TOKEN_PATH = "/oauth/oauth20/token"  # noqa: S105 - a path, not a token


class Ingram:
    """One connection's calls. Nothing of it outlives a read.

    ``calls_left`` is what the last answer said of the minute's limit, None where it did not.
    """

    def __init__(self, config: IngramMicroConfig, context: ReadContext) -> None:
        self._config = config
        self.calls_left: int | None = None
        self._credentials = ClientCredentials(
            context.http,
            token_url=f"{config.base_url}{TOKEN_PATH}",
            client_id=config.client_id,
            client_secret=config.client_secret,
            now=lambda: context.now,
            # Ingram's sample answer promises 30 days, its prose 24 hours.
            longest=timedelta(hours=23),
        )
        self._http = Authorized(context.http, self._credentials)

    def sign_in(self) -> None:
        """A token, or ``AuthFailed`` with the way to better credentials."""
        with _saying_how_to_sign_in():
            self._credentials.token()

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        look_into: tuple[int, ...] = (),
    ) -> Reply:
        """One answer: a 200, or an empty result as 204 or as 404 "No records found".

        Raises as ``refusals.refusal`` says; ``look_into`` are more statuses whose body is read
        for that instead of being retried.
        """
        with _saying_how_to_sign_in():
            reply = self._http.request(
                method,
                f"{self._config.base_url}{path}",
                params=params,
                headers=self._headers(),
                json=json,
                also_ok=(400, 403, 404, *look_into),
            )
        self._note_calls_left(reply)
        if reply.status in (200, 204) and not is_fault(reply):
            return reply
        if reply.status == 404 and problem_in(reply).nothing_found:
            return reply
        raise refusal(reply)

    def pages(
        self, search: Search, *, params: Mapping[str, Any] | None = None, json: Any = None
    ) -> Iterator[tuple[list[Any], int]]:
        """A list's pages, each with the announced total.

        They are asked for by number: Ingram's ``nextPage`` names paths of its inside.
        """

        def fetch(more: dict[str, Any]) -> Reply:
            reply = self.ask(
                search.method, search.path, params={**(params or {}), **more}, json=json
            )
            return reply if reply.status == 200 else replace(reply, status=200, body=b"[]")

        for body in by_number(
            fetch,
            items=partial(rows_of, key=search.key),
            page=search.page,
            size=(search.size, search.most),
            total=partial(total_of, key=search.key),
        ):
            yield rows_of(body, search.key), total_of(body, search.key)

    def total(
        self, search: Search, *, params: Mapping[str, Any] | None = None, json: Any = None
    ) -> int:
        """How many rows a list has, and so whether it may be read at all."""
        one_row = {**(params or {}), search.page: 1, search.size: 1}
        # A gateway reports a wrong customer number as its own fault, a 500: worth a look here.
        reply = self.ask(search.method, search.path, params=one_row, json=json, look_into=(500,))
        return total_of(reply.json(), search.key) if reply.status == 200 else 0

    def _note_calls_left(self, reply: Reply) -> None:
        said = {name.lower(): value for name, value in reply.headers.items()}
        left = said.get("x-ratelimit-remaining", "")
        self.calls_left = int(left) if left.isdecimal() else None

    def _headers(self) -> dict[str, str]:
        """All IM- headers on every call: Ingram's documents differ on which call needs which."""
        config = self._config
        return {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "IM-CustomerNumber": config.customer_number,
            "IM-CountryCode": config.country_code,
            "IM-CustomerContact": config.customer_contact,
            "IM-CorrelationID": uuid4().hex,  # 32 characters at most, so without dashes
            "IM-SenderID": config.application_id,
            "IM-ApplicationID": config.application_id,
        }


@contextmanager
def _saying_how_to_sign_in() -> Iterator[None]:
    try:
        yield
    except AuthFailed as error:
        raise AuthFailed(
            "Ingram Micro does not accept the client ID and client secret.",
            status=error.status,
            remedy=SIGN_IN_FIX,
        ) from error
