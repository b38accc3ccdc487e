"""Puts the HTML edge onto the application."""

from fastapi import FastAPI
from starlette.routing import Route

from app.web import (
    admin,
    calendar,
    calendar_feeds,
    changes,
    decisions,
    digest,
    errors,
    fiscal_years,
    goals,
    handing,
    help,
    imports,
    inbox,
    items,
    keyboard,
    mandatory,
    notices,
    outputs,
    overview,
    own_items,
    priorities,
    programs,
    reports,
    rules,
    saved,
    settings,
    sheets,
    sign_in,
    source_forms,
    sources,
    start,
    talk,
    today,
    trying,
    unsubscribe,
    view_sheets,
    webhooks,
)
from app.web.security import (
    MEGABYTE,
    BodyLimit,
    KnownHosts,
    RequestId,
    SameSite,
    SecurityHeaders,
)
from app.web.site import Site

SPREADSHEET = 32 * MEGABYTE
"""Bytes of a body with a file for a source."""

PARTS = (
    sign_in,
    start,
    today,
    inbox,
    view_sheets,
    calendar,
    items,
    mandatory,
    notices,
    talk,
    saved,
    decisions,
    changes,
    overview,
    goals,
    reports,
    programs,
    imports,
    sheets,
    own_items,
    source_forms,
    sources,
    settings,
    digest,
    unsubscribe,
    calendar_feeds,
    fiscal_years,
    priorities,
    keyboard,
    rules,
    outputs,
    trying,
    admin,
    webhooks,
    handing,
    help,
)


def put_on(app: FastAPI, site: Site, *, cookieless: tuple[str, ...] = ()) -> None:
    """Middlewares, static files, error pages and all pages. ``cookieless``: below these addresses
    others answer, who look at no cookie.

    ``add_middleware`` puts each around those before it: the last one named is outermost.
    """
    app.state.site = site
    app.add_middleware(errors.LastResort)
    app.add_middleware(
        SameSite, public_url=site.settings.public_url, cookieless=(unsubscribe.BELOW, *cookieless)
    )
    app.add_middleware(BodyLimit, uploads=_uploads(site), refuse=errors.too_large)
    app.add_middleware(
        KnownHosts, public_url=site.settings.public_url, also=site.settings.allowed_hosts
    )
    app.add_middleware(SecurityHeaders, https=site.https)
    app.add_middleware(RequestId)
    app.router.routes.append(Route("/static/{path:path}", site.assets.serve, name="static"))
    for part in PARTS:
        app.router.routes.extend(part.router.routes)
    errors.install(app)


def _uploads(site: Site) -> dict[str, int]:
    """Below these paths files may be sent, so bodies may be larger: by how much, in bytes."""
    most = (site.settings.max_file_mb + 1) * MEGABYTE  # what is around the file takes some, too
    return {"/sources/": SPREADSHEET, talk.UPLOAD: most}
