"""P8: no secret leaves the process except to its own platform's host.

One installation is driven through all that it does, by commands and by pages, with platforms and
a mail server that quote what they were told. Then everything that came out is searched.
"""

import contextlib
import html
import io
import logging
import re
import urllib.parse
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from urllib.parse import quote_plus

import httpx2
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app import logs
from app.config import Settings
from app.jobs.syncing import Syncer, utc_now
from app.main import create_app
from app.notify.smtp import server_of
from app.secrets import Vault
from app.services import accounts, calendar_feeds, configs, sources
from connectors import registry
from connectors.sdk import redact
from connectors.sdk.auth import ClientCredentials
from connectors.sdk.http import HttpPolicy, HttpSession
from tests.connectors.sdk.raw_server import Asked, Raw, RawServer, reply
from tests.support import postgres
from tests.support.canaries import SURVIVES, Canary, leaks
from tests.support.driven import (
    DANA,
    DATABASE_PASSWORD,
    KEY,
    MAIL_PASSWORD,
    PASSWORD,
    TYPED,
    Driven,
)
from tests.support.echoing import (
    CALENDAR_PASSWORD,
    CLIENT_SECRET,
    HIDDEN,
    OF,
    SECRET_KEY,
    TELLING,
    WAYS,
    Platforms,
    settings,
)
from tests.support.mail_server import MailServer

HOOK_PATH = Canary(name="the webhook's path", value="ab15KanarieHookPathXyz15")
HOOK_QUERY = Canary(name="the webhook's query", value="ab16KanarieHookQueryXyz16%2F")

CHAT_PATH = Canary(name="the chat's path", value="ab17KanarieChatPathXyz17")

pytestmark = [
    pytest.mark.promise("P8"),
    pytest.mark.heavy,
    pytest.mark.long,
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driven]:
    """An installation with everything set up but its database."""
    folder = tmp_path_factory.mktemp("driven")
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    with RawServer() as server, RawServer() as elsewhere, MailServer() as mail:
        mail.password = MAIL_PASSWORD.value
        quoted = urllib.parse.quote(MAIL_PASSWORD.value, safe="")
        environment = {
            "PARTNER_INBOX_DATA_DIR": str(folder / "data"),
            "PARTNER_INBOX_SECRET_KEY": KEY.value,
            "PARTNER_INBOX_SMTP_URL": f"smtp://mailer:{quoted}@127.0.0.1:{mail.port}",
            "PARTNER_INBOX_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
            "PARTNER_INBOX_LOG_LEVEL": "DEBUG",
            "COLUMNS": "300",
        }
        yield Driven(folder, Platforms(server, elsewhere), mail, environment)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


@pytest.fixture(scope="module")
def driven(place: Driven) -> Driven:
    """It has done everything that it does, on SQLite."""
    world = place.on(f"sqlite:///{place.folder / 'data' / 'inbox.db'}")
    link = world.made("a link", "user", "add", DANA, "--name", "Dana", "--admin")
    token = world.made("a token", "token", "add", "erp", "--scope", "read")
    world.connect()
    for how in WAYS:
        world.platforms.how = how
        world.command("sync", "calendar" if how == "hung up" else "--all")  # which tries it again
        for name in settings(world.platforms.server) if how in TELLING else ():
            world.command("connection", "check", name)
    by_commands(world)
    by_mail(world)
    with world.served() as browser:
        by_pages(world, browser, link, token)
    world.dump()
    return world


def by_commands(world: Driven) -> None:
    """What commands say of an installation that is well, and of one that is not."""
    for words in (
        ("connection", "list", "--json"), ("connection", "list"), ("doctor", "--json"),
        ("connectors", "list", "--json"), ("sync", "--all", "--json"), ("sync", "nothing"),
    ):  # fmt: skip
        world.command(*words)
    stray = settings(world.platforms.server)["calendar"]["url"]
    for given in (
        CALENDAR_PASSWORD.value,
        stray,
        f"https://x/?{stray}=1",
        f"file={stray}",
        f"url={stray}%",
    ):
        world.command("connection", "add", "calendar", "--name", "Stray", "--set", given)
    word, host = DATABASE_PASSWORD.value, "db.partner.example"
    for address in (
        f"postgresql://u:{word}@{word}@127.0.0.1/x", f"postgresql://u:{word}@127.0.0.1:{word}/x",
        f"postgresql://u:{word}@127.0.0.1:1/x", f"mysql://u:{word}@{host}/x", f"{word}@{host}",
        f"postgresql://u:{word}@[{host}/x",
    ):  # fmt: skip
        where = f"the database at {address.replace(word, '…')}"
        code, _ = world.command("doctor", place=where, PARTNER_INBOX_DATABASE_URL=address)
        assert code != 0
    for address in (
        f"smtp://u:{MAIL_PASSWORD.core}/x@{host}", f"smtp://u:{MAIL_PASSWORD.core}#@{host}",
        f"http://u:{MAIL_PASSWORD.core}@{host}",
    ):  # fmt: skip
        world.command(
            "digest",
            place=f"the mail server at {address.replace(MAIL_PASSWORD.core, '…')}",
            PARTNER_INBOX_SMTP_URL=address,
        )
    world.command("doctor", PARTNER_INBOX_SECRET_KEY=f"{KEY.core[:8]},{KEY.value}")
    world.command("doctor", PARTNER_INBOX_SECRET_KEY=f"{KEY.value}, of somebody else's place")
    world.command("sync", "--all", PARTNER_INBOX_SECRET_KEY="a wrong key of sixteen")


def by_mail(world: Driven) -> None:
    """Alerts and digests: refused with all that was said, not let in, and taken at last."""
    server = world.mail
    server.replies["RCPT"] = f"451 you said {MAIL_PASSWORD.value} to me"
    world.send_mail("refused for now")
    server.replies.clear()
    server.password = "another"
    world.send_mail("not let in")
    server.password = MAIL_PASSWORD.value
    world.send_mail("taken")
    world.command("digest", "--dry-run", str(world.folder / "data" / "mail"))


def by_pages(world: Driven, browser: httpx2.Client, link: str, token: str) -> None:
    """Signed in, every page; and the forms of a source, with settings that are wrong."""
    world.platforms.how = "refused"
    for address in (f"/link/{link}x", "/nothing", f"/inbox?q={TYPED.value[:4]}", "/feed.json"):
        world.keep(f"a stranger at {address[:6]}", browser.get(address))
    entered = browser.post(f"/link/{link}")
    assert entered.status_code == 303
    changed = browser.post("/settings/password", data={"new": PASSWORD.value})
    assert changed.status_code == 303
    browser.post("/sign-out")
    for word in (TYPED.value, PASSWORD.value):
        sign_in = browser.post("/sign-in", data={"email": DANA, "password": word})
        world.keep(f"signing in, {sign_in.status_code}", sign_in)
    (cookie,) = (one.value for one in browser.cookies.jar if "session" in one.name)
    world.canaries.append(Canary(name="the cookie", value=str(cookie)))
    the_forms(world, browser)
    the_webhook(world, browser)
    the_chat(world, browser)
    the_calendar(world, browser)
    paths = world.walk(browser)
    assert {"/sources/1/edit", "/sources/3", "/settings/tokens", "/items/1"} <= paths
    assert any(path.startswith("/settings/webhooks/") for path in paths)
    assert any(path.startswith("/settings/notices/") for path in paths)
    feed = browser.get("/feed.json", headers={"Authorization": f"Bearer {token}"})
    assert world.keep("the feed", feed).json()["items"]
    for path in ("/healthz", "/readyz"):
        world.keep(path, browser.get(path))


def the_forms(world: Driven, browser: httpx2.Client) -> None:
    every = {"every": "4", "unit": "hours", "time_zone": "UTC"}
    for connector, values in settings(world.platforms.server).items():
        typed = {"name": f"Second {connector}", **every}
        typed |= {f"set.{name}": value for name, value in values.items()}
        for then in ("check", "save", "anyway"):
            answer = browser.post(f"/sources/add/{connector}", data={**typed, "then": then})
            world.keep(f"adding {connector}, {then}", answer)
        assert answer.status_code == 303, answer.text
        where = answer.headers["location"]
        typed |= {f"set.{name}": "" for name in values if name not in ("username",)}
        for change in ({"then": "check"}, {"then": "save", "set.country_code": "United States"}):
            answer = browser.post(f"{where}/edit", data={**typed, **change})
            world.keep(f"editing {connector} {change}", answer)


def the_webhook(world: Driven, browser: httpx2.Client) -> None:
    """One whose tool answers with all that it was told, and with the secret that it knows."""
    secrets: list[str] = []

    def quote(asked: Asked) -> Raw:
        told = f"{asked.target} {receiver.url(asked.target)} {dict(asked.headers)} {secrets}"
        return reply(told, status=500, headers=[("X-Told", quote_plus(told))])

    def shown(page: httpx2.Response) -> httpx2.Response:
        """To nobody but who asked."""
        (secret,) = re.findall(r'id="once"[^>]* value="([^"]+)"', page.text)
        secrets.append(html.unescape(secret))
        return page

    with RawServer() as receiver:
        receiver.plan(quote)
        address = receiver.url(f"/in/{HOOK_PATH.value}?key={HOOK_QUERY.value}")
        typed = {"name": "Desk", "address": address}
        page = shown(browser.post("/settings/webhooks", data=typed))
        (to,) = re.findall(r'action="([^"]+)/test"', page.text)
        while len(secrets) < 2 or len(Canary(name="", value=secrets[-1]).core) < SURVIVES:
            shown(browser.post(f"{to}/rotate"))
        world.canaries += [HOOK_PATH, HOOK_QUERY, Canary(name="its secret", value=secrets[-1])]
        for act in ("test", "stop", "start", "test"):
            answer = browser.post(f"{to}/{act}")
            assert world.keep(f"webhook, {act}", answer).status_code == 303
        for wrong in (address.replace("http", "ftp"), f"{address} ", address[7:], ""):
            page = world.keep(f"webhook as {wrong[:4]}", browser.post(to, data={"address": wrong}))
            assert page.status_code == 422
        assert len(receiver.asked) == 2
        assert leaks([HOOK_PATH, HOOK_QUERY], {"the tool": receiver.asked[0].target})


def the_calendar(world: Driven, browser: httpx2.Client) -> None:
    """Its address is the secret, and every reader sends it."""
    page = browser.post("/settings/calendars", data={"query": ""})
    (address,) = re.findall(r'id="once"[^>]* value="([^"]+)"', page.text)
    # What the list shows of it does not open it.
    secret = address.rpartition("/")[2].removesuffix(".ics")[calendar_feeds.SHOWN :]
    world.canaries.append(Canary(name="a calendar's address", value=secret))
    for end, status in ((".ics", 200), ("x.ics", 404), (".txt", 404)):
        answer = browser.get(address.removesuffix(".ics") + end)
        assert world.keep(f"the calendar {end}", answer).status_code == status


def the_chat(world: Driven, browser: httpx2.Client) -> None:
    """One whose service answers with all that it was told."""

    def quote(asked: Asked) -> Raw:
        return reply(f"{asked.target} {receiver.url(asked.target)}", status=403)

    with RawServer() as receiver:
        receiver.plan(quote)
        address = f"json://127.0.0.1:{receiver.port}/in/{CHAT_PATH.value}"
        typed = {"name": "Hall", "whose": "team", "wants": ["urgent"]}
        added = browser.post("/settings/notices", data={**typed, "address": address})
        to = added.headers["location"]
        world.canaries.append(CHAT_PATH)
        answer = world.keep("chat, test", browser.post(f"{to}/test"))
        assert answer.status_code == 303
        for wrong in (f"nothing://{CHAT_PATH.value}", ""):
            again = {**typed, "address": wrong}
            page = world.keep(f"chat as {wrong[:7]}", browser.post("/settings/notices", data=again))
            assert page.status_code == 422
        assert leaks([CHAT_PATH], {"the chat": receiver.asked[0].target})


# What must hold


def test_no_secret_leaves_whatever_is_done(driven: Driven) -> None:
    assert leaks(driven.canaries, driven.said) == []
    no_mail_holds_one(driven)
    each_reached_its_own_platform_and_no_other_host(driven)
    what_was_searched_is_what_there_was_to_search(driven)
    passwords_and_tokens_are_stored_as_hashes_only(driven)


def no_mail_holds_one(driven: Driven) -> None:
    mails: dict[str, str | bytes] = {
        f"mail {number} to {mail.to}": mail.raw for number, mail in enumerate(driven.mail.messages)
    }

    assert any(b"needs a sign-in" in mail for mail in mails.values())
    assert leaks(driven.canaries, mails) == []


def each_reached_its_own_platform_and_no_other_host(driven: Driven) -> None:
    heard = {"the platforms": "\n".join(driven.platforms.heard)}
    travelling = [one for its in OF.values() for one in its]

    found = {name for _place, name, _text in leaks(driven.canaries, heard)}
    assert found == {one.name for one in travelling}
    assert leaks([MAIL_PASSWORD], {"the mail server": b"".join(driven.mail.spoken)})
    assert driven.platforms.elsewhere.asked == []


def what_was_searched_is_what_there_was_to_search(driven: Driven) -> None:
    """The failures really happened, and a leak in any of it would have been seen."""
    everything = "\n".join(
        told if isinstance(told, str) else told.decode("utf-8", "replace")
        for told in driven.said.values()
    )
    for told in (
        "does not accept the sign-in", "asks to slow down", "broke off the connection",
        "redirects to", "not valid JSON", "sign-in page", "is not KEY=VALUE",
        "The mail server cannot take it now: 451", "does not accept the user name or password",
        "PARTNER_INBOX_DATABASE_URL has an @ too many", "DEBUG", "[redacted]",
    ):  # fmt: skip
        assert told in everything, told
    planted = {place: told[:1] + type(told)() for place, told in driven.said.items()}
    (place, *_) = planted
    planted[place] = f"leaked: {CLIENT_SECRET.value}"
    assert leaks(driven.canaries, planted) != []


def passwords_and_tokens_are_stored_as_hashes_only(driven: Driven) -> None:
    database = driven.database()
    with database.read() as session:
        dana = accounts.user_by_email(session, DANA)
    database.close()
    assert dana is not None
    assert dana.password is not None
    assert dana.password.startswith("$argon2id$")


def test_the_tables_of_postgres_hold_none_either(
    place: Driven, postgres_server: postgres.Server, postgres_template: str
) -> None:
    name = postgres_server.create(postgres_template)
    address = postgres_server.url(name)  # whose password is not asked for on this machine
    world = place.on(address.replace("postgres@", f"postgres:{DATABASE_PASSWORD.value}@"))
    world.made("a link", "user", "add", DANA, "--name", "Dana", "--admin")
    world.connect()
    for how in TELLING:
        world.platforms.how = how
        world.command("sync", "--all")
    world.command("doctor")
    world.dump()
    postgres_server.drop(name)

    assert "See [redacted] or [redacted]" in str(world.said["the table items"])
    assert leaks(world.canaries, world.said) == []


# In this process


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The application's own log with every logger of every library at its most talkative."""
    import_module("connectors.aws_partner_central.wire")  # it hushes the signer as it is loaded
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    with contextlib.redirect_stderr(written):
        logs.configure("DEBUG")
    names = {name: logging.getLogger(name).level for name in root.manager.loggerDict}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield written
    for name, before in names.items():
        logging.getLogger(name).setLevel(before)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def connected(place: Driven, tmp_path: Path) -> Driven:
    """A connection to each platform. To be asked for before ``log``: a command sets up its own."""
    world = place.on(f"sqlite:///{tmp_path / 'inbox.db'}")
    world.connect()
    return world


def test_no_library_at_its_most_talkative_writes_a_secret(
    connected: Driven, tmp_path: Path, log: io.StringIO
) -> None:
    settings = Settings(data_dir=tmp_path, allowed_private_hosts=("127.0.0.1",))
    database, vault = connected.database(), Vault([KEY.value])
    syncer = Syncer(database=database, vault=vault, settings=settings)
    for how in ("well", "fault"):
        connected.platforms.how = how
        with database.read() as session:
            ids = [connection.id for connection in sources.every(session)]
        for connection_id in ids[:4]:
            assert connection_id is not None
            syncer.run(connection_id, trigger="test")
    database.close()
    written = log.getvalue()
    assert "botocore.auth" in written
    assert leaks(connected.canaries, {"the log": written}) == []


def test_a_bug_of_ours_is_logged_with_its_cause_and_without_secrets(
    log: io.StringIO, tmp_path: Path
) -> None:
    redact.register(CLIENT_SECRET.value, SECRET_KEY.value)  # as who reads a connection does
    settings = Settings(data_dir=tmp_path, secret_key=SecretStr(KEY.value))
    app = create_app(settings, jobs=False)

    def boom() -> None:
        try:
            {}[CLIENT_SECRET.value]
        except KeyError as cause:
            raise ValueError(f"asking with {SECRET_KEY.value!r}") from cause

    app.router.add_api_route("/boom", boom)
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        answer = client.get("/boom")
    written = log.getvalue()
    assert answer.status_code == 500
    assert "Traceback" in written
    assert leaks(HIDDEN, {"the page": answer.text, "the log": written}) == []


def test_no_repr_of_what_holds_a_secret_shows_it(place: Driven) -> None:
    environment = place.environment
    quoted = environment["PARTNER_INBOX_SMTP_URL"]
    held = Settings(
        secret_key=SecretStr(KEY.value),
        smtp_url=SecretStr(quoted),
        database_url=SecretStr(f"postgresql://u:{DATABASE_PASSWORD.value}@127.0.0.1/x"),
    )
    shown: dict[str, str | bytes] = {
        "settings": f"{held!r} {held} {held.model_dump()} {held.model_dump_json()}",
        "mail server": repr(server_of(quoted)),
        "vault": repr(Vault([KEY.value])),
    }
    for connector, values in settings(place.platforms.server).items():
        manifest = registry.connector(connector).manifest
        config = configs.validate(manifest, values)
        shown[connector] = f"{config!r} {config} {config.model_dump()} {config.model_dump_json()}"
        with pytest.raises(Exception, match="validation error") as wrong:
            manifest.config.model_validate({**values, "nonsense": CALENDAR_PASSWORD.value})
        shown[f"{connector}, wrong"] = f"{wrong.value!r} {wrong.value}"
    with HttpSession(HttpPolicy(hosts=())) as http:
        credentials = ClientCredentials(
            http,
            token_url="https://api.example.com/token",
            client_id="xi-app",
            client_secret=SecretStr(CLIENT_SECRET.value),
            now=utc_now,
        )
        shown["credentials"] = f"{credentials!r} {http!r}"
    assert leaks(place.canaries, shown) == []
