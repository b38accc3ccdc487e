"""Puts the API onto the application: a route for each operation, and its own description."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from app import ids
from app.api.problems import API
from app.api.v1 import operations, spec
from app.api.v1.call import Operation
from app.api.v1.reading import read
from app.api.v1.writing import write

ids.register()
router = APIRouter()
SPEC = f"{API}/openapi.json"


def _route_of(operation: Operation) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    ask = read if operation.body is None else write

    async def answer(request: Request) -> Response:
        return await ask(request, operation)

    return answer


for _operation in operations.ALL:
    router.add_api_route(
        _operation.address.replace("_id}", "_id:id}"),
        _route_of(_operation),
        methods=["GET", "HEAD"] if _operation.body is None else ["POST"],
        include_in_schema=False,
    )


@router.api_route(SPEC, methods=["GET", "HEAD"], include_in_schema=False)
def described(request: Request) -> Response:
    """The API's OpenAPI document. It tells no data, and is open to all."""
    document = spec.document(request.app.state.site.settings.public_url)
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(orjson.dumps(document), media_type="application/json", headers=headers)
