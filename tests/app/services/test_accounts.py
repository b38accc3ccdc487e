"""People, sessions, links and tokens, on both databases; the clock is an argument everywhere."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import extract_parameters
from sqlmodel import Session, SQLModel

from app.db import Database
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import User
from app.secrets import digest
from app.services import accounts, people, tokens
from app.services.accounts import ABSOLUTE, IDLE, SEEN_EVERY, SETUP, SIGN_IN
from tests.support.together import at_once, meanwhile

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PASSWORD = "a long sentence is a password"
MAIL = "rin@partner.example"


@pytest.fixture
def rin(database: Database) -> int:
    """The id of Rin, who has no password."""
    with database.write() as session:
        user = accounts.add_user(session, email=MAIL, name="Rin", now=NOW)
    assert user.id is not None
    return user.id


@pytest.fixture
def password(database: Database, rin: int) -> str:
    """Rin's password."""
    with database.write() as session:
        accounts.set_password(session, rin, PASSWORD)
    return PASSWORD


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    with database.read() as session:
        found = session.execute(sa.select(SQLModel.metadata.tables[table]))
        return [dict(row._mapping) for row in found]


# --- people ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "Rin@Münich.Example",
        "  rin@münich.example ",
        "RIN@XN--MNICH-KVA.EXAMPLE",
        "rin@xn--mnich-kva.example",
        "rin@mu\N{COMBINING DIAERESIS}nich.example",
    ],
)
def test_however_an_address_is_written_it_is_the_same_person(
    database: Database, written: str
) -> None:
    with database.write() as session:
        added = accounts.add_user(session, email=" RIN@münich.example", name="Rin", now=NOW)
        assert added.email == "rin@münich.example"
    with database.write() as session:
        found = accounts.user_by_email(session, written)
        assert found is not None
        assert found.id == added.id
        with pytest.raises(Conflict, match="already"):
            accounts.add_user(session, email=written, name="Rin again", now=NOW)


@pytest.mark.parametrize(
    "written", ["", "rin", "rin@", "rin@partner", "a b@c.example", "@", "x" * 400]
)
def test_what_is_no_address_is_nobody(database: Database, rin: int, written: str) -> None:
    with database.write() as session:
        assert accounts.user_by_email(session, written) is None
        with pytest.raises(Invalid) as wrong:
            accounts.add_user(session, email=written, name=" ", time_zone="Mars/One", now=NOW)
    assert set(wrong.value.fields) == {"email", "name", "time_zone"}


def test_of_many_who_add_the_same_person_at_once_one_does_and_the_others_are_told(
    database: Database,
) -> None:
    def add(session: Session) -> User:
        return accounts.add_user(session, email=MAIL, name="Rin", now=NOW)

    told = at_once(database, *[add] * 6)

    assert sum(isinstance(one, User) for one in told) == 1
    assert sum(isinstance(one, Conflict) for one in told) == 5
    assert len(rows(database, "users")) == 1


def test_who_was_slower_keeps_the_rest_of_the_transaction(database: Database, rin: int) -> None:
    with database.write() as session:
        tokens.add_token(session, name="Hall", scope="read", now=NOW)
        with pytest.raises(Conflict):
            accounts.add_user(session, email=MAIL, name="Rin", now=NOW)
    assert [row["name"] for row in rows(database, "api_tokens")] == ["Hall"]


# --- signing in ------------------------------------------------------------------------------


def attempt(database: Database, password: str, now: datetime, email: str = MAIL) -> bool:
    """One try at the sign-in page."""
    with database.read() as session:
        known = accounts.credentials(session, email)
    ok = accounts.verify(known, password, now=now)
    with database.write() as session:
        return accounts.record_sign_in(session, known, ok=ok, now=now) is not None


def fail(database: Database, times: int, now: datetime) -> None:
    """So many wrong passwords, noted as the page does, without hashing each."""
    with database.read() as session:
        known = accounts.credentials(session, MAIL)
    for _ in range(times):
        with database.write() as session:
            accounts.record_sign_in(session, known, ok=False, now=now)


def wait(database: Database) -> timedelta | None:
    """How long Rin has to wait, from ``NOW`` on."""
    with database.read() as session:
        until = accounts.credentials(session, MAIL).wait_until
    return until - NOW if until is not None else None


def test_from_the_fifth_failure_on_the_wait_doubles_up_to_a_quarter_of_an_hour(
    database: Database, password: str
) -> None:
    fail(database, 4, NOW)
    assert wait(database) is None
    waits = []
    for _ in range(12):
        fail(database, 1, NOW)
        waits.append(wait(database))
    assert waits == [
        timedelta(seconds=each) for each in (2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900)
    ]


def test_the_right_password_does_not_help_before_the_wait_is_over_and_then_resets_it(
    database: Database, password: str
) -> None:
    fail(database, 5, NOW)
    with pytest.raises(NotAllowed, match="Try again in 2 seconds"):
        attempt(database, PASSWORD, NOW + SECOND)
    assert attempt(database, PASSWORD, NOW + 2 * SECOND)
    assert wait(database) is None
    fail(database, 4, NOW)
    assert wait(database) is None


def test_of_wrong_passwords_at_the_same_moment_each_counts(
    database: Database, password: str, rin: int
) -> None:
    with database.read() as session:
        known = accounts.credentials(session, MAIL)

    def record(session: Session) -> None:
        session.get(User, rin)  # as a session that has read the person before
        accounts.record_sign_in(session, known, ok=False, now=NOW)

    at_once(database, *[record] * 5)
    assert rows(database, "users")[0]["failed_sign_ins"] == 5
    assert wait(database) == 2 * SECOND


def test_an_unknown_address_costs_the_same_work_as_a_known_one(
    database: Database, password: str
) -> None:
    with database.write() as session:
        accounts.add_user(session, email="new@partner.example", name="New", now=NOW)
        gone = accounts.add_user(session, email="gone@partner.example", name="Gone", now=NOW)
        assert gone.id is not None
        gone.password, gone.is_active = rows_password(session), False
    with database.read() as session:
        known = accounts.credentials(session, MAIL)
        others = [
            accounts.credentials(session, email)
            for email in ("no@body.example", "nonsense", "new@partner.example", gone.email)
        ]
    cost = extract_parameters(known.password_hash)
    assert [extract_parameters(other.password_hash) for other in others] == [cost] * 4
    assert not any(accounts.verify(other, PASSWORD, now=NOW) for other in others)
    assert {other.user_id for other in others} == {None}


def rows_password(session: Session) -> str:
    """The hash of Rin's password."""
    found = accounts.user_by_email(session, MAIL)
    assert found is not None
    assert found.password is not None
    return found.password


def test_a_stored_hash_that_is_none_lets_nobody_in(database: Database, rin: int) -> None:
    with database.write() as session:
        accounts.user(session, rin).password = "not a hash"
    assert attempt(database, "not a hash", NOW) is False


def test_a_password_is_stored_as_a_hash_of_its_own(database: Database, password: str) -> None:
    with database.write() as session:
        lee = accounts.add_user(
            session, email="lee@partner.example", name="Lee", password=PASSWORD, now=NOW
        )
    first, second = (row["password"] for row in rows(database, "users"))
    assert first.startswith("$argon2id$")
    assert first != second
    assert PASSWORD not in first + second + repr(lee)


# --- sessions --------------------------------------------------------------------------------


def who(database: Database, cookie: str, now: datetime) -> int | None:
    with database.read() as session:
        found = accounts.signed_in(session, cookie, now=now)
        return found.user.id if found is not None else None


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


# --- links that work once --------------------------------------------------------------------


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


# --- tokens ----------------------------------------------------------------------------------


def opens(database: Database, token: str, now: datetime = NOW, scope: str = "read") -> bool:
    with database.read() as session:
        return tokens.token_for(session, token, scope, now=now) is not None


def test_a_token_opens_its_scope_until_it_ends_or_is_revoked(database: Database, rin: int) -> None:
    end = NOW + timedelta(days=30)
    with database.write() as session:
        ending = tokens.add_token(
            session, name="A", scope="read", expires_at=end, user_id=rin, now=NOW
        )
        lasting = tokens.add_token(session, name="B", scope="read", now=NOW)
    assert (opens(database, ending, end - SECOND), opens(database, ending, end)) == (True, False)
    assert not opens(database, lasting, scope="act")
    assert not opens(database, lasting + "x")

    with database.write() as session:
        tokens.revoke_token(session, tokens.tokens(session)[0].id or 0, now=NOW)
    assert (opens(database, lasting), opens(database, ending)) == (False, True)
    with database.read() as session:
        assert [token.name for token in tokens.tokens(session)] == ["A"]


def test_only_the_hash_of_a_token_is_stored(database: Database) -> None:
    with database.write() as session:
        token = tokens.add_token(session, name=" Hall ", scope="read", now=NOW)
    (stored,) = rows(database, "api_tokens")
    assert token.startswith("pi_live_")
    assert len(token) >= 40
    assert stored["hint"] == token[:12]
    assert token[12:] not in repr(stored)
    assert stored["name"] == "Hall"


def test_a_tokens_name_is_its_own_until_it_is_revoked(database: Database) -> None:
    def add(session: Session) -> str:
        return tokens.add_token(session, name="Hall", scope="read", now=NOW)

    told = at_once(database, *[add] * 4)
    assert sum(isinstance(one, str) for one in told) == 1
    assert sum(isinstance(one, Conflict) for one in told) == 3
    for _ in range(2):
        with database.write() as session:
            (token,) = tokens.tokens(session)
            tokens.revoke_token(session, token.id or 0, now=NOW)
            with pytest.raises(NotFound):
                tokens.revoke_token(session, token.id or 0, now=NOW)
            add(session)


def test_a_token_may_all_that_it_was_made_for(database: Database, rin: int) -> None:
    with database.write() as session:
        both = tokens.add_token(session, name="A", scope="act read", user_id=rin, now=NOW)
        (stored,) = tokens.tokens(session)
    assert stored.scope == "read act"
    with database.read() as session:
        found = tokens.token_for(session, both, "act", now=NOW)
    assert found is not None
    assert (found.scopes, found.user_id) == ({"read", "act"}, rin)
    assert opens(database, both)


def test_a_token_of_before_the_check_goes_on_working(database: Database) -> None:
    before = "pi_" + "aB3_-" * 8 + "xyz"
    with database.write() as session:
        tokens.add_token(session, name="A", scope="read", now=NOW)
        (stored,) = tokens.tokens(session)
        stored.token_hash = digest(before)
    assert opens(database, before)


@pytest.mark.parametrize(
    ("name", "scope", "field"),
    [
        *((" ", "read", "name"), ("A", "all", "scope"), ("A", "read all", "scope")),
        *(("A", "", "scope"), ("A", "read act", "user")),
    ],
)
def test_a_token_needs_a_name_and_a_scope_that_exists(
    database: Database, name: str, scope: str, field: str
) -> None:
    with database.write() as session, pytest.raises(Invalid) as wrong:
        tokens.add_token(session, name=name, scope=scope, now=NOW)
    assert set(wrong.value.fields) == {field}
