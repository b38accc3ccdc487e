"""People and how they sign in; the clock is an argument everywhere."""

from datetime import datetime, timedelta

import pytest
from argon2 import extract_parameters
from sqlmodel import Session

from app.db import Database
from app.errors import Conflict, Invalid, NotAllowed
from app.models import User
from app.services import accounts, tokens
from tests.app.services.rin import MAIL, NOW, PASSWORD, SECOND, attempt, rows
from tests.support.together import at_once

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
