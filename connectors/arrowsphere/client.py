"""How one talks to ArrowSphere: the key, its envelopes, its two ways to page."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.arrowsphere.config import KEYS, ArrowsphereConfig
from connectors.sdk.connector import ReadContext
from connectors.sdk.errors import AuthFailed, ConfigInvalid, FormatChanged, Incomplete, Rejected
from connectors.sdk.http import HttpSession, Reply
from connectors.sdk.mapping import within
from connectors.sdk.paging import by_cursor, by_number
from connectors.sdk.redact import register

PER_PAGE = 100
PER_PAGE_OF_NOTIFICATIONS = 50
_KEY_FIX = f"Create an API key and enter it again: {KEYS}."
_RIGHTS_FIX = (
    "Let somebody who sees all customers and the programs in ArrowSphere create the API key: "
    f"{KEYS}."
)
_NOTIFICATIONS_FIX = (
    "Enter an access token for notifications, or edit the connection and switch off "
    '"Read notifications".'
)
_LISTS = {
    "/subscriptions": "program subscriptions",
    "/licenses/v2/find": "licences",
    "/campaigns/v2/active": "campaigns",
}
_ADDRESS_FIX = "Edit the connection: the address is https://xsp.arrow.com/index.php/api."


class Arrow:
    """One connection's calls. Nothing of it outlives a read."""

    def __init__(self, config: ArrowsphereConfig, context: ReadContext) -> None:
        self._http: HttpSession = context.http
        self._base = config.base_url
        self._location = config.campaign_location
        key = config.api_key.get_secret_value()
        token = config.notification_token
        register(key, *([token.get_secret_value()] if token else []))
        self._headers = {"Accept": "application/json", "apiKey": key}
        # Raw, without "Bearer": so do both of Arrow's SDKs.
        self._token = {"Authorization": token.get_secret_value()} if token else {}
        self.has_token = bool(self._token)

    def company(self) -> Mapping[str, Any]:
        """Whose key it is; raises ``ConfigInvalid`` where no ArrowSphere answers."""
        try:
            body = self._ask("GET", "/whoami").json()
        except Rejected as refusal:
            if refusal.status != 404:
                raise
            raise ConfigInvalid(
                "There is no ArrowSphere at this address.", remedy=_ADDRESS_FIX
            ) from None
        found = within(body, "data")
        if not isinstance(found, dict):
            raise FormatChanged("ArrowSphere's answer does not say whose key it is.")
        return found

    def subscriptions(self) -> list[Any]:
        """The enrolments in programs, which come in one piece."""
        return self._whole("/subscriptions")

    def campaigns(self) -> list[Any]:
        """The campaigns that are active now."""
        return self._whole("/campaigns/v2/active", location=self._location)

    def licences(self, *, per_page: int = PER_PAGE) -> Iterator[tuple[list[Any], int | None]]:
        """Pages of enabled licences, each with the announced total."""
        wanted = {"filters": {"license.isEnabled": True}, "sort": {"license.end_date": "asc"}}
        for body in by_number(
            lambda more: self._ask("POST", "/licenses/v2/find", params=more, json=wanted),
            items=_results,
            size=("per_page", per_page),
            total=total_of,
            pages=_pages_of,
        ):
            yield _results(body), total_of(body)

    def notifications(self) -> Iterator[list[Any]]:
        """Pages of notifications, the newest first."""
        size = {"perPage": PER_PAGE_OF_NOTIFICATIONS}
        for body in by_cursor(
            lambda more: self._notified({**size, **more}),
            items=notifications_of,
            cursor=_search_after,
            param="searchAfter",
        ):
            yield notifications_of(body)

    def _notified(self, params: dict[str, Any]) -> Reply:
        try:
            return self._ask("GET", "/notification", params=params, headers=self._token)
        except AuthFailed as refusal:
            raise AuthFailed(
                "ArrowSphere does not show notifications to this key.",
                status=refusal.status,
                remedy=_NOTIFICATIONS_FIX,
            ) from None

    def _whole(self, path: str, **params: Any) -> list[Any]:
        reply = self._ask("GET", path, params=params)
        if reply.status == 204:
            return []
        body = reply.json()
        rows, total = _list(within(body, "data")), total_of(body)
        if total is not None and total != len(rows):
            raise Incomplete(f"ArrowSphere announced {total:,} rows and gave {len(rows):,}.")
        return rows

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        sent = {**self._headers, **(headers or {})}
        try:
            return self._http.request(
                method, f"{self._base}{path}", params=params, json=json, headers=sent
            )
        except AuthFailed as refusal:
            raise _refused(refusal.status, path) from None


def _refused(status: int | None, path: str) -> AuthFailed:
    if status == 403:
        message = f"ArrowSphere does not let this API key read {_LISTS.get(path, 'that')}."
        return AuthFailed(message, status=status, remedy=_RIGHTS_FIX)
    return AuthFailed("ArrowSphere does not accept the API key.", status=status, remedy=_KEY_FIX)


def notifications_of(body: Any) -> list[Any]:
    """The notifications: one of Arrow's SDKs finds them in ``data.notifications``."""
    data = within(body, "data")
    return _list(within(data, "notifications") if isinstance(data, dict) else data)


def _search_after(body: Any) -> str | None:
    """Where the next page begins: as the answer says, or behind its last notification."""
    pagination = within(body, "pagination")
    if isinstance(pagination, dict) and "searchAfter" in pagination:
        said = pagination["searchAfter"]
        return said if isinstance(said, str) and said != "done" else None
    rows = notifications_of(body)
    if not rows:
        return None
    last = within(rows[-1], "id")
    if not isinstance(last, str) or not last:
        raise Incomplete("ArrowSphere's last notification has no id to go on behind.")
    return last


def total_of(body: Any) -> int | None:
    """The announced number of rows, where a list is paged."""
    total = within(body, "pagination", "total")
    if total is None:
        return None
    if not isinstance(total, int) or isinstance(total, bool):
        raise FormatChanged("ArrowSphere's number of rows is none.")
    return total


def _pages_of(body: Any) -> int | None:
    """The announced number of pages: older calls write it in another way than newer ones."""
    pagination = within(body, "pagination")
    found = within(pagination, "totalPage")
    found = within(pagination, "total_page") if found is None else found
    if total_of(body) is None and found is None:
        raise FormatChanged("ArrowSphere does not say how many licences there are.")
    return found if isinstance(found, int) else None


def _results(body: Any) -> list[Any]:
    return _list(within(body, "results"))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise FormatChanged("ArrowSphere's answer has no list where its SDKs find one.")
    return value
