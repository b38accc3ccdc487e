"""Puts the machine edge onto the application."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.api import feed, health
from app.api.tokens import TokenNeeded


def put_on(app: FastAPI) -> None:
    """Feed and health, and how they say no."""
    app.include_router(health.router)
    app.include_router(feed.router)
    app.add_exception_handler(TokenNeeded, _token_needed)


def _token_needed(request: Request, _error: Exception) -> JSONResponse:
    """RFC 9457: what is wrong and what helps, for a machine and its owner."""
    return JSONResponse(
        {
            "type": "about:blank",
            "title": "A token is needed",
            "status": 401,
            "detail": "Send Authorization: Bearer with a token made by "
            "`partner-inbox token add NAME --scope read` or on the page Settings.",
            "instance": request.url.path,
        },
        status_code=401,
        media_type="application/problem+json",
        headers={"WWW-Authenticate": 'Bearer realm="Partner Inbox"'},
    )
