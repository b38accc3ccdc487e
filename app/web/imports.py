"""Import a spreadsheet: upload, say what its columns mean, look at the rows, save."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from app.core.whole import whole
from app.core.words import plural
from app.errors import AppError, Conflict, Invalid
from app.services import foreseeing, import_plans, imports, sources, taking_back
from app.services.foreseeing import Foreseen
from app.services.import_plans import KINDS, MEANINGS, Choice, ImportPlan, SheetPlan
from app.services.uploads import place, prune
from app.web import waiting
from app.web.fields import Submitted
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.site import site_of
from app.web.visit import acting, reading
from app.web.waiting import Waiting
from connectors.sdk.errors import ConnectorError
from connectors.sdk.tables.choosing import Options
from connectors.sdk.tables.meaning import SheetMapping

router = page_router()
PATH = "/sources/import"
LONGEST_SHOWN = 100_000
"""Letters of what was pasted that come back with a form that cannot be taken."""
PASTED = "Pasted rows.tsv"
"""The name of what was pasted: cells that are copied come with tabs between them."""


@router.get(PATH)
def choose_file(request: Request) -> Response:
    """The form for the file."""
    with reading(request) as visit:
        visit.real()
    return _choose(request)


@router.post(PATH)
def upload(request: Request, form: Submitted) -> Response:
    """Keep the file and go on to its columns; a file that cannot be read comes back at once."""
    site = site_of(request)
    with reading(request) as visit:
        visit.admin()
    file, pasted = form.get("file"), str(form.get("pasted", "")).strip("\r\n")
    typed = {
        name: str(form.get(name, "")).strip() for name in ("name", "into", "vendor", "currency")
    } | {"pasted": pasted if len(pasted) <= LONGEST_SHOWN else ""}
    if isinstance(file, UploadFile) and file.filename:
        body, name = file.file, file.filename
    elif pasted.strip():
        # With a line end, or the last row would count as cut off.
        body, name = BytesIO(f"{pasted}\n".encode()), PASTED
    else:
        return _choose(request, typed=typed, errors={"file": "Choose a file, or paste its rows."})
    said = {part: typed[part] for part in ("name", "vendor", "currency")}
    try:
        with reading(request) as visit:
            imports.check(visit.session, whole(typed["into"]), **said)
            free = imports.name_for(visit.session, name)
    except Invalid as error:
        return _choose(request, typed=typed, errors=error.fields)
    prune(site.settings.uploads, now=site.now())
    kept = waiting.keep(
        body,
        site.settings.uploads,
        file_name=name,
        name=typed["name"] or free,
        connection_id=whole(typed["into"]),
        vendor=typed["vendor"],
        currency=typed["currency"].upper(),
        apart=bool(typed["into"] or typed["name"]),
    )
    try:
        book = import_plans.look(kept.file(site.settings.uploads), home=site.settings.public_url)
    except ConnectorError as error:
        waiting.forget(kept, site.settings.uploads)
        wrong = f"{error.message} {error.remedy}".strip()
        return _choose(request, typed=typed, errors={"file": wrong})
    if not kept.apart:
        with reading(request) as visit:
            marks = [one.fingerprint for one in book.sheets]
            same = imports.reading_such(visit.session, marks, uploads=site.settings.uploads)
        if same is not None:
            kept = waiting.lead(kept, same.id, same.name, site.settings.uploads)
    if kept.connection_id is not None and any(sheet.repaired for sheet in book.sheets):
        _put_in(request, kept)
    return see_other(request, f"{PATH}/{kept.token}")


def _put_in(request: Request, kept: Waiting) -> None:
    """Rows that were given out to be repaired are no new file: they go into the one there is."""
    site = site_of(request)
    uploads = site.settings.uploads
    assert kept.connection_id is not None
    with reading(request) as visit:
        connection = sources.get(visit.session, kept.connection_id)
    config = sources.config_of(connection, site.vault)
    try:
        mended = foreseeing.put_in(
            config,
            uploads / str(connection.id),
            repaired=kept.file(uploads),
            now=site.now(),
            into=kept.file(uploads).parent.parent,
        )
    except ConnectorError as error:
        waiting.forget(kept, uploads)
        raise Invalid(error.message, remedy=error.remedy) from None
    waiting.replace_file(kept, mended, uploads)


def _choose(
    request: Request,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    into = request.query_params.get("into", "")
    empty = {"name": "", "into": into, "vendor": "", "currency": "", "pasted": ""}
    with reading(request) as visit:
        visit.admin()
        return render(
            visit,
            "import_file.html",
            status=422 if errors else 200,
            typed=empty | dict(typed or {}),
            errors=errors or {},
            targets=[(str(one.id), one.name) for one in imports.targets(visit.session)],
        )


@router.post("/sources/{connection_id:id}/columns")
def map_again(request: Request, connection_id: int) -> Response:
    """Say what the columns of a source's present file mean; it may have to be fetched."""
    site = site_of(request)
    uploads = site.settings.uploads
    with reading(request) as visit:
        visit.admin()
        connection = sources.get(visit.session, connection_id)
        config = sources.config_of(connection, site.vault)
    try:
        name, found = imports.fetched(
            config,
            private_hosts=site.settings.allowed_private_hosts,
            now=site.now(),
            files=uploads / str(connection_id),
        )
    except ConnectorError as error:
        raise Invalid(error.message, remedy=error.remedy) from None
    prune(uploads, now=site.now())
    with BytesIO(found) if isinstance(found, bytes) else found.open("rb") as body:
        kept = waiting.keep(
            body,
            uploads,
            file_name=name,
            name=connection.name,
            connection_id=connection_id,
            vendor=str(connection.config.get("vendor") or ""),
            currency=str(connection.config.get("currency") or ""),
            is_stored=True,
        )
    return see_other(request, f"{PATH}/{kept.token}")


@router.get(f"{PATH}/{{token}}")
def map_columns(request: Request, token: str) -> Response:
    """What the columns seem to mean; where nothing is open, the rows as they will look, too."""
    kept, known = _known(request, token)
    try:
        book = import_plans.look(kept.file(site_of(request).settings.uploads))
    except ConnectorError as error:
        raise Invalid(error.message, remedy=error.remedy) from None
    said = waiting.chosen(kept)
    plan = import_plans.plan(book, known, said, currency=kept.currency or None)
    return _show(request, kept, plan)


@router.post(f"{PATH}/{{token}}")
def decide(request: Request, token: str, form: Submitted) -> Response:
    """Take the choices: look again, or save. ``lead``: into a source that there is."""
    kept, known = _known(request, token)
    if lead := whole(str(form.get("lead", ""))):
        return _lead(request, kept, lead)
    try:
        book = import_plans.look(kept.file(site_of(request).settings.uploads))
    except ConnectorError as error:
        raise Invalid(error.message, remedy=error.remedy) from None
    currency = kept.currency or None
    offered = import_plans.plan(book, known, currency=currency)
    chosen = {
        sheet.fingerprint: choice_of(form, number, sheet)
        for number, sheet in enumerate(offered.sheets)
    }
    plan = import_plans.plan(book, known, chosen, currency=currency)
    waiting.decided(kept, chosen, site_of(request).settings.uploads)
    if form.get("then") != "save" or plan.mappings is None:
        return _show(request, kept, plan, pressed=True)
    try:
        saved, name = _save(request, kept, plan)
    except (Invalid, Conflict) as error:
        return _show(request, kept, plan, error=error)
    site_of(request).wake()
    return see_other(request, f"/sources/{saved}", Toast(said=f"{name} is saved. Reading it now."))


def _lead(request: Request, kept: Waiting, connection_id: int) -> Response:
    with reading(request) as visit:
        imports.check(visit.session, connection_id, vendor=None, currency=None)
        name = sources.get(visit.session, connection_id).name
    waiting.lead(kept, connection_id, name, site_of(request).settings.uploads)
    return see_other(request, f"{PATH}/{kept.token}")


def choice_of(form: Mapping[str, Any], number: int, sheet: SheetPlan) -> Choice:
    """What the form says of one sheet."""
    columns = {
        column.header: str(form.get(f"c.{number}.{place}", column.field))
        for place, column in enumerate(sheet.columns)
    }
    before = f"a.{number}."
    return Choice(
        use=bool(form.get(f"use.{number}")),
        columns=columns,
        kind=str(form.get(f"kind.{number}", "")),
        answers={
            name.removeprefix(before): str(value)
            for name, value in form.items()
            if name.startswith(before)
        },
        sheet_names=str(form.get(f"names.{number}", "")),
    )


def _known(request: Request, token: str) -> tuple[Waiting, Mapping[str, Any]]:
    with reading(request) as visit:
        visit.admin()
        known = imports.remembered(visit.session)
    return waiting.find(token, site_of(request).settings.uploads), known


def _foreseen(request: Request, kept: Waiting, plan: ImportPlan) -> Foreseen | str | None:
    """The preview, a sentence why there is none, or None while something is open."""
    if plan.mappings is None:
        return None
    site = site_of(request)
    try:
        return foreseeing.foresee(
            kept.file(site.settings.uploads),
            options_of(request, kept, plan.mappings),
            reader=site.database.read,
            connection_id=kept.connection_id,
            zone=site.settings.zone,
        )
    except ConnectorError as error:
        return f"{error.message} {error.remedy}".strip()


def options_of(request: Request, kept: Waiting, mappings: Mapping[str, SheetMapping]) -> Options:
    """How the file is read once it is saved."""
    with reading(request) as visit:
        id_ = kept.connection_id
        present = sources.get(visit.session, id_) if id_ is not None else None
    vendor, currency = kept.vendor or None, kept.currency or None
    return foreseeing.options_of(present, mappings, vendor=vendor, currency=currency)


def _save(request: Request, kept: Waiting, plan: ImportPlan) -> tuple[int, str]:
    site = site_of(request)
    assert plan.mappings is not None
    with acting(request) as visit:
        visit.admin()
        id_ = kept.connection_id
        present = sources.get(visit.session, id_) if id_ is not None else None
        imported = taking_back.of_import(present, file=kept.file_name, now=visit.clock.now)
        saved = imports.save(
            visit.session,
            file_name=None if kept.is_stored else kept.file_name,
            name=kept.name,
            connection_id=kept.connection_id,
            mappings=plan.mappings,
            vendor=kept.vendor,
            currency=kept.currency,
            vault=site.vault,
            now=visit.clock.now,
            asked_by_id=visit.user_id,
        )
        assert saved.id is not None
        if not kept.is_stored:
            taking_back.remember(imported, site.settings.uploads, saved.id)
            place(kept.file(site.settings.uploads), site.settings.uploads, saved.id)
    waiting.forget(kept, site.settings.uploads)
    return saved.id, saved.name


def _show(
    request: Request,
    kept: Waiting,
    plan: ImportPlan,
    *,
    pressed: bool = False,
    error: AppError | None = None,
) -> Response:
    seen = _foreseen(request, kept, plan)
    with reading(request) as visit:
        headers = [[column.header for column in sheet.columns] for sheet in plan.sheets]
        asked = kept.connection_id is None and not kept.apart
        alike = imports.reading_alike(visit.session, headers) if asked else None
        into = None if kept.is_stored else kept.connection_id
        lies = imports.lying(sources.get(visit.session, into)) if into is not None else ""
        return render(
            visit,
            "import_columns.html",
            status=422 if error or (pressed and not isinstance(seen, Foreseen)) else 200,
            kept=kept,
            plan=plan,
            alike=alike,
            lies=lies,
            seen=seen if isinstance(seen, Foreseen) else None,
            wrong=str(error) if error else seen if isinstance(seen, str) else "",
            pressed=pressed,
            meanings=MEANINGS,
            kinds=(("", "Each row says it"), *KINDS),
            rows_word=plural(seen.read, "row") if isinstance(seen, Foreseen) else "",
            as_last_time=all(sheet.known for sheet in plan.sheets),
        )
