"""Sign-in helpers. A token lives in memory only, and never in a log, an error or a URL."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from pydantic import SecretStr

from connectors.sdk.basic import basic
from connectors.sdk.connector import Secrets
from connectors.sdk.errors import AuthFailed, FormatChanged, Rejected
from connectors.sdk.http import HttpSession, Reply
from connectors.sdk.keys import read_pem, signed_jwt
from connectors.sdk.redact import register
from connectors.sdk.refusals import error_in, error_of

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"

UNSAID = timedelta(hours=1)
"""How long a token is used whose end the platform does not say; a 401 renews it sooner."""


class Credentials(Protocol):
    """Whatever signs requests with something that can run out."""

    def token(self) -> str: ...

    def headers(self) -> dict[str, str]: ...

    def renew(self, stale: str) -> str: ...


class _Grant:
    """The token of one set of credentials in one session, and who may fetch it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.token = ""
        self.until: datetime | None = None
        self.refused: AuthFailed | None = None
        self.beside: dict[str, str] = {}


class Bearer:
    """A token that a platform's token endpoint gives, for one connection.

    ``token()`` asks once however many threads call it (a lock), keeps the token until
    ``margin`` before its end, at most ``longest``. ``expires_in`` may be a string.
    ``headers()`` is ``{"Authorization": "Bearer …"}``; after a 401 call ``renew(token)``:
    it refreshes unless another thread did already.

    The token belongs to the session: credentials made anew for every stream share it. A
    platform that refuses the credentials is not asked again in that session, so that
    waiting threads cannot lock the account. Refusals raise ``AuthFailed``; a platform
    that is down raises ``Unavailable`` like anywhere.

    A subclass says what is sent; ``proof`` and ``remedy`` are its words for a refusal. Where a
    platform tells by the words of its ``error_description`` what is wrong, ``remedies`` holds
    those words and the remedy for each; the description itself is never repeated.
    """

    proof = "the client id and secret"
    remedy = "Edit the connection and enter the client id and secret again, for this environment."

    def __init__(
        self,
        http: HttpSession,
        *,
        token_url: str,
        fields: Mapping[str, str],
        now: Callable[[], datetime],
        longest: timedelta = timedelta(hours=23),
        margin: timedelta = timedelta(minutes=1),
        as_json: bool = False,
        remedies: Mapping[str, str] | None = None,
        whose: tuple[str, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """``fields`` are sent as a form, or with ``as_json`` as JSON; ``headers`` beside them.

        ``whose`` tells apart credentials of one session whose fields are the same.
        """
        self._http = http
        self._url = token_url
        self._fields = dict(fields)
        self._now = now
        self._longest = longest
        self._margin = margin
        self._as_json = as_json
        self._remedies = remedies or {}
        self._headers = dict(headers or {})
        key = ("token", token_url, *sorted({**fields, **self._headers}.items()), *whose)
        self._grant = http.once(key, _Grant)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def token(self) -> str:
        with self._grant.lock:
            if self._grant.until is None or self._now() >= self._grant.until:
                self._fetch()
            return self._grant.token

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"}

    def beside(self, name: str) -> str | None:
        """What the platform gave beside the token under that name, such as where to call."""
        self.token()
        with self._grant.lock:
            return self._grant.beside.get(name)

    def renew(self, stale: str) -> str:
        """A token that is not ``stale``."""
        with self._grant.lock:
            if self._grant.token == stale:
                self._fetch()
            return self._grant.token

    def _fetch(self) -> None:
        """Asks for a token; the caller holds the lock."""
        if self._grant.refused:
            raise AuthFailed(self._grant.refused.message, remedy=self._grant.refused.remedy)
        try:
            answer = self._asked()
        except AuthFailed as refusal:
            self._grant.refused = refusal
            raise
        register(answer["access_token"])
        self._grant.token = answer["access_token"]
        self._grant.beside = {
            name: text
            for name, text in answer.items()
            if isinstance(text, str) and not name.endswith("token")
        }
        self._grant.until = self._now() + self._use_for(answer.get("expires_in"))

    def _asked(self) -> dict[str, Any]:
        """The answer with a token in it; raises ``AuthFailed``."""
        return self._granted(self._fields)

    def _granted(self, fields: Mapping[str, str]) -> dict[str, Any]:
        try:
            reply = self._post(fields)
            answer = reply.json() if reply.status != 401 else {}
        except Rejected as refusal:
            raise self._refused(*error_of(refusal.body)) from None
        except FormatChanged:
            raise self._refused("its answer is not a token") from None
        except AuthFailed as refusal:  # a 403 as well: here it is about all that could be read
            raise AuthFailed(refusal.message, remedy=self.remedy) from None
        if reply.status == 401:  # RFC 6749, 5.2: an unknown client may be told so, with a reason
            raise self._refused(*error_of(reply.body), status=401)
        given = answer if isinstance(answer, dict) else {}
        token = given.get("access_token")
        if not isinstance(token, str) or not token:
            raise self._refused(*error_in(given, "its answer holds no token"))
        return given

    def _post(self, fields: Mapping[str, str]) -> Reply:
        headers = {"Accept": "application/json", **self._headers}
        if self._as_json:
            return self._http.request(
                "POST", self._url, json=dict(fields), headers=headers, also_ok=(401,)
            )
        return self._http.request(
            "POST", self._url, data=dict(fields), headers=headers, also_ok=(401,)
        )

    def _refused(
        self, reason: str, described: str = "", *, status: int | None = None
    ) -> AuthFailed:
        known = (fix for words, fix in self._remedies.items() if words in described)
        return AuthFailed(
            f"The platform does not accept {self.proof} ({reason}).",
            status=status,
            remedy=next(known, self.remedy),
        )

    def _use_for(self, expires_in: Any) -> timedelta:
        """How long to use a token; one that ends within the margin for half its life."""
        try:
            life = timedelta(seconds=float(expires_in))
        except (TypeError, ValueError, OverflowError):
            life = timedelta(0)
        if life <= timedelta(0):
            life = UNSAID
        return min(max(life - self._margin, life / 2), self._longest)


class ClientCredentials(Bearer):
    """OAuth 2.0 client credentials; ``extra`` adds fields. What else there is: ``Bearer``.

    With ``in_header`` client id and secret go as a Basic sign-in (RFC 6749, 2.3.1) instead.
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
        remedies: Mapping[str, str] | None = None,
        in_header: bool = False,
    ) -> None:
        secret = client_secret.get_secret_value()
        register(secret)
        named = {"client_id": client_id, "client_secret": secret}
        super().__init__(
            http,
            token_url=token_url,
            fields={
                "grant_type": "client_credentials",
                **({} if in_header else named),
                **(extra or {}),
            },
            now=now,
            longest=longest,
            margin=margin,
            as_json=as_json,
            remedies=remedies,
            headers=basic(client_id, client_secret) if in_header else None,
        )


class JwtBearer(Bearer):
    """OAuth 2.0 with an assertion that a private key signs (RFC 7523).

    issuer       who signs; ``subject``: for whom, where the platform wants it
    audience     whom the assertion is for, often the token endpoint
    private_key  PEM, PKCS #8 or PKCS #1, not encrypted; as a setting it may have lost its line
                 ends. Raises ``ConfigInvalid`` when it is first used and cannot be.
    now          the time of the signature: a clock that goes on, for each sign-in anew
    lifetime     of the assertion, not of the token that it earns
    claims       more of them, like Google's ``scope``; ``scope`` is a field beside the assertion
    """

    proof = "the signature of the private key"
    remedy = "Give the platform the certificate or public key that belongs to this private key."

    def __init__(
        self,
        http: HttpSession,
        *,
        token_url: str,
        issuer: str,
        audience: str,
        private_key: SecretStr,
        now: Callable[[], datetime],
        subject: str | None = None,
        scope: str | None = None,
        claims: Mapping[str, Any] | None = None,
        key_id: str | None = None,
        algorithm: str = "RS256",
        lifetime: timedelta = timedelta(minutes=3),
        remedies: Mapping[str, str] | None = None,
    ) -> None:
        self._key = private_key
        register(private_key.get_secret_value())
        named = {"sub": subject} if subject else {}
        self._claims = {"iss": issuer, **named, "aud": audience, **(claims or {})}
        self._header = {"kid": key_id} if key_id else None
        self._algorithm = algorithm
        self._lifetime = lifetime
        super().__init__(
            http,
            token_url=token_url,
            fields={"grant_type": JWT_BEARER, **({"scope": scope} if scope else {})},
            now=now,
            remedies=remedies,
            whose=tuple(f"{name}={value}" for name, value in sorted(self._claims.items())),
        )

    def _asked(self) -> dict[str, Any]:
        issued = self._now()
        assertion = signed_jwt(
            {**self._claims, "iat": issued, "exp": issued + self._lifetime},
            pem=read_pem(self._key),
            algorithm=self._algorithm,
            header=self._header,
        )
        register(assertion)
        return self._granted({**self._fields, "assertion": assertion})


class RefreshToken(Bearer):
    """OAuth 2.0 with a refresh token, which the platform may replace whenever it is used.

    ``setting`` is the name of the connection's secret that holds it. A new one is stored
    through ``secrets`` before the access token is used: whatever dies afterwards, what is stored
    is what the platform takes next. A process that dies between the platform's answer and that
    moment has lost it, and the next sign-in is refused with a remedy. Where another process
    replaced it meanwhile, its refresh token is tried before anybody is told.
    """

    proof = "the refresh token"
    remedy = "Sign in on the platform again, then edit the connection and enter the new token."

    def __init__(
        self,
        http: HttpSession,
        *,
        token_url: str,
        refresh_token: SecretStr,
        secrets: Secrets,
        now: Callable[[], datetime],
        client_id: str | None = None,
        client_secret: SecretStr | None = None,
        setting: str = "refresh_token",
        extra: Mapping[str, str] | None = None,
        longest: timedelta = timedelta(hours=23),
        margin: timedelta = timedelta(minutes=1),
        as_json: bool = False,
        in_header: bool = False,
        remedies: Mapping[str, str] | None = None,
    ) -> None:
        self._entered = refresh_token.get_secret_value()
        secret = client_secret.get_secret_value() if client_secret else None
        register(self._entered, *([secret] if secret else []))
        self._secrets = secrets
        self._setting = setting
        named = {"client_id": client_id, "client_secret": secret}
        super().__init__(
            http,
            token_url=token_url,
            fields={
                "grant_type": "refresh_token",
                **{name: value for name, value in named.items() if value and not in_header},
                **(extra or {}),
            },
            now=now,
            longest=longest,
            margin=margin,
            as_json=as_json,
            headers=basic(client_id, client_secret) if in_header else None,
            remedies=remedies,
        )

    def _asked(self) -> dict[str, Any]:
        used = self._current()
        try:
            answer = self._granted({**self._fields, "refresh_token": used})
        except AuthFailed:
            newer = self._current()
            if newer == used:
                raise
            used = newer
            answer = self._granted({**self._fields, "refresh_token": used})
        new = answer.get("refresh_token")
        if isinstance(new, str) and new and new != used:
            register(new)
            self._secrets.replace(self._setting, used=used, new=new)
        return answer

    def _current(self) -> str:
        found = self._secrets.current(self._setting) or self._entered
        register(found)
        return found


class Authorized:
    """Requests signed with ``credentials``, with one new token when one runs out early.

    Same arguments and answers as ``HttpSession.request``. Works in the middle of a list:
    only the refused page is asked for again.
    """

    def __init__(self, http: HttpSession, credentials: Credentials) -> None:
        self._http = http
        self._credentials = credentials

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, **others: Any
    ) -> Reply:
        token = self._credentials.token()
        try:
            return self._signed(method, url, headers, others)
        except AuthFailed as refusal:
            if refusal.status != 401:  # 403 is about rights: a new token has the same
                raise
        self._credentials.renew(token)
        return self._signed(method, url, headers, others)

    def _signed(
        self, method: str, url: str, headers: Mapping[str, str] | None, others: dict[str, Any]
    ) -> Reply:
        signed = {**(headers or {}), **self._credentials.headers()}
        return self._http.request(method, url, headers=signed, **others)
