"""How the machine edge says no: RFC 9457, for a program and for whoever reads its log."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"
HELP = "/help/feed"


class Problem(Exception):
    """``about`` is the part of the help page that explains it; ``wrong`` maps a parameter to
    the sentence that says what is allowed.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        about: str,
        wrong: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.about = status, title, detail, about
        self.wrong = wrong or {}
        self.headers = headers or {}


def tell(request: Request, problem: Problem) -> JSONResponse:
    """The problem as its document."""
    home = request.app.state.site.settings.public_url
    document = {
        "type": f"{home}{HELP}#{problem.about}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.url.path,
    }
    if problem.wrong:
        told = problem.wrong.items()
        document["errors"] = [{"parameter": name, "detail": text} for name, text in told]
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(
        document, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers
    )
