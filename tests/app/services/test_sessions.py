"""Sessions: when they end, and who ends them."""

from datetime import datetime

import pytest
from sqlmodel import Session

from app.db import Database
from app.errors import Conflict, NotAllowed
from app.models import User
from app.services import accounts, people, tokens
from app.services.accounts import ABSOLUTE, IDLE, SEEN_EVERY, SIGN_IN
from tests.app.services.rin import NOW, PASSWORD, SECOND, attempt, rows, who
from tests.support.together import meanwhile


@pytest.fixture
def cookie(database: Database, rin: int) -> str:
    with database.write() as session:
        return accounts.open_session(session, rin, now=NOW, agent="x" * 999)


def test_a_session_ends_when_it_was_idle_for_a_week(
    database: Database, rin: int, cookie: str
) -> None:
    assert who(database, cookie, NOW + IDLE - SECOND) == rin
    assert who(database, cookie, NOW + IDLE) is None
    with database.write() as session:
        accounts.touch_session(session, cookie, now=NOW + IDLE - SECOND)
    assert who(database, cookie, NOW + IDLE) == rin
    assert who(database, cookie, NOW + 2 * IDLE - SECOND) is None


def test_a_session_ends_after_a_month_however_busy_it_is(
    database: Database, rin: int, cookie: str
) -> None:
    with database.write() as session:
        accounts.touch_session(session, cookie, now=NOW + ABSOLUTE - SECOND)
    assert who(database, cookie, NOW + ABSOLUTE - SECOND) == rin
    assert who(database, cookie, NOW + ABSOLUTE) is None


def test_a_sessions_use_is_written_down_now_and_then(database: Database, cookie: str) -> None:
    def due(now: datetime) -> bool:
        with database.read() as session:
            found = accounts.signed_in(session, cookie, now=now)
            assert found is not None
            return found.idle

    assert not due(NOW + SEEN_EVERY - SECOND)
    assert due(NOW + SEEN_EVERY)


def test_only_the_hash_of_a_cookie_is_stored_and_a_word_of_the_browser(
    database: Database, cookie: str
) -> None:
    (stored,) = rows(database, "sessions")
    assert cookie not in repr(stored)
    assert len(stored["agent"]) == 200
    assert who(database, cookie[:-1], NOW) is None


def test_signing_out_here_leaves_the_other_browser_signed_in(
    database: Database, rin: int, cookie: str
) -> None:
    with database.write() as session:
        other = accounts.open_session(session, rin, now=NOW)
        accounts.close_session(session, cookie)
    assert (who(database, cookie, NOW), who(database, other, NOW)) == (None, rin)


def test_a_new_password_and_signing_out_everywhere_end_sessions_and_links_of_that_person_only(
    database: Database, rin: int
) -> None:
    with database.write() as session:
        lee = accounts.add_user(session, email="lee@partner.example", name="Lee", now=NOW)
        assert lee.id is not None
        own = accounts.open_session(session, lee.id, now=NOW)
    for end in (
        lambda session: accounts.set_password(session, rin, PASSWORD),
        lambda session: accounts.close_sessions(session, rin),
    ):
        with database.write() as session:
            cookies = [accounts.open_session(session, rin, now=NOW) for _ in range(2)]
            link = accounts.make_link(session, SIGN_IN, user_id=rin, now=NOW)
        with database.write() as session:
            end(session)
        assert [who(database, one, NOW) for one in (*cookies, own)] == [None, None, lee.id]
        with database.read() as session:
            assert not accounts.link_is_good(session, link, SIGN_IN, now=NOW)


def test_who_may_not_come_in_any_more_has_no_session_no_link_no_password_and_no_token(
    database: Database, password: str, rin: int, cookie: str
) -> None:
    with database.write() as session:
        link = accounts.make_link(session, SIGN_IN, user_id=rin, now=NOW)
        token = tokens.add_token(session, name="Hall", scope="read", user_id=rin, now=NOW)
    with database.write() as session:
        people.set_active(session, rin, active=False)

    assert who(database, cookie, NOW) is None
    assert not attempt(database, PASSWORD, NOW)
    with database.write() as session:
        assert tokens.token_for(session, token, "read", now=NOW) is None
        with pytest.raises(NotAllowed):
            accounts.use_link(session, link, SIGN_IN, now=NOW)
        with pytest.raises(Conflict):
            people.link_for(session, rin, now=NOW)
        people.set_active(session, rin, active=True)

    assert who(database, cookie, NOW) is None  # what ended stays ended
    with database.read() as session:
        assert not accounts.link_is_good(session, link, SIGN_IN, now=NOW)
        assert tokens.token_for(session, token, "read", now=NOW) is not None


@pytest.mark.parametrize("how", ["shut out", "no admin any more"])
def test_of_two_admins_who_remove_each_other_at_once_one_stays(
    database: Database, how: str
) -> None:
    with database.write() as session:
        both = [
            accounts.add_user(
                session, email=f"{name}@partner.example", name=name, now=NOW, is_admin=True
            )
            for name in ("Dana", "Kim")
        ]
    first, second = (one.id or 0 for one in both)

    def remove(session: Session, id_: int) -> User:
        if how == "shut out":
            return people.set_active(session, id_, active=False)
        return people.set_admin(session, id_, admin=False)

    told = meanwhile(database, lambda s: remove(s, first), lambda s: remove(s, second))

    assert isinstance(told, Conflict)
    assert told.message == "Kim is the only admin."
