"""Whether the process lives, and whether it serves."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

router = APIRouter()


@router.api_route("/healthz", methods=["GET", "HEAD"], include_in_schema=False)
def healthz() -> JSONResponse:
    """The process lives. Asks nothing of the database, so that a slow one kills no process."""
    return JSONResponse({"status": "ok"})


@router.api_route("/readyz", methods=["GET", "HEAD"], include_in_schema=False)
def readyz(request: Request) -> JSONResponse:
    """The database answers: send people here."""
    if not request.app.state.site.database.answers():
        why = "the database does not answer"
        return JSONResponse({"status": "not ready", "why": why}, status_code=503)
    return JSONResponse({"status": "ready"})
