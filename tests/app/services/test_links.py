"""Links that work once."""

import pytest
from sqlmodel import Session

from app.db import Database
from app.errors import Invalid, NotAllowed
from app.services import accounts
from app.services.accounts import SETUP, SIGN_IN
from tests.app.services.rin import MAIL, NOW, SECOND, rows
from tests.support.together import at_once


def test_of_two_who_use_a_link_at_once_one_gets_in(database: Database, rin: int) -> None:
    for _ in range(3):
        with database.write() as session:
            link = accounts.make_link(session, SIGN_IN, user_id=rin, now=NOW)
        told = at_once(
            database, *[lambda s, link=link: accounts.use_link(s, link, SIGN_IN, now=NOW)] * 2
        )
        assert sorted(isinstance(one, NotAllowed) for one in told) == [False, True]


def test_a_link_opens_nothing_when_it_is_used_too_old_unknown_or_for_something_else(
    database: Database, rin: int
) -> None:
    with database.write() as session:
        link = accounts.make_link(session, SIGN_IN, user_id=rin, now=NOW)
    end = NOW + accounts.SIGN_IN_LIFETIME
    wrong = [
        (link, SIGN_IN, end),
        (link, SETUP, NOW),
        (link + "x", SIGN_IN, NOW),
        ("", SIGN_IN, NOW),
    ]
    for token, purpose, now in wrong:
        with database.write() as session:
            assert not accounts.link_is_good(session, token, purpose, now=now)
            with pytest.raises(NotAllowed, match="used before or is too old"):
                accounts.use_link(session, token, purpose, now=now)
    with database.write() as session:
        assert accounts.link_is_good(session, link, SIGN_IN, now=end - SECOND)
        assert accounts.use_link(session, link, SIGN_IN, now=end - SECOND).user_id == rin
        assert not accounts.link_is_good(session, link, SIGN_IN, now=NOW)
        with pytest.raises(NotAllowed):
            accounts.use_link(session, link, SIGN_IN, now=NOW)
    assert link not in repr(rows(database, "one_time_links"))


def test_what_fails_after_a_link_was_used_gives_the_link_back(database: Database, rin: int) -> None:
    with database.write() as session:
        link = accounts.make_link(session, SIGN_IN, user_id=rin, now=NOW)

    def sign_in_and_fail(session: Session) -> None:
        accounts.use_link(session, link, SIGN_IN, now=NOW)
        accounts.set_password(session, rin, "short")

    (told,) = at_once(database, sign_in_and_fail)
    assert isinstance(told, Invalid)
    with database.read() as session:
        assert accounts.link_is_good(session, link, SIGN_IN, now=NOW)


def test_a_new_set_up_link_replaces_the_old_one_and_the_first_person_ends_them_all(
    database: Database,
) -> None:
    def good(link: str) -> bool:
        with database.read() as session:
            return accounts.link_is_good(session, link, SETUP, now=NOW)

    links = []
    for _ in range(2):
        with database.write() as session:
            links.append(accounts.make_link(session, SETUP, now=NOW))
    assert [good(link) for link in links] == [False, True]
    with database.write() as session:
        accounts.add_user(session, email=MAIL, name="Rin", now=NOW)
    assert not good(links[1])
