"""Whatever is sent to whatever route, the answer is a page or a clear no, never our fault.

The routes come from the application itself, so that a new one is covered as it is added.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx2 import Response
from pydantic import BaseModel, SecretStr

from app.api import edge as api
from app.config import Settings
from app.jobs.syncing import Syncer
from app.main import create_app
from app.services import accounts, sources
from app.web import drafts, fields
from app.web import edge as web
from app.web.site import Site
from connectors import registry
from tests.support.database import ENGINES
from tests.support.postgres import Server
from tests.support.scripted import Scripted, deadline
from tests.support.visitor import Visitor

NUL = "a\0b"
HALF = "\ud800"
"""Half of a surrogate pair: a form in several parts can bring it, an address cannot."""
TEXTS = ("", NUL, "../../etc/\N{PILE OF POO}'); {{ 7 * 7 }} <b>", "x" * 5000)
NUMBERS = ("-1", "2147483648", "9" * 20, "9" * 5000, "²")
DATES = ("0001-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00")
NONSENSE = (*TEXTS, *NUMBERS, *DATES)
REACHES = {
    "sqlite": NONSENSE,
    "postgresql": (NUL, "2147483648", "9" * 20, "x" * 5000, "9999-12-31T23:59:59-12:00"),
}
"""What each database is given: the first has all of it; the second what it may see otherwise."""

QUERY = (
    *("tab", "q", "vendor", "program", "kind", "source", "after", "limit"),
    *("item", "into", "next", "show", "seen"),
    *("owner", "state", "currency", "amount_from", "amount_to", "due_from", "due_to"),
    *("sort", "group"),
)
"""What addresses are asked for; a name that a page does not know does no harm."""
SCHEDULE = ("name", "every", "unit", "cron", "jitter", "quiet", "time_zone", "draft", "set.account")
SHEET = ("use.0", "kind.0", "c.0.0", "a.0.x", "names.0")
FILE = ("name", "into", "vendor", "currency", "file", "pasted")
OWN = ("date", "other", "until", "remind", "amount", "url", "target", "actual", "fiscal_end")
ONCE = ("date", "title", "amount", "target", "actual", "note")
SUBMITTED = {
    **dict.fromkeys(("/items/add", "/items/{item_id:id}/edit"), OWN),
    "/items/{item_id:id}/once": ONCE,
    "/items/{item_id:id}/delete": ("what",),
    "/items/file": ("item", "file", "proof", "next"),
    "/items/{item_id:id}/actual": ("actual", "next"),
    **dict.fromkeys(("/sources/add/{connector_id}", "/sources/{connection_id:id}/edit"), SCHEDULE),
    "/settings/priorities": ('["Acme", ""]', 'shown ["Acme", "Gold"]', "then"),
    "/settings/keyboard": ("done", "next", "shortcuts"),
    "/sources/import": FILE,
    "/sources/import/{token}": SHEET,
}
"""The fields of the forms that are read by hand."""
VALID = {
    "item": "1",
    "text": "x",
    "name": "Rin",
    "owner": "1",
    "stream": "things",
    "use.0": "1",
    "then": "anyway",
    "title": "Review",
    "kind": "deadline",
    "date": "2027-01-31",
}
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
COOKIE = "partner-inbox-session"


# --- the routes and what they take -----------------------------------------------------------


def all_routes() -> dict[str, APIRoute]:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    api.put_on(app)
    every = [*app.routes, *(route for part in web.PARTS for route in part.router.routes)]
    return {
        f"{' '.join(sorted(route.methods))} {route.path}": route
        for route in every
        if isinstance(route, APIRoute)
    }


ROUTES = all_routes()
GETS = {name: route for name, route in ROUTES.items() if "GET" in route.methods}
POSTS = {name: route for name, route in ROUTES.items() if "POST" in route.methods}
PLACE = re.compile(r"\{(\w+)(?::\w+)?\}")


def each(routes: dict[str, APIRoute]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", routes.values(), ids=routes)


def fields_of(route: APIRoute) -> dict[str, bool]:
    """The names of the fields that the route's form has, and whether it takes any text there."""
    if any(inner.call is fields.submitted for inner in route.dependant.dependencies):
        # A new one belongs into the table above.
        return dict.fromkeys(SUBMITTED[route.path], True)
    kinds: dict[str, Any] = {}
    for one in route.dependant.body_params:
        kind = one.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            kinds |= {name: field.annotation for name, field in kind.model_fields.items()}
        else:
            kinds[one.alias] = kind
    return {name: "str" in str(kind) for name, kind in kinds.items()}


# --- an application to send it to ------------------------------------------------------------


@dataclass
class Office:
    """A running application with one source, one item and Dana, who may do everything."""

    client: Visitor
    site: Site
    dana: int
    upload: str = ""
    cookie: str = ""

    def ask(self, method: str, path: str, *, note: str = "", **options: Any) -> Response:
        """Send it, signed in; a fault of ours fails the test."""
        answer = self._ask(method, path, **options) if self.cookie else None
        if answer is None or answer.headers.get("location", "").startswith("/sign-in"):
            self.cookie = f"{COOKIE}={self.session()}"  # what was sent last ended the old one
            answer = self._ask(method, path, **options)
        assert answer.status_code < 500, f"{method} {path[:90]} {note}"
        return answer

    def _ask(self, method: str, path: str, **options: Any) -> Response:
        headers = {"Cookie": self.cookie} | options.pop("headers", {})
        return self.client.request(method, path, headers=headers, **options)

    def session(self) -> str:
        with self.site.database.write(counts=False) as session:
            return accounts.open_session(session, self.dana, now=datetime.now(UTC))

    @property
    def nonsense(self) -> tuple[str, ...]:
        """What is sent to this one."""
        return REACHES[self.site.database.url.get_backend_name()]

    @property
    def numbers(self) -> tuple[str, ...]:
        """What of it a field is sent whose number is read before we see it."""
        return tuple(one for one in self.nonsense if one in (*NUMBERS, NUL))

    @property
    def is_first(self) -> bool:
        """Whether this one is sent what no database gets to see, too."""
        return self.nonsense is NONSENSE

    def place(self, route: APIRoute) -> str:
        """The route's address with what is there: the source, the item, the upload."""
        there = {"connector_id": "scripted", "token": self.upload}
        return PLACE.sub(lambda place: there.get(place[1], "1"), route.path)


@pytest.fixture(scope="module", params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One database for the whole file: nonsense leaves nothing behind."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("nonsense") / "inbox.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = server.create(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture(scope="module")
def office(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    connector = Scripted()
    connector.lists(deadline(1))
    app = create_app(
        Settings(
            data_dir=tmp_path_factory.mktemp("data"),
            database_url=SecretStr(url),
            public_url="http://testserver",
        ),
        jobs=False,
    )
    with (
        registry.installed(connector),
        Visitor(app, headers=SAME_SITE, follow_redirects=False) as client,
    ):
        office = Office(client, app.state.site, fill(app.state.site))
        sheet = {"file": ("deals.csv", b"Title,Due\nRenew,2027-01-15\n")}
        uploaded = office.ask("POST", "/sources/import", files=sheet)
        office.upload = uploaded.headers["location"].rpartition("/")[2]
        yield office


def fill(site: Site) -> int:
    """Dana, and one source that was read once."""
    now = datetime.now(UTC)
    with site.database.write() as session:
        dana = accounts.add_user(
            session,
            email="d@partner.example",
            name="D",
            is_admin=True,
            time_zone="Asia/Tokyo",
            now=now,
        )
        source = sources.add(
            session, name="Scripted", connector="scripted", values={}, vault=site.vault, now=now
        )
    assert source.id is not None
    assert dana.id is not None
    syncer = Syncer(database=site.database, vault=site.vault, settings=site.settings)
    syncer.run(source.id, trigger="test")
    return dana.id


# --- nonsense --------------------------------------------------------------------------------


@each({name: route for name, route in ROUTES.items() if PLACE.search(route.path)})
def test_in_an_address(office: Office, route: APIRoute) -> None:
    method = "POST" if "POST" in route.methods else "GET"
    for value in filter(None, office.nonsense):
        path = PLACE.sub(quote(value, safe=""), route.path)
        assert office.ask(method, path, data=VALID).status_code >= 303


@each(GETS)
def test_in_a_query(office: Office, route: APIRoute) -> None:
    for value in office.nonsense:
        half = len(QUERY) if len(value) < 100 else 11  # an address is only so long
        for names in filter(None, (QUERY[:half], QUERY[half:])):
            every = urlencode(dict.fromkeys(names, value))
            office.ask("GET", f"{office.place(route)}?{every}")


@pytest.mark.parametrize("name", QUERY)
def test_in_each_part_of_the_inbox_address(office: Office, name: str) -> None:
    for value in office.nonsense:
        office.ask("GET", f"/inbox?{urlencode({name: value})}")


@each(POSTS)
def test_in_a_form(office: Office, route: APIRoute) -> None:
    path = office.place(route)
    for name, is_text in fields_of(route).items():
        for value in office.nonsense if is_text else office.numbers:
            office.ask("POST", path, data=VALID | {name: value}, note=f"{name}={value[:40]!r}")
        if office.is_first:
            office.ask("POST", path, **in_parts(VALID | {name: HALF}), note=f"{name} in parts")


def in_parts(form: Mapping[str, str]) -> dict[str, Any]:
    """A form in several parts whose own charset can write half of a surrogate pair."""
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in form.items()
    )
    body = f"{parts}--x--\r\n".encode("unicode_escape").replace(b"\\r\\n", b"\r\n")
    kind = "multipart/form-data; boundary=x; charset=unicode_escape"
    return {"content": body, "headers": {"Content-Type": kind}}


@pytest.mark.parametrize("connector", sorted(registry.connectors()))
def test_in_the_settings_of_a_connector(office: Office, connector: str) -> None:
    names = registry.connector(connector).manifest.config.model_fields
    for value in office.nonsense:
        form = {f"set.{name}": value for name in names}
        office.ask("POST", f"/sources/add/{connector}", data=VALID | form, note=repr(value[:40]))


@pytest.mark.parametrize(
    "shown",
    [
        *("/inbox?q=%00", "/inbox?vendor=%00", "/inbox?source=99999999999999999999"),
        *("/items/99999999999999999999", "/items/none", "/inbox?after=9999-12-31_" + "9" * 20),
        *("//[", "/inbox?item=" + "9" * 5000, "/today?%00"),
    ],
)
def test_in_the_address_that_the_script_says_the_person_sees(office: Office, shown: str) -> None:
    script = {
        "HX-Request": "true",
        "HX-Request-Type": "partial",
        "HX-Target": "main#inbox",
        "HX-Current-URL": f"http://testserver{shown}",
    }
    office.ask("POST", "/items/done", data={"item": "1"}, headers=script)


def test_a_key_of_which_one_part_is_nonsense_undoes_nothing(office: Office) -> None:
    office.ask("POST", "/items/done", data={"item": "1"})
    for key in ("1.x", "x", "1." + "9" * 20, "1.1"):
        assert office.ask("POST", "/undo", data={"act": key}).status_code == 404


def test_nothing_is_put_off_for_longer_than_anybody_works_here(office: Office) -> None:
    late = {"item": "1", "day": "2126-01-01"}
    answer = office.ask("POST", "/items/snooze", data=late)
    assert answer.status_code == 422
    assert "more than ten years" in answer.text


def test_in_cookies(office: Office) -> None:
    draft = drafts.seal(drafts.Draft(what="x"), office.site.vault, now=datetime.now(UTC))
    for value in ("\xff", "a" * 9000, draft):
        for name in (COOKIE, "partner-inbox-flash"):
            cookie = f"{COOKIE}={office.session()}; {name}={value}".encode("latin-1")
            office.ask("GET", "/today", headers={"Cookie": cookie})
