"""What is downloaded of a spreadsheet, and the undoing of an import."""

import tempfile
from collections.abc import Callable, Iterator
from typing import IO, BinaryIO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.errors import Conflict, Invalid, NotFound
from app.services import exporting, foreseeing, import_plans, imports, sources, taking_back, uploads
from app.web import waiting
from app.web.downloads import HEADERS, disposition
from app.web.flash import Toast
from app.web.imports import PATH, options_of
from app.web.render import see_other
from app.web.routing import page_router
from app.web.site import site_of
from app.web.visit import acting, reading
from connectors.sdk.errors import ConnectorError
from connectors.spreadsheet.settings import SpreadsheetConfig

router = page_router()
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
IN_MEMORY = 4 << 20
CHUNK = 1 << 16


@router.get(f"{PATH}/{{token}}/repairs.{{form}}")
def repairs(request: Request, token: str, form: str) -> Response:
    """The rows that cannot be read, each with the reason behind it."""
    site = site_of(request)
    with reading(request) as visit:
        visit.admin()
        known = imports.remembered(visit.session)
    kept = waiting.find(token, site.settings.uploads)
    file = kept.file(site.settings.uploads)

    def write(target: BinaryIO, *, as_csv: bool) -> None:
        said, currency = waiting.chosen(kept), kept.currency or None
        plan = import_plans.plan(import_plans.look(file), known, said, currency=currency)
        if plan.mappings is None:
            raise Invalid("Its columns are not said yet.", remedy="Say them and look again.")
        options = options_of(request, kept, plan.mappings)
        zone = site.settings.zone
        foreseeing.write_repairs(file, options, target, zone=zone, as_csv=as_csv)

    return download(f"{kept.name} to repair", form, write)


@router.get("/sources/{connection_id:id}/export.{form}")
def export(request: Request, connection_id: int, form: str) -> Response:
    """The sheet as it came, with the state, the owner and the newest note of each row."""
    site = site_of(request)
    with reading(request) as visit:
        connection = sources.get(visit.session, connection_id)
        if connection.connector != imports.CONNECTOR:
            raise NotFound("Only a spreadsheet can be given back as one.")
        known = exporting.standings(visit.session, connection_id)
    config = sources.config_of(connection, site.vault)
    assert isinstance(config, SpreadsheetConfig)

    def write(target: BinaryIO, *, as_csv: bool) -> None:
        _, source = imports.fetched(
            config,
            private_hosts=site.settings.allowed_private_hosts,
            now=site.now(),
            files=site.settings.uploads / str(connection_id),
        )
        exporting.write(source, config.options, known, target, as_csv=as_csv)

    return download(connection.name, form, write)


def download(name: str, form: str, write: Callable[..., None]) -> Response:
    """What ``write`` writes, as a file of that name and form. Raises ``NotFound``, ``Invalid``."""
    if form not in TYPES:
        raise NotFound("There is nothing at this address.")
    target = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  (closed when it was sent)
    try:
        write(target, as_csv=form == "csv")
    except ConnectorError as error:
        target.close()
        raise Invalid(error.message, remedy=error.remedy) from None
    target.seek(0)
    headers = HEADERS | {"Content-Disposition": disposition(f"{name}.{form}")}
    return StreamingResponse(_chunks(target), media_type=TYPES[form], headers=headers)


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    with source:
        while chunk := source.read(CHUNK):
            yield chunk


@router.post("/sources/{connection_id:id}/undo-import")
def undo_import(request: Request, connection_id: int) -> Response:
    """Read again what was read before the newest import."""
    site = site_of(request)
    folder = site.settings.uploads
    with acting(request) as visit:
        visit.admin()
        imported = taking_back.newest(folder, connection_id)
        if imported is None:
            raise Conflict("There is no import to undo.", remedy="Look at the source's history.")
        uploads.bring_back(folder, connection_id)
        back = taking_back.take_back(
            visit.session,
            connection_id,
            imported,
            vault=site.vault,
            now=visit.clock.now,
            user_id=visit.user_id,
        )
    uploads.forget_aside(folder, connection_id)
    site.wake()
    if back is None:
        return see_other(request, "/sources", Toast(said=f"{imported.file} is taken back."))
    said = f"{imported.file} is taken back. Reading what was there before."
    return see_other(request, f"/sources/{connection_id}", Toast(said=said))
