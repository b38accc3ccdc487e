"""Commands: what a person sees, and what a script can rely on."""

import gc
import socket
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from app.bench.records import Renewals
from app.db import Database
from app.models import AssignmentRule
from app.services import people
from connectors import registry
from tests.app.cli.conftest import Command
from tests.support.commands import inner, root
from tests.support.mail_server import MailServer

ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:review@example.com
DTSTAMP:20261101T000000Z
DTSTART;VALUE=DATE:{day}
SUMMARY:Quarterly review with the vendor
END:VEVENT
END:VCALENDAR
"""


def every_command() -> list[list[str]]:
    """The words of every command, groups too."""
    found: list[list[str]] = []

    def walk(command: Any, words: list[str]) -> None:
        found.append(words)
        for name, below in inner(command).items():
            walk(below, [*words, name])

    walk(root(), [])
    return found


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_and_every_option_says_what_it_is_for(words: list[str]) -> None:
    command = root()
    for word in words:
        command = inner(command)[word]
    assert command.help
    for parameter in command.params:
        if getattr(parameter, "hidden", False):
            continue
        assert parameter.help, f"{' '.join(words)}: {parameter.name}"


def test_the_commands_of_the_product_are_there() -> None:
    wanted = "serve worker demo sync connectors connection import digest user token bench doctor"
    wanted += " backup restored reseal"
    assert set(wanted.split()) <= set(inner(root()))


def test_a_calendar_file_is_connected_read_listed_and_removed(
    command: Command, tmp_path: Path
) -> None:
    file = tmp_path / "events.ics"
    day = date.today() + timedelta(days=10)
    file.write_text(ICS.format(day=day.strftime("%Y%m%d")).replace("\n", "\r\n"))
    added = command("connection", "add", "calendar", "--name", "Events", "--set", f"file={file}")
    assert added.code == 0, added.err
    assert "Read it now: partner-inbox sync 'Events'" in added.out
    read = command("sync", "Events", "--json")
    assert (read.code, read.json()["new"], read.json()["outcome"]) == (0, 1, "ok")
    (listed,) = command("connection", "list", "--json").json()
    assert (listed["name"], listed["health"]) == ("Events", "ok")
    assert command("connection", "check", "Events").code == 0
    assert command("connection", "remove", "Events", "--yes").code == 0
    assert command("connection", "list", "--json").json() == []


@pytest.mark.heavy
def test_a_table_in_a_pipe_is_as_wide_as_what_is_in_it(process: Command) -> None:
    name = "The calendar of everything that a vendor of many words ever planned for its partners"
    address = "url=https://calendar.example.com/a.ics"
    process("connection", "add", "calendar", "--name", name, "--no-check", "--set", address)
    listed = process("connection", "list", COLUMNS="40")
    (row,) = (line for line in listed.out.splitlines() if "calendar" in line)
    assert row.split() == [*name.split(), "calendar", "new", "never"]


def test_a_sync_of_all_says_it_when_there_is_nothing_to_read(command: Command) -> None:
    sentence = "There is no connection yet: nothing was read.\n"
    ran = command("sync", "--all")
    assert (ran.code, ran.out, ran.err) == (0, sentence, "")
    ran = command("sync", "--all", "--json")
    assert (ran.code, ran.out, ran.err) == (0, "", sentence)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sync", "Nothing"), "There is no connection named Nothing. There are: none yet."),
        (("sync", "Events", "--all"), "Give either a connection's name or --all, not both."),
        (("digest", "--user", "a@example.com"), "--user is for looking only."),
        (("sync",), "Say which connection to sync. Give its name, or --all."),
        (
            ("connection", "add", "nothing", "--name", "N"),
            "There is no connector named nothing. There are: ",
        ),
        (
            ("connection", "add", "calendar", "--name", "N", "--set", "url"),
            "What --set has is not KEY=VALUE. Write --set name=value.",
        ),
        (("connectors", "check", "nothing"), "There is no connector named nothing."),
        (("nonsense",), "No such command 'nonsense'. See `partner-inbox --help`."),
        (("sync", "--nonsense"), "No such option: --nonsense. See `partner-inbox sync --help`."),
        (
            ("user", "add", "a@example.com"),
            "Missing option '--name'. See `partner-inbox user add --help`.",
        ),
        (("digest",), "No mail server is configured."),
        (("backup", "/"), "/ is there already. Name a new folder for each backup."),
        (("token", "add", "T", "--scope", "rule"), "There is no such scope."),
        (("token", "add", "T", "--scope", "act"), "A token that acts needs a person."),
        (("user", "add", "nobody", "--name", "N"), "The user cannot be added."),
    ],
)
def test_a_failure_is_one_clear_line_and_a_non_zero_exit(
    command: Command, words: tuple[str, ...], sentence: str
) -> None:
    ran = command(*words)
    assert ran.code != 0
    assert sentence in ran.err
    assert "Traceback" not in ran.err + ran.out


def test_a_connector_without_a_simulated_platform_cannot_be_checked_and_it_says_so(
    command: Command,
) -> None:
    with registry.installed(Renewals()):
        ran = command("connectors", "check", "bench")
    assert ran.code != 0
    assert "The connector bench has no simulated platform to check it on." in ran.err


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DATABASE_URL", "mysql://x/y", "names mysql, which is not supported."),
        ("TIME_ZONE", "Mars/Base", "must be an IANA time zone such as Europe/Berlin"),
        ("SMTP_URL", "mail.example.com", "PARTNER_INBOX_SMTP_URL begins with smtps://"),
        ("MAIL_FROM", "nobody", "PARTNER_INBOX_MAIL_FROM must be one address, such as"),
        ("MAIL_FROM", 'Acme, "Ltd" <a@b.example>', "must be one address, such as"),
        ("LOG_LEVEL", "loud", "PARTNER_INBOX_LOG_LEVEL must be one of DEBUG, INFO"),
        ("PUBLIC_URL", "https://", "PARTNER_INBOX_PUBLIC_URL must name a host"),
        ("PUBLIC_URL", "https://a.example/inbox", "must end with the host: the pages cannot lie"),
        ("DATA_DIR", "/etc/passwd", "/etc/passwd: File exists. Name a folder, not a file."),
        ("DATABASE_URL", "sqlite:////etc/passwd", "file is not a database. Move the file away"),
        ("DATABASE_URL", "postgresql://u:p@127.0.0.1:1/x", "refused. See that it runs and that"),
    ],
)
def test_a_wrong_setting_is_named(command: Command, name: str, value: str, told: str) -> None:
    ran = command("digest", **{f"PARTNER_INBOX_{name}": value})
    assert ran.code != 0
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1
    assert "Traceback" not in ran.err


def test_a_key_that_is_too_short_is_named(command: Command) -> None:
    words = ("connection", "add", "calendar", "--name", "N", "--no-check", "--set")
    ran = command(*words, "url=https://example.com/a.ics", PARTNER_INBOX_SECRET_KEY="short")
    assert (ran.code, ran.err.splitlines()) == (
        1,
        ["PARTNER_INBOX_SECRET_KEY is too short. Use at least 16 random characters for each key."],
    )


def test_a_name_that_no_setting_has_is_told_and_stops_nothing(command: Command) -> None:
    ran = command("token", "add", "erp", PARTNER_INBOX_SMPT_URL="smtp://mail.example.com")
    assert ran.code == 0
    assert "PARTNER_INBOX_SMPT_URL is no setting" in ran.err
    assert "Did you mean PARTNER_INBOX_SMTP_URL?" in ran.err


def test_a_setting_is_not_read_from_what_is_no_text(command: Command, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\xff\xfe")
    words = ("connection", "add", "calendar", "--name", "N", "--set")
    ran = command(*words, f"url=@{picture}")
    assert (ran.code, ran.err.splitlines()) == (
        1, [f"{picture} for url is no text. Name a text file."],
    )  # fmt: skip


def test_a_port_in_use_is_told_before_anything_is_made(command: Command, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for words in (("serve",), ("demo", "--data-dir", str(tmp_path / "demo"))):
            ran = command(*words, "--port", str(port))
            assert (ran.code, ran.out) == (1, "")
            assert ran.err.startswith(f"Port {port} is in use. Choose another one: --port ")
    assert list(tmp_path.iterdir()) == []


def test_a_question_that_nobody_answers_is_told(process: Command) -> None:
    ran = process(
        "connection", "add", "aws_partner_central", "--name", "AWS", "--no-check",
        "--set", "access_key_id=AKIAEXAMPLEEXAMPLE00",
    )  # fmt: skip
    assert (ran.code, ran.out.strip()) == (130, "")
    assert ran.err.splitlines()[-1] == "Stopped: no answer. Give it as an option, see --help."
    assert "Warning" not in ran.err


def test_an_empty_key_file_is_no_key(command: Command, tmp_path: Path) -> None:
    command("token", "add", "first")
    (tmp_path / "data" / "secret.key").write_text("")
    ran = command("doctor")
    assert ran.code == 1
    assert "secret.key holds no key. Put the right file back" in ran.err


def test_a_token_is_the_last_line_and_a_user_gets_a_link(command: Command) -> None:
    token = command("token", "add", "erp", "--scope", "read")
    assert (token.code, token.last[:3]) == (0, "pi_")
    user = command("user", "add", "Ann@example.com", "--name", "Ann", "--admin")
    assert user.last.startswith("http://127.0.0.1:8000/link/")


def test_a_copy_that_was_put_back_by_other_means_is_settled_by_command(command: Command) -> None:
    ran = command("restored")
    assert ran.code == 0
    assert "everybody has to sign in anew" in ran.out


def test_the_doctor_says_what_is_wrong_and_what_helps(command: Command) -> None:
    found = {entry["name"]: entry for entry in command("doctor", "--json").json()}
    assert found["Database"]["state"] == "ok"
    assert found["Mail"]["fix"] == "Set PARTNER_INBOX_SMTP_URL for the daily digest."
    assert found["People"]["state"] == "warn"


def test_the_doctor_names_a_rule_whose_owner_left(command: Command, tmp_path: Path) -> None:
    command("user", "add", "ann@example.com", "--name", "Ann")
    database = Database(f"sqlite:///{tmp_path}/data/partner-inbox.db")
    with database.write() as session:
        ann = people.everyone(session)[0]
        ann.is_active = False
        rule = AssignmentRule(vendor="Dell", owner_id=ann.id or 0, created_at=ann.created_at)
        session.add(rule)
    database.close()

    found = {entry["name"]: entry for entry in command("doctor", "--json").json()}

    said = found["Rule for vendor Dell"]
    assert said["text"] == "Ann may not sign in any more, so it gives nothing to anybody."
    assert said["fix"] == "Change it under Settings, Rules."


@pytest.mark.parametrize("engine_name", ["postgres"])
def test_a_command_closes_the_database_however_it_ends(command: Command, database_url: str) -> None:
    def connections() -> list[psycopg.Connection[Any]]:
        gc.unfreeze()  # a command sets aside what there is when it begins
        found = [one for one in gc.get_objects() if isinstance(one, psycopg.Connection)]
        gc.freeze()
        return [one for one in found if not one.closed]

    before = connections()
    environment = {"PARTNER_INBOX_DATABASE_URL": database_url}

    assert command("connection", "list", **environment).code == 0
    assert command("sync", "nothing", **environment).code != 0
    assert connections() == before


@pytest.mark.parametrize("engine_name", ["postgres"])
def test_the_doctor_tries_to_write(command: Command, database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    with database.engine.connect() as connection:
        name = f'"{database.url.database}"'
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        connection.commit()

    ran = command("doctor", PARTNER_INBOX_DATABASE_URL=url)

    assert ran.code == 1
    assert "name the server that takes writes" in ran.out


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mail.example.com", "PARTNER_INBOX_SMTP_URL begins with smtps://"),
        ("smtp://127.0.0.1:1", "The mail server cannot be reached"),
        ("smtp://mailer:wrong@127.0.0.1:{port}", "does not accept the user name or password"),
    ],
)
def test_the_doctor_asks_the_mail_server(command: Command, url: str, told: str) -> None:
    def asked(url: str) -> dict[str, str]:
        found = command("doctor", "--json", PARTNER_INBOX_SMTP_URL=url).json()
        return {entry["name"]: entry for entry in found}["Mail"]

    with MailServer(password="right") as server:
        wrong, right = asked(url.format(port=server.port)), asked(server.url)

    assert wrong["state"] == "fail"
    assert told in wrong["text"]
    assert right["state"] == "ok"
    assert server.messages == []


def test_a_required_secret_is_asked_for_and_never_shown(command: Command) -> None:
    ran = command(
        "connection", "add", "aws_partner_central", "--name", "AWS", "--no-check",
        "--set", "access_key_id=AKIAEXAMPLEEXAMPLE00",
        typed="a very secret key of forty characters 0123\n",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert "a very secret key" not in ran.out + ran.err
    listed = command("connection", "list", "--json")
    assert "a very secret key" not in listed.out


def test_beside_the_sample_company_nothing_real_is_added_or_read(
    command: Command, tmp_path: Path
) -> None:
    """Said at once, before anything is asked or read."""
    from app.cli.opened import Opened
    from app.demo.platforms import Planned
    from app.services import samples

    assert "Nobody has an account yet." in command("sample", "load").err
    command("user", "add", "dana@partner.example", "--name", "Dana", "--admin")
    opened = Opened(data_dir=tmp_path / "data")
    with opened.database.write() as session:
        token = samples.begin(session, user_id=1, now=opened.now()).token
        planned = [Planned(name="Own", connector="own_items", values={})]
        samples.found(session, token, planned, (), vault=opened.vault, now=opened.now())
        samples.finish(session, token, now=opened.now())
    sheet = tmp_path / "rows.csv"
    sheet.write_text("ID,Vendor,Title,Due date\n1,Cisco,Renew,2027-02-28\n")

    for words in (
        ("import", str(sheet), "--yes"),
        ("connection", "add", "calendar", "--name", "X", "--set", "url=https://x.example/a.ics"),
        ("sync", "Own"),
        ("connection", "remove", "Own", "--yes"),
    ):
        ran = command(*words)
        assert (ran.code, ran.out) == (1, ""), words
        assert "Wipe the sample" in ran.err, words
    assert "is here already" in command("sample", "load").err
    assert "The sample company is gone." in command("sample", "wipe", "--yes").out
    assert command("import", str(sheet), "--yes").code == 0
