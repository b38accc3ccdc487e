"""One's own digest through the pages: what is wished, what it says now, and the way out of it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import select
from starlette.testclient import TestClient

from app.core.words import Clock
from app.core.zones import zone_of
from app.jobs.mailing import Mailer
from app.main import with_edges
from app.models import DigestEntry, DigestState, User
from app.secrets import Vault
from app.services import accounts, saved, unsubscribing
from app.web.site import Site
from tests.app.web.conftest import KEY, NOW, SAME_ORIGIN
from tests.support.mail_server import MailServer

PAGE = "/settings/digest"
FORM = {
    "on": "1",
    "zone": "Asia/Tokyo",
    "hour": "6",
    "rhythm": "daily",
    "days": ["1", "3", "5"],
    "weekday": "2",
    "country": "DE",
    "region": "DE-BY",
    "views": ["tab=mine"],
    "always": "1",
}


def dana(site: Site) -> User:
    with site.database.read() as session:
        found = accounts.user_by_email(session, "dana@partner.example")
    assert found is not None
    return found


def ledger(site: Site) -> list[DigestEntry]:
    with site.database.read() as session:
        return list(session.exec(select(DigestEntry).order_by(DigestEntry.id)))


def test_what_a_person_wants_is_kept_and_shown(client: TestClient, site: Site) -> None:
    answer = client.post(PAGE, data=FORM)

    assert answer.headers["location"] == PAGE
    kept = dana(site)
    assert (kept.digest_on, kept.time_zone, kept.digest_hour) == (True, "Asia/Tokyo", 6)
    assert (kept.digest_days, kept.digest_holidays, kept.digest_always) == ("135", "DE-BY", True)
    assert kept.digest_views == [{"tab": "mine"}]
    page = client.get(PAGE).text
    for shown in ('value="DE-BY" selected', 'value="tab=mine" checked', 'value="3" checked'):
        assert shown in page
    assert "Mon, Wed, Fri at 06:00" in client.get("/settings").text


def test_once_a_week_is_one_weekday_and_a_region_of_another_country_is_none(
    client: TestClient, site: Site
) -> None:
    client.post(PAGE, data=FORM | {"rhythm": "weekly", "country": "AT"})

    kept = dana(site)
    assert (kept.digest_days, kept.digest_holidays) == ("2", "AT")
    assert "every Tuesday at 06:00" in client.get("/settings/outputs").text


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"zone": "Mars/Olympus"}, "Choose a time zone from the list."),
        ({"hour": "25"}, "Choose an hour from 0 to 23."),
        ({"days": ["8"]}, "Choose days from Monday to Sunday."),
        ({"days": []}, "Choose at least one day."),
        ({"country": "XX", "region": ""}, "Choose one from the list."),
        ({"views": ["view=4711"]}, "Choose at most 20 of these views."),
    ],
)
def test_a_wish_that_cannot_be_kept_comes_back_as_it_was_typed(
    client: TestClient, site: Site, changed: dict[str, str], says: str
) -> None:
    answer = client.post(PAGE, data=FORM | changed)

    assert answer.status_code == 422
    assert says in answer.text
    assert 'value="DE-BY"' in answer.text or changed.get("country")
    assert dana(site).digest_hour == 7


def test_a_view_that_was_deleted_says_so_and_another_in_its_place_is_not_it(
    client: TestClient, site: Site, admin: int
) -> None:
    clock = Clock(now=NOW, zone=zone_of("UTC"))
    with site.database.write() as session:
        saved.save(session, "Renewals", "kind=renewal", user_id=admin, clock=clock)
    assert client.post(PAGE, data=FORM | {"views": ["view=1"]}).status_code == 303
    assert "Only what is in “Renewals”." in client.get(f"{PAGE}/preview").text

    later = Clock(now=NOW + timedelta(minutes=1), zone=clock.zone)
    with site.database.write() as session:
        saved.delete(session, 1, user_id=admin, clock=later)
        saved.save(session, "Other", "kind=quote", user_id=admin, clock=later)

    assert "The view “Renewals” was deleted" in client.get(PAGE).text
    preview = client.get(f"{PAGE}/preview").text
    assert "The view “Renewals” was deleted, or is no longer shared with you" in preview
    assert "Only what is in" not in preview
    assert "1 view gone – " in preview


# Sending from the page


@pytest.fixture
def mailing(site: Site, mail_server: MailServer) -> Iterator[TestClient]:
    """Dana, signed in where a mail server is set."""
    settings = site.settings.model_copy(update={"smtp_url": SecretStr(mail_server.url)})
    mailer = Mailer(
        database=site.database, settings=settings, vault=site.vault, owner="web", now=site.now
    )
    with site.database.write() as session:
        dana = accounts.add_user(session, email="dana@partner.example", name="Dana", now=NOW)
        session.flush()
        token = accounts.open_session(session, dana.id or 0, now=NOW)
    app = with_edges(replace(site, settings=settings, send_digest=mailer.send_one))
    with TestClient(app, follow_redirects=False, headers=SAME_ORIGIN) as client:
        client.cookies.set("partner-inbox-session", token)
        yield client


def test_one_is_sent_at_once_beside_that_of_the_day(
    mailing: TestClient, site: Site, mail_server: MailServer
) -> None:
    mailing.post(PAGE, data=FORM)
    assert mailing.post(f"{PAGE}/now").headers["location"] == PAGE
    page = mailing.get(PAGE).text
    assert "Sent to dana@partner.example." in page
    assert "The next one comes Mon 23 Nov at 06:00." in page

    mailing.post(f"{PAGE}/now")  # pressed twice: the clock of this test stands still
    assert "being sent already" in mailing.get(PAGE).text
    assert len(mail_server.messages) == 1
    assert [entry.state for entry in ledger(site)] == [DigestState.SENT]
    assert dana(site).last_digest_at is None


def test_what_did_not_leave_is_told_with_its_reason(
    mailing: TestClient, site: Site, mail_server: MailServer
) -> None:
    mail_server.replies = {"RCPT": "550 no such user"}
    mailing.post(f"{PAGE}/now")

    page = mailing.get(PAGE).text
    assert page.count("The mail server refuses this address: 550 no such user") == 2
    assert "not sent" in page


def test_one_that_may_not_have_arrived_is_sent_again_only_by_a_person(
    mailing: TestClient, site: Site, mail_server: MailServer
) -> None:
    mail_server.cut = True
    mailing.post(f"{PAGE}/now")
    (entry,) = ledger(site)
    assert entry.state == DigestState.UNKNOWN
    assert "may have arrived, or not" in mailing.get(PAGE).text

    mail_server.cut = False
    assert "Send it again" in mailing.get(PAGE).text
    for _ in range(2):
        mailing.post(f"{PAGE}/{entry.id}/again")

    assert [one.state for one in ledger(site)] == [DigestState.SENT]
    first, second = (message.mail["Message-ID"] for message in mail_server.messages)
    assert first == second, "whoever has the first can tell that it is the same"
    assert "not in doubt any more" in mailing.get(PAGE).text


def test_nobody_sends_what_is_somebody_elses(mailing: TestClient, site: Site) -> None:
    with site.database.write() as session:
        lee = accounts.add_user(session, email="lee@partner.example", name="Lee", now=NOW)
        session.flush()
        entry = DigestEntry(
            user_id=lee.id or 0, local_date=NOW.date(), state="unknown", claimed_at=NOW
        )
        session.add(entry)
    mailing.post(f"{PAGE}/{entry.id}/again")
    assert [one.state for one in ledger(site)] == [DigestState.UNKNOWN]


# The way out of it, without signing in


@pytest.fixture
def link(site: Site, admin: int) -> str:
    with site.database.read() as session:
        return unsubscribing.address(site.vault, accounts.user(session, admin), home="")


def test_a_mail_program_stops_it_by_one_request_from_anywhere(
    visitor: TestClient, site: Site, link: str
) -> None:
    """RFC 8058: no cookie, no page of ours before it, no redirect."""
    del visitor.headers["Sec-Fetch-Site"]
    answer = visitor.post(link, data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert "The digest is stopped" in answer.text
    assert "set-cookie" not in answer.headers
    assert not dana(site).digest_on


def test_looking_at_the_link_stops_nothing_and_its_page_does(
    visitor: TestClient, site: Site, link: str
) -> None:
    """Scanners look at every link."""
    page = visitor.get(link)
    visitor.post(link, data={"other": "form"})
    assert page.status_code == 200
    assert dana(site).digest_on

    stopped = press(visitor, page.text)
    assert "The digest is stopped" in stopped
    assert not dana(site).digest_on
    assert "The digest comes again" in press(visitor, stopped)
    assert dana(site).digest_on


def press(visitor: TestClient, page: str) -> str:
    """What the only button of the page leads to."""
    (form,) = re.findall(r'<form .*? action="(.*?)".*? name="(.*?)" value="(.*?)"', page)
    return str(visitor.post(form[0], data={form[1]: form[2]}).text)


def test_the_link_ends_with_the_person_and_is_nobody_elses(
    visitor: TestClient, site: Site, link: str
) -> None:
    path, _, token = link.rpartition("/")
    number, signature = token.split(".")
    with site.database.write() as session:
        accounts.add_user(session, email="lee@partner.example", name="Lee", now=NOW)
    for wrong in ("1", "1.", f"2.{signature}", f"{number}.{signature[:-1]}", "9." + signature):
        assert visitor.get(f"{path}/{wrong}").status_code == 404
        form = {"List-Unsubscribe": "One-Click"}
        assert visitor.post(f"{path}/{wrong}", data=form).status_code == 404

    with site.database.write() as session:
        session.get_one(User, 1).is_active = False
    assert visitor.get(link).status_code == 404


def test_a_link_goes_on_working_when_the_key_was_changed_and_the_old_one_is_kept(
    site: Site, admin: int, link: str
) -> None:
    token = link.rpartition("/")[2]
    with site.database.read() as session:
        kept = unsubscribing.whose(session, Vault(["another key of " * 2, KEY]), token)
        gone = unsubscribing.whose(session, Vault(["another key of " * 2]), token)
    assert kept is not None
    assert gone is None
