"""The digest as it leaves: both parts say the same, nobody takes it for spam, and it is not cut."""

import re
import shutil
import subprocess
from datetime import timedelta
from decimal import Decimal
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from app.jobs.mailing import Mailer
from app.services import accounts, comments, digesting
from connectors.sdk.records import Category, DueDate, Goal, Money
from tests.support.scripted import deadline
from tests.support.world import START, World

DAY = START.date()
SHOWN_WHOLE = 102_000
"""Bytes of a message that Gmail shows; it cuts off what is behind."""
WIDE = "Ὀδυσσεύς 漢字 🜁 & <b>"
HOME = "https://inbox.partner.example"


@pytest.fixture
def engine_name() -> str:
    """A mail is above the database: one engine is enough here."""
    return "sqlite"


@pytest.fixture
def full(world: World, person: int) -> World:
    """Something for every section, told since a day ago."""
    money = Money(amount=Decimal(1250), currency="EUR")
    late = deadline("late", due=DueDate(on=DAY - timedelta(days=2)), amount=money)
    soon = deadline("soon", due=DueDate(on=DAY + timedelta(days=3)), account="O'Neill & <Sons>")
    claim = deadline(
        "claim", due=DueDate(on=DAY + timedelta(days=20)), category=Category.FUND_CLAIM
    )
    goal = Goal(
        external_id="goal",
        title="Revenue",
        target=Decimal(100),
        actual=Decimal(10),
        period_start=DAY - timedelta(days=300),
        period_end=DAY + timedelta(days=30),
    )
    world.connector.lists(late, soon, claim, goal)
    world.sync()
    with world.database.write() as session:
        accounts.user(session, person).last_digest_at = world.clock()
        lena = accounts.add_user(session, email="lm@partner.example", name="Lena", now=START)
        session.flush()
        item = world.items()["soon"].id or 0
        who = {"user_id": lena.id or 0, "clock": world.wall_clock()}
    world.clock.forward(hours=1)
    with world.database.write() as session:
        who["clock"] = world.wall_clock()
        comments.add(session, item, "@Rin please look", **who)
    moved = deadline("soon", due=DueDate(on=DAY + timedelta(days=4)), account="O'Neill & <Sons>")
    world.connector.lists(late, moved, claim, goal, deadline("new"))
    world.sync()
    world.clock.forward(days=1)
    return world


def mail_of(world: World, person: int) -> EmailMessage:
    settings = world.syncer.settings.model_copy(
        update={"public_url": HOME, "mail_from": "Partner Inbox <inbox@partner.example>"}
    )
    mailer = Mailer(
        database=world.database,
        settings=settings,
        vault=world.syncer.vault,
        owner="t",
        now=world.clock,
    )
    with world.database.read() as session:
        user = accounts.user(session, person)
        digest = digesting.compose(session, user, clock=world.wall_clock())
    return mailer.mail_of(user, digest, f"{DAY}.{user.id}")


def parts(mail: EmailMessage) -> tuple[str, str]:
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


class Words(HTMLParser):
    """What a reader sees of a page, in its order, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self._hidden = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag in ("head", "style") or (not self._hidden and told.get("class") == "hidden"):
            self._hidden = self._hidden or tag
        if tag == "br":
            self.text.append(" ")
        if tag == "a":
            self.links.append(told["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden:
            self._hidden = ""
        if tag != "span":
            self.text.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(data)


def facts(text: str) -> list[str]:
    """The words in their order, without what only sets them apart."""
    return re.sub(r"https?://\S+|[|·…]|(?m:^- )|:(?=\s)", " ", text).casefold().split()


def test_both_parts_tell_the_same_facts_in_the_same_order(full: World, person: int) -> None:
    text, html = parts(mail_of(full, person))
    seen = Words()
    seen.feed(html)

    assert facts(text) == facts("".join(seen.text))
    assert re.findall(r"https?://\S+", text) == seen.links
    heads = ("Overdue", "Due in 7 days", "Mentions of you", "Changed at the source", "New")
    more = ("Nobody owns these", "Goals behind", "Claims that lapse", "Sources not fresh")
    places = [text.index(head.upper()) for head in (*heads, *more)]
    assert places == sorted(places)
    assert text.index("At stake") < places[0]


def test_its_headers_let_programs_sort_it_and_stop_it(full: World, person: int) -> None:
    mail = mail_of(full, person)

    assert mail["Message-ID"] == f"<digest.{DAY}.{person}@inbox.partner.example>"
    assert mail["List-Id"] == "Partner Inbox digest <digest.inbox.partner.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (line,) = re.findall(rb"List-Unsubscribe:\r\n <(\S+)>\r\n", mail.as_bytes())
    assert line.startswith(f"{HOME}/unsubscribe/digest/".encode())


def test_nothing_is_loaded_and_no_link_holds_a_secret_but_the_one_that_stops_it(
    full: World, person: int
) -> None:
    _text, html = parts(mail_of(full, person))
    seen = Words()
    seen.feed(html)

    assert not re.search(r"<(img|script|link|iframe)|src=|url\(|@import", html)
    assert all(link.startswith(f"{HOME}/") for link in seen.links)
    told = [link for link in seen.links if urlsplit(link).query or "." in urlsplit(link).path]
    assert [urlsplit(link).path.split("/")[1] for link in told] == ["inbox", "unsubscribe"]


def test_it_is_never_cut_however_wide_its_rows_are(world: World, person: int) -> None:
    wide = {"account": WIDE * 20, "reference": WIDE * 20, "vendor": WIDE * 10, "program": WIDE * 10}
    dues = [DueDate(on=DAY + timedelta(days=days)) for days in (-3, 2, 20, 60)]
    world.connector.lists(
        *(
            deadline(f"{n} {due.on}", title=WIDE * 30, due=due, **wide)
            for due in dues
            for n in range(60)
        )
    )
    world.sync()

    mail = mail_of(world, person)

    text, _html = parts(mail)
    assert len(mail.as_bytes()) < SHOWN_WHOLE
    assert re.search(r"… and 2\d\d more: https://", text)
    assert text.count("\r\n- ") >= 20


def test_nobody_takes_it_for_spam(full: World, person: int) -> None:
    """SpamAssassin's own rules; those that ask the network are left out."""
    if shutil.which("spamassassin") is None:
        pytest.skip("SpamAssassin is missing: apt-get install spamassassin.")
    ran = subprocess.run(
        ["spamassassin", "-L", "-t"],
        input=mail_of(full, person).as_bytes(),
        capture_output=True,
        check=True,
    )
    (score,) = re.findall(rb"Content analysis details:\s+\((-?[\d.]+) points", ran.stdout)
    assert float(score) < 2.0, ran.stdout.decode()


def test_its_html_has_no_error(full: World, person: int) -> None:
    if shutil.which("tidy") is None:
        pytest.skip("HTML Tidy is missing: apt-get install tidy.")
    _text, html = parts(mail_of(full, person))
    ran = subprocess.run(
        ["tidy", "-errors", "-quiet", "-utf8"],
        input=html.encode(),
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr.decode()) == (0, "")
