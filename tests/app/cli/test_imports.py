"""``partner-inbox import`` as people run it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.cli.conftest import CHECKOUT, ENTRY, Command

SURE = "ID,Vendor,Title,Due date,Amount,Currency\n1,Cisco,Renew switches,2027-02-28,100,USD\n"
OPEN = "ID,Vendor,Title,Due date\n1,Cisco,Renew switches,03/04/2027\n"
BAD = "ID,Vendor,Title,Due date\n1,Cisco,Renew,soon\n"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "Partner programs.csv"


def test_a_file_becomes_a_source_and_its_rows_items(command: Command, sheet: Path) -> None:
    sheet.write_text(SURE + "2,Cisco,Broken,soon,1,USD\n")

    ran = command("import", str(sheet), "--yes")

    assert ran.code == 0, ran.err
    assert "Due date = due" in ran.out
    assert "Sun 28 Feb 2027" in ran.out
    assert "1 row can be read, 1 cannot." in ran.out
    assert "“soon” is not a date" in ran.out
    assert "2 read, 1 new" in ran.out
    listed = command("connection", "list", "--json").json()
    assert [one["name"] for one in listed] == ["Partner programs"]


def test_importing_it_again_renews_the_source(command: Command, sheet: Path) -> None:
    sheet.write_text(SURE)
    command("import", str(sheet), "--yes")
    sheet.write_text(SURE.replace("2027-02-28", "2027-03-31"))

    again = command("import", str(sheet), "--yes")

    assert "0 new, 1 changed" in again.out
    assert len(command("connection", "list", "--json").json()) == 1


def test_a_date_that_can_be_read_in_two_ways_is_never_guessed(
    command: Command, sheet: Path
) -> None:
    sheet.write_text(OPEN)

    refused = command("import", str(sheet), "--yes")
    assert refused.code == 1
    assert "is “03/04/2027” 3 April 2027 or 4 March 2027?" in refused.err
    assert "--date-order" in refused.err
    assert command("connection", "list", "--json").json() == []

    told = command("import", str(sheet), "--yes", "--date-order", "dmy")
    assert told.code == 0
    assert "Sat 3 Apr 2027" in told.out

    remembered = command("import", str(sheet), "--yes", "--name", "The same columns")
    assert remembered.code == 0


@pytest.mark.heavy
def test_at_a_terminal_the_open_question_is_asked(sheet: Path, tmp_path: Path) -> None:
    sheet.write_text(OPEN)
    ours, theirs = os.openpty()
    os.write(ours, b"2\ny\n")
    done = subprocess.run(
        [sys.executable, "-c", ENTRY, "import", str(sheet)],
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env={
            **os.environ,
            "PARTNER_INBOX_DATA_DIR": str(tmp_path / "data"),
            "PYTHONPATH": str(CHECKOUT),
            "COLUMNS": "200",
        },
    )
    os.close(ours)
    os.close(theirs)

    assert done.returncode == 0, done.stderr
    assert "2  4 March 2027" in done.stderr
    assert "Thu 4 Mar 2027" in done.stdout


@pytest.mark.parametrize(
    ("content", "words", "says"),
    [
        (None, (), "There is no file"),
        ("foo,bar\n1,2\n", (), "title"),
        ("", (), "empty"),
        (BAD, (), "Say it with --kind."),
        (SURE.replace("Renew switches", ""), (), "Not one row can be read."),
        (SURE.splitlines()[0] + "\n", ("--kind", "deadline"), "no row with anything in it"),
    ],
)
def test_what_cannot_be_imported_is_one_clear_line(
    command: Command, sheet: Path, content: str | None, words: tuple[str, ...], says: str
) -> None:
    if content is not None:
        sheet.write_text(content)

    ran = command("import", str(sheet), "--yes", *words)

    assert ran.code == 1
    assert says in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--date-order", "ydm", "ydm is no date order. One of: dmy, mdy, ymd."),
        ("--currency", "EURO", "EURO is no currency. Give its code, such as EUR."),
        ("--kind", "gaol", "gaol is no kind of row. One of: deadline, goal, "),
        ("--name", "Events", "There is a connection named Events already."),
        ("--name", " ", "The connection needs a name."),
    ],
)
def test_what_can_be_judged_without_the_file_is_refused_before_it_is_looked_at(
    command: Command, sheet: Path, option: str, value: str, says: str
) -> None:
    other = ("connection", "add", "calendar", "--name", "Events", "--no-check")
    command(*other, "--set", "url=https://example.com/a.ics")
    sheet.write_bytes(b"no spreadsheet \x00\xff at all")

    ran = command("import", str(sheet), "--yes", option, value)

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(says)
