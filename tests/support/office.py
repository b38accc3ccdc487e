"""A company whose people live in several zones, and what each of them is shown.

Everything is asked for as people and tools get it: pages and feed over HTTP, mail as files.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from starlette.testclient import TestClient

from app.config import Settings
from app.db import Database
from app.jobs.mailing import Mailer
from app.main import with_edges
from app.secrets import Vault
from app.services import accounts, acts, tokens
from app.web.site import Site
from connectors.sdk.records import AnyRecord
from tests.support.world import Clock, World, world_on

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
"""In Pago Pago it is half an hour to the 21st, in Kiritimati half an hour into the 22nd."""
ZONES = (
    "UTC",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "Pacific/Apia",
    "Pacific/Pago_Pago",
    "America/Los_Angeles",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Europe/Berlin",
)

LINE = re.compile(
    r'<li class="row.*?<a class="what"[^>]*>(?P<what>.*?)</a>'
    r'.*?<span class="due ?(?P<tone>\w*)" title="(?P<full>[^"]*)">(?P<text>[^<]*)</span>',
    re.DOTALL,
)
CARD = re.compile(
    r'<li class="card".*?<h2><a[^>]*>(?P<what>.*?)</a></h2>\s*<p class="y">(?P<why>.*?)</p>'
    r'.*?<span class="due ?(?P<tone>\w*)" title="(?P<full>[^"]*)">(?P<text>[^<]*)</span>',
    re.DOTALL,
)
TITLE = re.compile(r"<b>(?:<span[^>]*>New: </span>)?(.*?)</b>", re.DOTALL)
GROUP = re.compile(r'<h2 class="group" id="head-(\w+)">[^<]* · (\d+)')


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a list shows one item: the pill, its full date, and the words around it."""

    text: str
    full: str
    tone: str
    around: str


def local(zone: str, at: datetime) -> datetime:
    """An instant on the wall clock of a zone."""
    return at.astimezone(ZoneInfo(zone))


def full(day: date) -> str:
    """A date in full, as pages say it."""
    return f"{day:%a} {day.day} {day:%b} {day.year}"


def plain(html: str) -> str:
    """What a person reads of a piece of a page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


@dataclass(frozen=True)
class Inbox:
    """What a page of the inbox shows."""

    page: str

    @property
    def lines(self) -> dict[str, Shown]:
        """The lines by the item's title."""
        return _shown(LINE, self.page)

    @property
    def groups(self) -> dict[str, tuple[int, set[str]]]:
        """The heads: how many items each says there are, and the titles that stand below it."""
        _, *pieces = re.split(r'(?=<h2 class="group")', self.page)
        heads = [(GROUP.match(piece), piece) for piece in pieces]
        return {head[1]: (int(head[2]), set(_shown(LINE, piece))) for head, piece in heads if head}

    def counted(self, tab: str) -> int:
        """The number on a tab; a tab that is empty is not shown."""
        found = re.search(rf'<a id="tab-{tab}"[^>]*>[^<]*<b>(\d+)</b>', self.page)
        return int(found[1]) if found else 0


@dataclass(kw_only=True)
class Office:
    """The people of a company, one in each zone, before a browser; moved by the world's clock."""

    world: World
    client: TestClient
    people: dict[str, int]
    _signed_in: dict[tuple[str, datetime], str] = field(default_factory=dict)
    _token: str = ""
    _ids: dict[str, int | None] = field(default_factory=dict)

    def sync(self, *records: AnyRecord) -> None:
        """Read what the source lists from now on; an hour passes."""
        self.world.connector.lists(*records)
        run = self.world.sync()
        assert (run.outcome, run.quarantined) == ("ok", 0)

    def done(self, external_id: str) -> None:
        """Somebody has done what that item asks for."""
        item = self.world.items()[external_id]
        with self.world.database.write() as session:
            acts.done(
                session,
                [item.id or 0],
                user_id=next(iter(self.people.values())),
                clock=self.world.wall_clock(),
            )

    def page(self, zone: str, path: str) -> str:
        """A page as the person of that zone gets it now."""
        cookie = {"Cookie": f"partner-inbox-session={self._cookie(zone)}"}
        answer = self.client.get(path, headers=cookie)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def _cookie(self, zone: str) -> str:
        now = self.world.clock()
        if (zone, now) not in self._signed_in:
            # Not counted as a change: what is remembered until the next one must stand this.
            with self.world.database.write(counts=False) as session:
                token = accounts.open_session(session, self.people[zone], now=now)
            self._signed_in[zone, now] = token
        return self._signed_in[zone, now]

    def inbox(self, zone: str, tab: str = "all") -> "Inbox":
        """One tab of the inbox."""
        return Inbox(self.page(zone, f"/inbox?tab={tab}"))

    def today(self, zone: str) -> dict[str, Shown]:
        """The cards of Today, by the item's title."""
        return _shown(CARD, self.page(zone, "/today"))

    def item(self, zone: str, external_id: str) -> str:
        """An item's own page."""
        if external_id not in self._ids:
            self._ids = {name: item.id for name, item in self.world.items().items()}
        return self.page(zone, f"/items/{self._ids[external_id]}")

    def feed(self, tab: str = "all") -> dict[str, Any]:
        """Our part of each entry of the JSON feed, by the id at the source."""
        if not self._token:
            with self.world.database.write() as session:
                self._token = tokens.add_token(
                    session, name="tool", scope="read", now=self.world.clock()
                )
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = self.client.get(f"/feed.json?tab={tab}&limit=200", headers=headers)
        entries = [entry["_partner_inbox"] for entry in answer.json()["items"]]
        return {entry["source"]["id"]: entry for entry in entries}

    def mails(self, folder: Path) -> dict[str, tuple[str, str]]:
        """Everyone's digest of now, by zone: its text and its HTML."""
        mailer = Mailer(
            database=self.world.database,
            settings=self.world.syncer.settings,
            vault=self.world.syncer.vault,
            owner="tests",
            now=self.world.clock,
        )
        written = mailer.dry_run(folder)
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in written]
        return dict(zip(self.people, map(_bodies, mails), strict=True))


def _bodies(mail: EmailMessage) -> tuple[str, str]:
    parts = [mail.get_body((kind,)) for kind in ("plain", "html")]
    text, html = (part.get_content() for part in parts if part is not None)
    return text, html


def _shown(pattern: re.Pattern[str], page: str) -> dict[str, Shown]:
    found = {}
    for match in pattern.finditer(page):
        what = match["what"]
        title = TITLE.search(what)
        around = match.groupdict().get("why") or what
        found[plain(title[1] if title else what)] = Shown(
            text=match["text"], full=match["full"], tone=match["tone"], around=plain(around)
        )
    return found


@contextmanager
def opened(
    database: Database, folder: Path, company: str, zones: Sequence[str] = ZONES
) -> Iterator[Office]:
    """A company in one zone with a person in each of ``zones``, an hour before ``NOW``."""
    clock = Clock()
    clock.time = NOW - timedelta(hours=1)
    settings = Settings(data_dir=folder, time_zone=company, public_url="http://testserver")
    with world_on(database, clock, settings, Vault(["a key for the tests only"])) as world:
        site = Site(settings=settings, database=database, vault=world.syncer.vault, now=clock)
        with TestClient(with_edges(site), headers={"Sec-Fetch-Site": "same-origin"}) as client:
            yield Office(world=world, client=client, people=_people(world, zones))


def _people(world: World, zones: Sequence[str]) -> dict[str, int]:
    people = {}
    with world.database.write() as session:
        for number, zone in enumerate(zones):
            name = f"P{number:02}"  # digests are written in the order of names
            user = accounts.add_user(
                session,
                email=f"{name}@partner.example",
                name=name,
                time_zone=zone,
                now=world.clock(),
            )
            assert user.id is not None
            people[zone] = user.id
    return people
