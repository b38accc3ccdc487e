"""How one talks to a Salesforce org: sign-in, its own address, describes, the pages of a query."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from connectors.salesforce_prm.config import SalesforcePrmConfig
from connectors.salesforce_prm.metadata import SObject, sobject
from connectors.salesforce_prm.refusals import CHECK_APP, HANDLED, SIGN_IN, code_of, refusal
from connectors.sdk.auth import Bearer, ClientCredentials, JwtBearer
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import AuthFailed, ConfigInvalid, FormatChanged, Incomplete
from connectors.sdk.http import Reply
from connectors.sdk.mapping import text_of
from connectors.sdk.paging import by_cursor

LOGIN = "https://login.salesforce.com"
_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


class Salesforce:
    """One connection's calls. Nothing of it outlives a session.

    ``usage`` is what the last answer said of the org's calls in 24 hours: used, and allowed.
    """

    def __init__(self, config: SalesforcePrmConfig, context: ReadContext) -> None:
        self.config = config
        self.now = context.now
        self.usage: tuple[int, int] | None = None
        self._http = context.http
        self._credentials = _credentials(config, context)
        self._described: dict[str, SObject | None] = context.http.once("describes", dict)
        self._root = f"/services/data/v{config.api_version}"

    def sign_in(self) -> None:
        """A token and the org's address, or the error that says what to correct."""
        self._home()

    def versions(self) -> list[str]:
        """The versions of the API that the org has, the newest last."""
        body = self.get("/services/data/").json()
        listed = body if isinstance(body, list) else []
        found = (each.get("version") for each in listed if isinstance(each, dict))
        return [version for version in found if isinstance(version, str)]

    def describe(self, name: str) -> SObject | None:
        """An object as this user sees it; None where it does not."""
        if name not in self._described:
            self._described[name] = self._describe(name)
        return self._described[name]

    def objects(self) -> frozenset[str]:
        """The names of all objects that this user sees."""
        body = self.get(f"{self._root}/sobjects").json()
        listed = body.get("sobjects") if isinstance(body, dict) else None
        if not isinstance(listed, list):
            raise FormatChanged("Salesforce does not list its objects.")
        return frozenset(str(each.get("name")) for each in listed if isinstance(each, dict))

    def pages(self, soql: str) -> Iterator[tuple[list[Any], int | None]]:
        """The rows of a query page by page, each with the announced total.

        Raises ``Incomplete`` where the rows are not as many as announced.
        """
        read = 0
        announced: list[int | None] = []

        def fetch(following: Mapping[str, Any]) -> Reply:
            if "next" in following:
                return self.get(self._following(following["next"]))
            return self.get(f"{self._root}/query", q=soql)

        for body in by_cursor(fetch, items=_rows, cursor=_next, param="next"):
            read += len(body["records"])
            announced.append(_total(body))
            yield body["records"], announced[-1]
        if others := set(announced) - {read}:
            raise Incomplete(f"Salesforce announced {others.pop()} rows and gave {read}.")

    def count(self, soql: str) -> int:
        """How many rows there are, of a SELECT COUNT()."""
        body = self.get(f"{self._root}/query", q=soql).json()
        return _total(body) or 0

    def get(self, path: str, **params: str) -> Reply:
        """One answer; what is refused raises as ``refusals.refusal`` says."""
        reply = self._signed(path, params)
        if reply.status in HANDLED:
            raise refusal(reply, self._http.now())
        return reply

    def _describe(self, name: str) -> SObject | None:
        path = f"{self._root}/sobjects/{name}/describe"
        reply = self._signed(path, {})
        if reply.status == 404 and code_of(reply) == "NOT_FOUND":
            # The same answer comes for a wrong address or version: the list of objects decides.
            if name not in self.objects():
                return None
            raise Incomplete(f"Salesforce lists {name} and does not find it.")
        if reply.status in HANDLED:
            raise refusal(reply, self._http.now())
        return sobject(reply.json(), name)

    def _signed(self, path: str, params: Mapping[str, str]) -> Reply:
        """An answer, after one new sign-in where the token has ended."""
        url = f"{self._home()}{path}"
        token = self._credentials.token()
        reply = self._ask(url, params)
        if reply.status == 401:
            self._credentials.renew(token)
            reply = self._ask(url, params)
        return reply

    def _ask(self, url: str, params: Mapping[str, str]) -> Reply:
        headers = {"Accept": "application/json", **self._credentials.headers()}
        reply = self._http.request("GET", url, params=params, headers=headers, also_ok=HANDLED)
        said = {name.lower(): value for name, value in reply.headers.items()}
        if found := _USAGE.search(said.get("sforce-limit-info", "")):
            self.usage = int(found[1]), int(found[2])
        return reply

    def _home(self) -> str:
        """The org's address: the one in the settings, or the one that it names, if we may go there.

        The token is never sent to a host that nobody entered.
        """
        named = self._credentials.beside("instance_url")
        if named is None or _host(named) == _host(self.config.base_url):
            return self.config.base_url
        if self.config.sign_in_url and _host(named) == _host(self.config.sign_in_url):
            return f"https://{_host(named)}"
        there = text_of(_host(named), limit=253)
        raise ConfigInvalid(
            f"Salesforce keeps this account at another address: {there}.",
            remedy=f"If that is the vendor's, enter https://{there} as My Domain address.",
        )

    def _following(self, path: str) -> str:
        """The path of the next page, on the same host and below the same root."""
        parts = urlsplit(path)
        if parts.scheme or parts.netloc:
            raise Incomplete("The link to the next page leads to another host.")
        if not re.fullmatch(rf"{re.escape(self._root)}/query/[A-Za-z0-9_-]+", parts.path):
            raise Incomplete("The link to the next page leads out of the list.")
        return parts.path


def _credentials(config: SalesforcePrmConfig, context: ReadContext) -> Bearer:
    token_url = f"{config.sign_in_url or config.base_url}/services/oauth2/token"
    if config.client_secret:
        return ClientCredentials(
            context.http,
            token_url=token_url,
            client_id=config.consumer_key,
            client_secret=config.client_secret,
            now=context.http.now,
            remedies=SIGN_IN,
        )
    if config.private_key is None:
        raise AuthFailed("There is nothing to sign in with.", remedy=CHECK_APP)
    return JwtBearer(
        context.http,
        token_url=token_url,
        issuer=config.consumer_key,
        subject=config.username,
        audience=config.audience or config.sign_in_url or LOGIN,
        private_key=config.private_key,
        now=context.http.now,
        remedies=SIGN_IN,
    )


def _host(address: str) -> str:
    return urlsplit(address).netloc.lower()


def _rows(body: Any) -> list[Any]:
    rows: list[Any] = body["records"]
    return rows


def _next(body: Any) -> str | None:
    """The link to the next page; a list that is not done and has none is not whole."""
    following = body.get("nextRecordsUrl")
    if body["done"] is not True and not isinstance(following, str):
        raise Incomplete("Salesforce says that there is more and not where.")
    return following if body["done"] is not True else None


def _total(body: Any) -> int | None:
    total = body.get("totalSize") if isinstance(body, dict) else None
    return total if isinstance(total, int) and not isinstance(total, bool) else None
