"""``--json``: standard output holds JSON and nothing else, and the exit code says how it went."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.cli.conftest import CHECKOUT, Command, Ran
from tests.app.cli.test_commands import every_command
from tests.support.commands import inner, root
from tests.support.mail_server import MailServer

ROWS = "ID,Vendor,Title,Due date\n1,Cisco,Renew switches,2027-02-28\n2,Cisco,Broken,soon\n"
EVENTS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nEND:VCALENDAR\r\n"


def only(ran: Ran) -> Any:
    """What standard output holds, which is one line."""
    (line,) = ran.out.splitlines()
    return json.loads(line)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.ics"
    file.write_text(EVENTS)
    return file


def adding(events: Path) -> tuple[str, ...]:
    return ("connection", "add", "calendar", "--name", "Events", "--set", f"file={events}")


def test_a_connection_that_was_added_says_its_id_and_its_checks(
    command: Command, events: Path
) -> None:
    ran = command(*adding(events), "--json")
    (listed,) = command("connection", "list", "--json").json()
    told = only(ran)
    assert (ran.code, told["id"], told["name"]) == (0, listed["id"], "Events")
    assert told["connector"] == "calendar"
    assert told["checks"]
    assert "fail" not in {check["state"] for check in told["checks"]}


def test_a_connection_that_was_not_added_has_no_id_and_the_check_that_failed(
    command: Command, events: Path
) -> None:
    events.unlink()
    ran = command(*adding(events), "--json")
    told = only(ran)
    assert (ran.code, told["id"]) == (1, None)
    assert any(check["state"] == "fail" and check["fix"] for check in told["checks"])
    assert "Not saved." in ran.err
    assert command("connection", "list", "--json").json() == []


def test_a_check_tells_each_of_its_parts(command: Command, events: Path) -> None:
    command(*adding(events))
    well = command("connection", "check", "Events", "--json")
    assert (well.code, "fail" in {one["state"] for one in only(well)}) == (0, False)
    events.unlink()
    ill = command("connection", "check", "Events", "--json")
    assert (ill.code, "fail" in {one["state"] for one in only(ill)}) == (1, True)
    assert set(only(ill)[0]) == {"name", "state", "text", "fix"}


def test_an_import_tells_its_run_as_a_sync_does_and_shows_the_file_to_people(
    command: Command, tmp_path: Path
) -> None:
    sheet = tmp_path / "Programs.csv"
    sheet.write_text(ROWS)
    ran = command("import", str(sheet), "--yes", "--json", "--kind", "deadline")
    told = only(ran)
    assert (ran.code, told["connection"], told["new"], told["quarantined"]) == (0, "Programs", 1, 1)
    assert "1 row can be read, 1 cannot." in ran.err
    assert "Renew switches" in ran.err
    assert told.keys() == command("sync", "Programs", "--json").json().keys()


def test_an_import_that_is_refused_says_nothing_on_standard_output(
    command: Command, tmp_path: Path
) -> None:
    ran = command("import", str(tmp_path / "nothing.csv"), "--json")
    assert (ran.code, ran.out) == (1, "")


def test_a_person_and_a_token_come_with_what_lets_them_in(command: Command) -> None:
    words = ("user", "add", "Ann@example.com", "--name", "Ann", "--admin", "--json")
    user = only(command(*words))
    assert (user["email"], user["is_admin"]) == ("ann@example.com", True)
    assert user["link"].startswith("http://127.0.0.1:8000/link/")
    token = only(command("token", "add", "erp", "--json"))
    assert (token["name"], token["scope"], token["token"][:3]) == ("erp", "read", "pi_")


def test_a_digest_tells_what_it_wrote_and_what_did_not_leave(
    command: Command, events: Path, tmp_path: Path
) -> None:
    command("user", "add", "ann@example.com", "--name", "Ann", "--admin")
    (written,) = only(command("digest", "--dry-run", str(tmp_path / "mail"), "--json"))["written"]
    assert Path(written).suffix == ".eml"
    command(*adding(events))
    events.unlink()
    command("sync", "Events")
    with MailServer(replies={"RCPT": "452 mailbox full"}) as server:
        ran = command("digest", "--json", PARTNER_INBOX_SMTP_URL=server.url)
    (why,) = only(ran)["notices_failed"]
    assert ran.code == 1
    assert "mailbox full" in why


def takes_it(words: list[str]) -> bool:
    command = root()
    for word in words:
        command = inner(command)[word]
    return any("--json" in option.opts and option.is_flag for option in command.params)


def test_the_readme_names_every_command_that_takes_it() -> None:
    *names, last = (f"`{' '.join(words)}`" for words in sorted(every_command()) if takes_it(words))
    readme = (CHECKOUT / "README.md").read_text()
    paragraph = readme.split("For scripts, `--json`")[1].split("\n\n")[0].replace("\n", " ")
    assert f"It is there for {', '.join(names)} and {last}." in paragraph
