"""Where the file comes from: an upload, a path, an address; and what a check says of it."""

import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.demo import company
from connectors.sdk.connector import Check, CheckState, Complete, ReadContext, Unchanged
from connectors.sdk.errors import (
    AuthFailed,
    ConfigInvalid,
    FormatChanged,
    Incomplete,
    Unavailable,
)
from connectors.sdk.http import HttpPolicy, HttpSession
from connectors.sdk.records import Goal, kind_of
from connectors.sdk.sandbox import Fault, FaultKind, SandboxClock, SandboxHost
from connectors.spreadsheet.connector import Spreadsheet
from connectors.spreadsheet.sandbox import SHARE, Sandbox
from connectors.spreadsheet.settings import SpreadsheetConfig
from tests.connectors.spreadsheet.files import NOW, Found, Read, csv_of, gather

TABLE = csv_of(("Title", "Vendor", "Due"), ("A", "Dell", "2026-04-03"), ("B", "HPE", "2026-05-03"))


class Connection:
    """A connection on its own settings, with a folder for uploads."""

    def __init__(self, http: HttpSession, folder: Path | None, settings: Mapping[str, Any]) -> None:
        self.http = http
        self.folder = folder
        self.config = SpreadsheetConfig.model_validate(settings)

    def read(self, state: Mapping[str, Any] | None = None, now: datetime = NOW) -> Found:
        context = ReadContext(http=self.http, now=now, state=state or {}, files=self.folder)
        return gather(Spreadsheet().read("rows", self.config, context))

    def check(self) -> dict[str, Check]:
        context = ReadContext(http=self.http, now=NOW, files=self.folder)
        return {check.name: check for check in Spreadsheet().check(self.config, context)}


Connect = Callable[..., Connection]


@pytest.fixture
def connect(tmp_path: Path) -> Iterator[Connect]:
    policy = HttpPolicy(hosts=("127.0.0.1",), private_hosts=frozenset({"127.0.0.1"}))
    with HttpSession(policy, sleep=lambda seconds: None) as http:

        def connect(folder: Path | None = tmp_path, **settings: Any) -> Connection:
            return Connection(http, folder, settings)

        yield connect


# --- files -----------------------------------------------------------------------------------


def test_an_upload_lies_in_the_folder_of_its_connection(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(TABLE)

    assert connect(file="mine.csv").read().titles == ["A", "B"]


def test_an_operator_may_name_any_file_by_its_path(connect: Connect, tmp_path: Path) -> None:
    elsewhere = tmp_path / "share" / "book.CSV"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(TABLE)

    assert connect(None, file=str(elsewhere)).read().titles == ["A", "B"]


@pytest.mark.parametrize("name", ["../secret.csv", "a/../../secret.csv", "link.csv"])
def test_an_upload_never_leads_out_of_its_folder(
    connect: Connect, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "uploads"
    folder.mkdir()
    (tmp_path / "secret.csv").write_bytes(TABLE)
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")

    found = connect(folder, file=name).read()

    assert isinstance(found.error, ConfigInvalid)
    assert found.records == []


def test_a_file_that_is_not_named_like_a_spreadsheet_is_not_opened(
    connect: Connect, tmp_path: Path
) -> None:
    (tmp_path / "settings.env").write_bytes(TABLE)

    assert isinstance(connect(file=str(tmp_path / "settings.env")).read().error, ConfigInvalid)


def test_a_pipe_is_no_file_and_does_not_hang(connect: Connect, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")

    assert isinstance(connect(file="pipe.csv").read().error, ConfigInvalid)


def test_a_missing_file_is_asked_for_again(connect: Connect) -> None:
    error = connect(file="gone.csv").read().error

    assert isinstance(error, Unavailable)
    assert "“gone.csv” cannot be opened" in str(error)


def test_an_upload_without_a_folder_was_not_uploaded(connect: Connect) -> None:
    assert isinstance(connect(None, file="mine.csv").read().error, ConfigInvalid)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"file": "a.csv", "url": "https://x.example/a.csv"},
        {"url": "ftp://x.example/a.csv"},
        {"url": "https:///a.csv"},
        {"url": "https://jo:hunter2@x.example/a.csv"},
        {"file": "a.csv", "mapping": "{not json"},
        {"file": "a.csv", "currency": "Euro"},
        {"file": "a.csv", "header_row": "0"},
    ],
)
@pytest.mark.promise("P8")
def test_settings_that_cannot_work_are_refused_without_repeating_them(
    settings: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError) as refused:
        SpreadsheetConfig.model_validate(settings)

    assert "hunter2" not in str(refused.value)


def test_blank_form_fields_are_no_settings() -> None:
    blank = {"url": "", "sheet": "", "header_row": "", "vendor": " ", "currency": "", "mapping": ""}

    config = SpreadsheetConfig.model_validate({"file": "a.csv"} | blank)

    assert (config.url, config.header_row, config.vendor, config.currency) == (None,) * 4
    assert config.mapping == {}


# --- addresses -------------------------------------------------------------------------------


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(SandboxClock(NOW))


@pytest.fixture
def host(sandbox: Sandbox) -> Iterator[SandboxHost]:
    with SandboxHost({"files": sandbox}) as host:
        yield host


@pytest.fixture(params=["csv", "xlsx"])
def address(request: pytest.FixtureRequest, host: SandboxHost) -> str:
    return f"{host.url('files')}/shared/partner-programs.{request.param}?share={SHARE}"


def test_the_whole_story_is_read_in_both_formats(connect: Connect, address: str) -> None:
    found = connect(url=address).read()

    assert isinstance(found.end, Complete)
    kinds = [kind_of(record) for record in found.records]
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {
        "certification": 12,
        "contact": 5,
        "deadline": 16,
        "fund": 3,
        "goal": 11,
        "program": 15,
        "reporting": 8,
    }


def test_both_formats_give_the_same_items(
    connect: Connect, sandbox: Sandbox, host: SandboxHost
) -> None:
    book, table = (
        connect(url=config["url"]).read()
        for config in (
            sandbox.workbook_config(host.url("files")),
            sandbox.config(host.url("files")),
        )
    )

    assert {r.external_id for r in book.records} == {r.external_id for r in table.records}
    goal = next(r for r in book.records if r.external_id == "goal:HP-ATTACH")
    assert isinstance(goal, Goal)
    assert goal in table.records
    assert [bad.external_id for bad in book.quarantined] == ["reporting:IN-REBATE"]


@pytest.mark.parametrize("kind", [FaultKind.TRUNCATED, FaultKind.GZIP_CUT])
@pytest.mark.promise("P2")
def test_an_answer_that_is_cut_on_the_way_proves_nothing(
    connect: Connect, host: SandboxHost, address: str, kind: FaultKind
) -> None:
    host.plan("files", Fault(kind=kind, times=100))

    found = connect(url=address).read()

    assert isinstance(found.error, Incomplete | Unavailable)
    assert found.records == []


def test_a_sign_in_page_is_no_spreadsheet(
    connect: Connect, host: SandboxHost, address: str
) -> None:
    host.plan("files", Fault(kind=FaultKind.LOGIN_PAGE, times=100))

    assert isinstance(connect(url=address).read().error, AuthFailed | FormatChanged)


@pytest.mark.promise("P8")
def test_a_link_that_has_expired_is_told_without_its_token(
    connect: Connect, host: SandboxHost
) -> None:
    connection = connect(url=f"{host.url('files')}/shared/partner-programs.csv?share=old-token-9")

    error = connection.read().error

    assert isinstance(error, AuthFailed)
    said = [str(error), error.remedy, repr(connection.config), str(connection.check())]
    assert not any("old-token-9" in text for text in said)


def test_an_unchanged_file_is_not_sent_again_but_once_a_day(
    connect: Connect, sandbox: Sandbox, address: str
) -> None:
    connection = connect(url=address)
    first = connection.read().end
    assert isinstance(first, Complete)

    assert isinstance(connection.read(first.state).end, Unchanged)
    tomorrow = NOW + timedelta(days=1)
    assert isinstance(connection.read(first.state, now=tomorrow).end, Complete)
    sandbox.advance()
    assert isinstance(connection.read(first.state).end, Complete)


def test_a_changed_setting_reads_the_file_again(connect: Connect, address: str) -> None:
    first = connect(url=address).read().end
    assert isinstance(first, Complete)

    again = connect(url=address, vendor="Dell").read(first.state)

    assert isinstance(again.end, Complete)


def test_each_turn_of_the_story_changes_one_item(
    connect: Connect, sandbox: Sandbox, address: str
) -> None:
    connection = connect(url=address)
    before = {r.external_id: r for r in connection.read().records}
    for _ in range(5):
        (sentence,) = sandbox.advance()
        after = {r.external_id: r for r in connection.read().records}
        assert after.keys() == before.keys(), sentence
        assert sum(after[key] != before[key] for key in after) == 1, sentence
        before = after


def test_rows_leave_and_come_back(connect: Connect, sandbox: Sandbox, address: str) -> None:
    connection = connect(url=address)
    before = {r.external_id for r in connection.read().records}

    gone = sandbox.drop("rows", 20)

    assert before - {r.external_id for r in connection.read().records} == set(gone)
    sandbox.restore("rows")
    assert {r.external_id for r in connection.read().records} == before


class Intranet:
    """A file server that asks for a name and a password."""

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        given = dict(scope["headers"]).get(b"authorization")
        status, body = (200, TABLE) if given == b"Basic am86aHVudGVyMg==" else (401, b"")
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})


def test_an_intranet_server_gets_the_name_and_the_password(connect: Connect) -> None:
    with SandboxHost({"intranet": Intranet()}) as host:
        address = f"{host.url('intranet')}/programs.csv"

        assert connect(url=address, username="jo", password="hunter2").read().titles == ["A", "B"]
        assert isinstance(connect(url=address).read().error, AuthFailed)


# --- checks ----------------------------------------------------------------------------------


def test_a_check_says_what_will_be_read(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(TABLE)

    checks = connect(file="mine.csv").check()

    assert {check.state for check in checks.values()} == {CheckState.OK}
    assert checks["File"].text == "Read “mine.csv”: CSV, 3 rows with headers."
    assert checks["Columns"].text == "3 columns mapped."
    assert checks["Rows"].text == "2 rows can be read."
    assert checks["Sample"].text == (
        "Deadline: A · Dell · due 3 April 2026 | Deadline: B · HPE · due 3 May 2026"
    )


def test_a_check_names_the_first_bad_row(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(TABLE + b"C,Dell,31.02.2026\r\n")

    rows = connect(file="mine.csv").check()["Rows"]

    assert rows.state is CheckState.WARN
    assert rows.text == "2 rows can be read, 1 cannot. row 4: Due: “31.02.2026” is not a date."


def test_a_check_asks_the_open_question(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(csv_of(("Title", "Due"), ("A", "03/04/2026")))

    read = connect(file="mine.csv").check()["Read"]

    assert read.state is CheckState.FAIL
    assert "3 April 2026 or 4 March 2026" in read.text
    assert read.fix


def test_a_check_warns_of_a_cut_file(connect: Connect, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(TABLE + b"C,De")

    assert connect(file="mine.csv").check()["File"].state is CheckState.WARN


def test_a_check_of_a_missing_file_fails_with_a_remedy(connect: Connect) -> None:
    checks = connect(file="gone.csv").check()

    assert [(c.name, c.state) for c in checks.values()] == [("Read", CheckState.FAIL)]
    assert checks["Read"].fix


# --- a portal's export, as the sample company has one ----------------------------------------


def test_an_export_with_headers_of_its_own_is_read_without_a_mapping(read: Read) -> None:
    found = read(company.distributor_export(NOW.date()).encode())

    assert found.error is None
    assert found.quarantined == []
    assert {kind_of(record) for record in found.records} == {"deadline"}
