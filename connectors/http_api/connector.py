"""Any API that answers in JSON or CSV, by declaration and without code.

What was settled first, and why:

- **A declaration belongs to a connection.** Its YAML is the setting ``declaration``, checked
  when it is saved, each error with line and key. Secrets are settings of their own; names of
  parameters and headers that would hold one are refused in the YAML, so that it can be handed
  on as a file.
- **Streams come from the settings.** ``Manifest.streams_of(config)`` asks
  ``ConnectorConfig.named_streams`` and falls back to the manifest's own. Sync, pages, bench and
  the conformance suite ask it; connectors with streams of their own need not know.
- **Hosts come from the settings too**: those of ``base`` and of ``token_url``, nothing else.
- **A finished read proves only what can be proven**: everything, where the pager ends by
  what the platform itself says (a cursor, a link, a total); otherwise nothing, unless the
  declaration says what its writer knows.
- **Data, no language.** A field is a JMESPath or a constant, with the form in which dates
  and numbers are written. What a row cannot give costs that row. Days counted from today are the
  only thing that a request leaves open, in three forms; a stream asked so proves nothing.
- **A stream has one kind.** A list of several kinds is named in several streams, each with its
  ``when``: what is gone is then told kind by kind, and a request more is cheap.
- **More than one request to a row** only where ``detail`` says so, and for so many rows.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from connectors.http_api import model
from connectors.http_api.asking import Asking, Leaf
from connectors.http_api.compiling import Plan
from connectors.http_api.config import HttpApiConfig
from connectors.http_api.details import Details, parted
from connectors.http_api.mapping import Mapper, apart
from connectors.http_api.model import Rule
from connectors.http_api.showing import sample_of
from connectors.http_api.signing import credentials
from connectors.http_api.values import id_of
from connectors.sdk import mapping
from connectors.sdk.checks import attempt
from connectors.sdk.connector import (
    Check,
    CheckState,
    Complete,
    Event,
    Page,
    ReadContext,
    Unchanged,
)
from connectors.sdk.errors import ConnectorError, FormatChanged
from connectors.sdk.manifest import Manifest, Need, PlatformType, RateLimit
from connectors.sdk.preview import ROWS, Preview

_DECLARED = "Correct the declaration, if the answer is as the platform means it."

MANIFEST = Manifest(
    id="http_api",
    version="1",
    name="HTTP API",
    platform=PlatformType.GENERIC,
    summary="Any JSON or CSV API, described in a few lines of YAML.",
    vendor=None,
    badge="API",
    colour="#6d28d9",
    config=HttpApiConfig,
    hosts=("${base_url}", "${token_url}"),
    streams=(),
    interval=timedelta(hours=4),
    minimum_interval=timedelta(minutes=5),
    rate=RateLimit(calls=120, seconds=60),
    needs=(
        Need(
            what="The API's address and its lists",
            where="The platform's documentation for developers, or its support",
        ),
        Need(
            what="A key, token, password or OAuth client with read access",
            where="The platform's portal, often below Integrations, Developers or API",
        ),
        Need(
            what="A declaration: which list becomes which records",
            where="The documentation of this source has all keys and whole examples to copy",
        ),
    ),
    gives_not=(
        "Pages made for people: it reads data, not HTML",
        "Sign-ins that need a person, a browser or a certificate",
        "Attachments, and changes that a platform would push",
    ),
    docs="docs/connectors/http_api.md",
    permissions=("Read access to the lists that are declared",),
)


class HttpApi:
    """Reads what its connection's declaration says."""

    manifest = MANIFEST

    def read(self, stream: str, config: HttpApiConfig, context: ReadContext) -> Iterator[Event]:
        """A page for each answer, then ``Complete``."""
        plan = config.loaded.plans[stream]
        asking = Asking(plan, config, context)
        mapper = _mapper(plan, config, asking)
        try:
            for number, leaf in enumerate(asking.leaves(), start=1):
                yield _page(plan, mapper, leaf, number)
        except FormatChanged as error:
            if error.remedy == FormatChanged.remedy:
                error.remedy = _DECLARED
            raise
        if asking.unchanged:
            yield Unchanged()
        else:
            yield Complete(window=asking.window, state=asking.state)

    def check(self, config: HttpApiConfig, context: ReadContext) -> Iterator[Check]:
        """The sign-in, then the first page of every stream."""
        sign_in = config.loaded.told.sign_in
        if isinstance(sign_in, model.OAuthSignIn | model.LoginSignIn):
            bearer = credentials(sign_in, config, context)
            signed_in = attempt("Sign-in", lambda: _said(bearer.token()))
            yield signed_in
            if signed_in.state is CheckState.FAIL:
                return
        for preview in self.preview(config, context):
            yield _judged(preview)

    def preview(self, config: HttpApiConfig, context: ReadContext) -> Iterator[Preview]:
        """The first page of every stream."""
        for plan in config.loaded.plans.values():
            yield _previewed(plan, config, context)


def _mapper(plan: Plan, config: HttpApiConfig, asking: Asking) -> Mapper:
    """With a request for each row where the stream declares it."""
    told, detail = config.loaded.told, plan.stream.detail
    if detail is None:
        return Mapper(plan, told)
    named = plan.detail_id
    row_id = (lambda row: id_of(named(row), Rule(), "id")) if named else Mapper(plan, told).id_of
    return Mapper(plan, told, Details(asking.detail, row_id, detail.most))


def _page(plan: Plan, mapper: Mapper, leaf: Leaf, number: int, *, most: int | None = None) -> Page:
    """The records of a page; of its first ``most`` rows."""
    return mapping.rows(
        islice(parted(leaf.rows, plan.each), most),
        apart(mapper),
        where=f"page {number}",
        external_id=mapper.id_of,
        expected=leaf.expected,
        noun=plan.spec.title,
    )


def _previewed(plan: Plan, config: HttpApiConfig, context: ReadContext) -> Preview:
    asking = Asking(plan, config, context)
    told: dict[str, Any] = {
        "stream": plan.spec.name,
        "title": plan.spec.title,
        "asked": asking.asked,
    }
    leaf: Leaf | None = None
    page = Page()
    try:
        for leaf in islice(asking.leaves(), 1):
            most = ROWS if plan.stream.detail else None
            page = _page(plan, _mapper(plan, config, asking), leaf, 1, most=most)
            told["note"] = asking.note(leaf)
    except ConnectorError as error:
        fix = _DECLARED if error.remedy == FormatChanged.remedy else error.remedy
        told |= {"problem": error.message, "fix": fix, "sample": getattr(error, "sample", "")}
        told["status"] = getattr(error, "status", None)
    if asking.last is not None:
        told |= {"status": asking.last.status, "size": len(asking.last.body)}
        told["sample"] = sample_of(asking.last, leaf.rows if leaf else None)
    return Preview(
        **told,
        rows=len(leaf.rows) if leaf else 0,
        page=Page(records=page.records[:ROWS], quarantined=page.quarantined[:ROWS]),
    )


def _said(_token: str) -> str:
    return "The platform gave a token."


def _judged(preview: Preview) -> Check:
    """A first page as a check: whether it came, and whether rows become records."""
    name, page = preview.title, preview.page
    if preview.problem:
        return Check(name=name, state=CheckState.FAIL, text=preview.problem, fix=preview.fix)
    text = f"The first page has {preview.rows:,} {'row' if preview.rows == 1 else 'rows'}."
    text = f"{text} {preview.note}".rstrip()
    if not page.quarantined:
        return Check(name=name, state=CheckState.OK, text=text)
    state = CheckState.WARN if page.records else CheckState.FAIL
    bad = f"{text} Some cannot be read, such as {page.quarantined[0].reason}"
    return Check(name=name, state=state, text=f"{bad.rstrip('.')}.", fix=_DECLARED)
