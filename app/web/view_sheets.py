"""The inbox's list as a spreadsheet: the same address, as .xlsx or .csv."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import BinaryIO

from starlette.requests import Request
from starlette.responses import Response

from app.errors import Conflict
from app.services import view_sheets
from app.services.view_sheets import Sheet, title_of
from app.web.inbox_page import PATH, view_of
from app.web.routing import page_router
from app.web.sheets import download
from app.web.visit import reading

router = page_router()
_at_once = BoundedSemaphore(2)
"""A large one takes its time: more of them would leave no thread to anybody else."""


@router.get(f"{PATH}.{{form}}")
def export(request: Request, form: str, raw: str = "") -> Response:
    """All items of the list that the same address shows; ``raw=1``: CSV for programs."""
    view = view_of(request.query_params)

    with _turn(), reading(request) as visit:
        sheet = Sheet(
            session=visit.session,
            view=view,
            home=visit.site.settings.public_url,
            title=title_of(view),
            **visit.by,
        )

        def write(target: BinaryIO, *, as_csv: bool) -> None:
            view_sheets.write(sheet, target, as_csv=as_csv, for_programs=raw == "1")

        return download(f"{sheet.title} {visit.clock.today.isoformat()}", form, write)


@contextmanager
def _turn() -> Iterator[None]:
    if not _at_once.acquire(blocking=False):
        raise Conflict("Others are exporting just now.", remedy="Try again in a minute.")
    try:
        yield
    finally:
        _at_once.release()
