"""Add and edit a source: a form from the connector's settings, checked before it is saved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from app.errors import AppError, Conflict, Invalid
from app.keeping import Kept
from app.models import Connection
from app.services import apart, checking, configs, previewing, source_pages, sources
from app.services.checking import Trial
from app.services.previewing import Previews
from app.services.sources import ScheduleInput
from app.services.uploads import prune
from app.web import drafts, manuals
from app.web.drafts import Draft
from app.web.fields import Submitted
from app.web.flash import Toast
from app.web.render import render, see_other
from app.web.routing import page_router
from app.web.schedule_fields import ScheduleTyped, schedule_of, typed_of
from app.web.sign_in import ZONES
from app.web.site import Site, site_of
from app.web.source_fields import PREFIX, Widget, fields_of, groups_of, values_of, widget_of
from app.web.visit import acting, reading
from connectors import registry
from connectors.sdk.connector import Check, CheckState, InMemory
from connectors.sdk.manifest import ConnectorConfig, Manifest, PlatformType
from connectors.sdk.quality import proof_of

router = page_router()
ORDER = (PlatformType.DISTRIBUTOR, PlatformType.VENDOR, PlatformType.GENERIC)
TITLES = {
    PlatformType.DISTRIBUTOR: "Distributors",
    PlatformType.VENDOR: "Vendors",
    PlatformType.GENERIC: "Any other portal: files, mail, feeds and what you enter",
}


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try to save: what was entered, and what is wrong with it.

    ``connection`` is the one that is edited; None when it is to be added.
    """

    manifest: Manifest
    connection: Connection | None
    draft: Draft
    name: str
    schedule: ScheduleTyped
    values: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    wrong: str = ""
    checks: tuple[Check, ...] = ()
    previews: Previews | None = None

    @property
    def failed(self) -> bool:
        """Whether a check failed."""
        return any(check.state is CheckState.FAIL for check in self.checks)


@router.get("/sources/add")
def choose(request: Request) -> Response:
    """All that can be connected, each with what it reads and what one needs for it."""
    with reading(request) as visit:
        visit.admin()
        visit.real()
        found = registry.connectors().values()
        known = [one.manifest for one in found]
        proofs = {one.manifest.id: proof_of(one) for one in found}
        groups = [
            (TITLES[platform], [one for one in known if one.platform is platform])
            for platform in ORDER
        ]
        tile = source_pages.tile_of
        return render(visit, "source_add.html", groups=groups, tile_of=tile, proofs=proofs)


@router.get("/sources/add/{connector_id}")
def add_form(request: Request, connector_id: str) -> Response:
    """The empty form."""
    attempt = _blank(request, connector_id)
    return _show(request, attempt)


@router.post("/sources/add/{connector_id}")
def add(request: Request, connector_id: str, form: Submitted) -> Response:
    """Check, and save when every check passes or when the person saves anyway."""
    return _submit(request, _typed(request, _blank(request, connector_id), form), form)


@router.get("/sources/{connection_id:id}/edit")
def edit_form(request: Request, connection_id: int) -> Response:
    """The form with what is stored, without the secrets."""
    return _show(request, _stored(request, connection_id))


@router.post("/sources/{connection_id:id}/edit")
def edit(request: Request, connection_id: int, form: Submitted) -> Response:
    """As when it is added; a secret that is left empty stays as it is."""
    return _submit(request, _typed(request, _stored(request, connection_id), form), form)


# From a request to an attempt


def _blank(request: Request, connector_id: str) -> Attempt:
    with reading(request) as visit:
        visit.admin()
        visit.real()
        manifest = sources.manifest_of(connector_id)
        taken = {connection.name for connection in sources.every(visit.session)}
    interval = int(manifest.interval.total_seconds() // 60)
    return Attempt(
        manifest=manifest,
        connection=None,
        draft=Draft(what=f"add {connector_id} {visit.user_id}"),
        name="" if manifest.name in taken else manifest.name,
        schedule=typed_of(interval_minutes=interval, time_zone=visit.user.time_zone),
        values={},
    )


def _stored(request: Request, connection_id: int) -> Attempt:
    with reading(request) as visit:
        visit.admin()
        connection = sources.get(visit.session, connection_id)
        apart.refuse_of_sample(connection)
        manifest = sources.manifest_of(connection.connector)
    return Attempt(
        manifest=manifest,
        connection=connection,
        draft=Draft(what=f"edit {connection_id} {visit.user_id}"),
        name=connection.name,
        schedule=typed_of(
            interval_minutes=connection.interval_minutes,
            cron=connection.cron,
            jitter_minutes=connection.jitter_minutes,
            quiet_hours=connection.quiet_hours,
            time_zone=connection.time_zone,
        ),
        values=connection.config,
    )


def _typed(request: Request, before: Attempt, form: FormData) -> Attempt:
    """The attempt as the form has it. Secrets and files join the draft."""
    site = site_of(request)
    model = before.manifest.config
    draft = drafts.unseal(str(form.get("draft", "")), before.draft.what, site.vault, now=site.now())
    values = values_of(model, form)
    entered = {name: str(values[name]) for name in configs.secret_names(model) if values.get(name)}
    forgotten = {name for name, value in values.items() if value is None}
    kept = {name: text for name, text in draft.secrets.items() if name not in forgotten}
    draft = replace(draft, secrets={**kept, **entered})
    for name, upload in _uploads(before.manifest, form):
        draft = drafts.keep_file(
            draft, name, upload.filename or "", upload.file, site.settings.uploads
        )
    return replace(
        before,
        draft=draft,
        name=str(form.get("name", "")),
        schedule=ScheduleTyped.of(form),
        values={**_files(before), **values, **draft.secrets, **draft.files},
    )


def _uploads(manifest: Manifest, form: FormData) -> Iterable[tuple[str, UploadFile]]:
    for name, info in manifest.config.model_fields.items():
        upload = form.get(PREFIX + name)
        if widget_of(info) is Widget.FILE and isinstance(upload, UploadFile) and upload.filename:
            yield name, upload


def _files(before: Attempt) -> dict[str, Any]:
    """The files that are stored already: a form cannot send them back."""
    model = before.manifest.config.model_fields
    return {
        name: value
        for name, value in before.values.items()
        if name in model and widget_of(model[name]) is Widget.FILE
    }


# From an attempt to an answer


def _submit(request: Request, attempt: Attempt, form: FormData) -> Response:
    try:
        config, schedule = _read(request, attempt)
    except Invalid as error:
        return _show(request, _wrong(attempt, error))
    then = form.get("then", "save")
    if then == "preview" and previewing.offered(attempt.manifest.id):
        return _show(request, _previewed(request, attempt, config))
    if then != "anyway":
        attempt = _checked(request, attempt, config)
    if then == "check" or attempt.failed:
        return _show(request, attempt)
    try:
        saved, name = _save(request, attempt, schedule)
    except (Invalid, Conflict) as error:
        return _show(request, _wrong(attempt, error))
    site_of(request).wake()
    return see_other(request, f"/sources/{saved}", Toast(said=f"{name} is saved. Reading it now."))


def _read(request: Request, attempt: Attempt) -> tuple[ConnectorConfig, ScheduleInput]:
    """Settings and schedule; raises ``Invalid`` with what is wrong with either."""
    try:
        config = configs.validate(attempt.manifest, _with_stored(request, attempt))
    except Invalid as error:
        try:
            schedule_of(attempt.schedule)
        except Invalid as second:
            error.fields = second.fields | error.fields
        raise
    return config, schedule_of(attempt.schedule)


def _wrong(attempt: Attempt, error: AppError) -> Attempt:
    fields = error.fields if isinstance(error, Invalid) else {"name": str(error)}
    if not attempt.name.strip():  # what is stored alone looks at it, and settings come first
        fields = {"name": "Enter a name."} | fields
    known = attempt.manifest.config.model_fields
    general = [text for name, text in fields.items() if name == "config"]
    shown = {name: text for name, text in fields.items() if name.split(".")[0] in known}
    own = {name: text for name, text in fields.items() if name in ScheduleTyped.FIELDS}
    errors = {**shown, **own, **({"name": fields["name"]} if "name" in fields else {})}
    return replace(attempt, errors=errors, wrong=" ".join((error.message, *general)))


def _with_stored(request: Request, attempt: Attempt) -> dict[str, Any]:
    values = {name: value for name, value in attempt.values.items() if value != ""}
    if attempt.connection is None:
        return {name: value for name, value in values.items() if value is not None}
    return sources.with_kept_secrets(attempt.connection, values, site_of(request).vault)


def _checked(request: Request, attempt: Attempt, config: ConnectorConfig) -> Attempt:
    """With its checks, and with the secrets that the platform replaced meanwhile."""
    site = site_of(request)
    secrets = _secrets(site, attempt)
    checks = checking.check(
        attempt.manifest.id,
        config,
        private_hosts=site.settings.allowed_private_hosts,
        now=site.now(),
        files=_folder(request, attempt),
        secrets=secrets,
    )
    return _with_replaced(replace(attempt, checks=checks), secrets)


def _previewed(request: Request, attempt: Attempt, config: ConnectorConfig) -> Attempt:
    """With what it would bring; nothing is saved."""
    site = site_of(request)
    secrets = _secrets(site, attempt)
    trial = Trial(
        private_hosts=site.settings.allowed_private_hosts,
        now=site.now(),
        files=_folder(request, attempt),
        secrets=secrets,
    )
    previews = previewing.preview(attempt.manifest.id, config, trial=trial)
    return _with_replaced(replace(attempt, previews=previews), secrets)


def _with_replaced(attempt: Attempt, secrets: InMemory) -> Attempt:
    """With the secrets that the platform replaced while it was asked."""
    draft = replace(attempt.draft, secrets={**attempt.draft.secrets, **secrets.replaced})
    return replace(attempt, draft=draft, values={**attempt.values, **secrets.replaced})


def _secrets(site: Site, attempt: Attempt) -> InMemory:
    if attempt.connection is None or attempt.connection.id is None:
        return InMemory()
    entered = attempt.draft.secrets
    return Kept(site.database, site.vault, attempt.connection.id, entered=entered)


def _folder(request: Request, attempt: Attempt) -> Path | None:
    """Where the attempt's files lie now: in the draft, else with the stored connection."""
    uploads = site_of(request).settings.uploads
    stored = uploads / str(attempt.connection.id) if attempt.connection else None
    return drafts.folder_of(attempt.draft, uploads) or stored


def _save(request: Request, attempt: Attempt, schedule: ScheduleInput) -> tuple[int, str]:
    site = site_of(request)
    values = _with_stored(request, attempt)
    with acting(request) as visit:
        visit.admin()
        if attempt.connection is None:
            saved = sources.add(
                visit.session,
                name=attempt.name,
                connector=attempt.manifest.id,
                values=values,
                vault=site.vault,
                now=visit.clock.now,
                schedule=schedule,
                asked_by_id=visit.user_id,
            )
        else:
            assert attempt.connection.id is not None
            saved = sources.edit(
                visit.session,
                attempt.connection.id,
                name=attempt.name,
                values=values,
                vault=site.vault,
                now=visit.clock.now,
                schedule=schedule,
                asked_by_id=visit.user_id,
            )
        assert saved.id is not None
        drafts.settle(attempt.draft, saved.id, site.settings.uploads)
    prune(site.settings.uploads, now=site.now())
    return saved.id, saved.name


def _show(request: Request, attempt: Attempt) -> Response:
    site = site_of(request)
    stored = frozenset[str]()
    if attempt.connection is not None:
        stored = frozenset(sources.stored_secrets(attempt.connection, site.vault))
    files = {name for name in _files(attempt) if attempt.values[name]}
    fields = fields_of(
        attempt.manifest.config,
        attempt.values,
        attempt.errors,
        kept=dict.fromkeys(stored | files, "stored") | dict.fromkeys(attempt.draft.kept, "entered"),
    )
    with reading(request) as visit:
        sealed = ""
        if attempt.draft.kept:
            sealed = drafts.seal(attempt.draft, site.vault, now=site.now())
        return render(
            visit,
            "source_form.html",
            status=422 if attempt.wrong or attempt.failed else 200,
            attempt=attempt,
            manifest=attempt.manifest,
            tile=source_pages.tile_of(attempt.manifest),
            simple=groups_of(fields, advanced=False),
            advanced=groups_of(fields, advanced=True),
            draft=sealed,
            has_manual=manuals.is_there(attempt.manifest.id),
            can_preview=previewing.offered(attempt.manifest.id),
            streams=configs.streams_of(attempt.manifest, attempt.values),
            zones=ZONES,
        )
