"""Settings › Outputs: the feed, the API and the door for assistants, asked as a tool would ask."""

from collections.abc import Mapping
from typing import Any

import anyio.from_thread
import httpx2
from starlette.requests import Request
from starlette.responses import Response

from app.core.words import plural
from app.errors import NotFound
from app.services import trials
from app.services.trials import Trial
from app.web.flash import Toast
from app.web.render import see_other
from app.web.routing import page_router
from app.web.site import site_of
from app.web.visit import reading

router = page_router()
PAGE = "/settings/outputs"
TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ASKED: Mapping[str, tuple[str, str, Any]] = {
    "feed": ("GET", "/feed.json", None),
    "api": ("GET", "/api/v1/items", None),
    "assistants": ("POST", "/mcp", TOOLS),
}
ACCEPT = "application/json, application/feed+json, text/event-stream"


@router.post(f"{PAGE}/{{key}}/test")
def test(request: Request, key: str) -> Response:
    """Ask it once, with a token that is lent for it, and keep what came of it."""
    with reading(request) as visit:
        visit.admin()
        user_id, now = visit.user_id, visit.clock.now
    if key not in ASKED:
        raise NotFound("There is no such output.", remedy="Go back to Settings.")
    database = site_of(request).database
    with database.write(counts=False) as session:
        token = trials.lend(session, user_id, now=now)
    try:
        ok, said = anyio.from_thread.run(_ask, request, key, token)
    finally:
        with database.write(counts=False) as session:
            trials.take_back(session, token)
    with database.write(counts=False) as session:
        trials.keep(session, key, Trial(at=now, said=said, ok=ok))
    return see_other(request, PAGE, Toast(said=said))


async def _ask(request: Request, key: str, token: str) -> tuple[bool, str]:
    method, path, body = ASKED[key]
    transport = httpx2.ASGITransport(app=request.app, raise_app_exceptions=False)
    home = site_of(request).settings.public_url
    headers = {"Authorization": f"Bearer {token}", "Accept": ACCEPT}
    async with httpx2.AsyncClient(transport=transport, base_url=home, headers=headers) as client:
        answer = await client.request(method, path, json=body)
    if not answer.is_success:
        return False, f"It answered {answer.status_code}."
    return True, _told(key, answer.json(), len(answer.content))


def _told(key: str, found: dict[str, Any], size: int) -> str:
    if key == "assistants":
        return f"It offered {plural(len(found['result']['tools']), 'tool')}."
    return f"It gave {plural(len(found['items']), 'item')} in {max(size // 1024, 1):,} KB."
