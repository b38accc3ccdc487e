"""Tokens of the machine edge: made, known again, ended and revoked."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from app.db import Database
from app.errors import Conflict, Invalid, NotFound
from app.secrets import digest
from app.services import tokens
from tests.app.services.rin import NOW, SECOND, rows
from tests.support.together import at_once


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
