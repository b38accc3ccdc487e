"""``partner-inbox reseal``: after it, the old key may go."""

import pytest

from tests.app.cli.conftest import Command

OLD, NEW = "the key of the first years", "the key of the years to come"
LOST = "a key that nobody has any more"


def under(*keys: str) -> dict[str, str]:
    return {"PARTNER_INBOX_SECRET_KEY": ",".join(keys)}


def adding(name: str) -> tuple[str, ...]:
    address = "url=https://calendar.example.com/private-0815.ics"
    return ("connection", "add", "calendar", "--name", name, "--no-check", "--set", address)


@pytest.fixture
def connected(command: Command) -> Command:
    """Two connections whose addresses are sealed under the old key."""
    for name in ("Events", "Fairs"):
        assert command(*adding(name), **under(OLD)).code == 0
    return command


def readable(command: Command, *keys: str) -> bool:
    found = command("doctor", "--json", **under(*keys)).json()
    (entry,) = (one for one in found if one["name"] == "Keys")
    return bool(entry["state"] == "ok")


def test_what_the_old_key_sealed_the_new_one_opens_alone(connected: Command) -> None:
    assert not readable(connected, NEW)

    ran = connected("reseal", **under(NEW, OLD))

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "The credentials of 2 connections are sealed under the first key.\n"
    assert readable(connected, NEW)
    assert not readable(connected, OLD)


def test_where_one_cannot_be_opened_nothing_is_changed_and_it_is_named(connected: Command) -> None:
    connected(*adding("Academy"), **under(LOST))

    ran = connected("reseal", "--json", **under(NEW, OLD))

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "The credentials of Academy cannot be read: nothing was changed. Put the key they were "
        "saved with behind the first one, after a comma, or enter these credentials again.\n"
    )
    assert readable(connected, OLD, LOST)


def test_without_credentials_there_is_nothing_to_seal(command: Command) -> None:
    assert command("reseal").out == "No credentials are stored.\n"
    assert command("reseal", "--json").json() == {"resealed": 0}
