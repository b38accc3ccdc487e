"""The test server comes up by itself, and goes away however the tests end."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from app.db import Database
from tests.support import postgres
from tests.support.postgres import Server

CHECKOUT = Path(__file__).parents[2]
START_AND_WAIT = """
import json, sys
from tests.support import postgres
with postgres.running() as server:
    print(json.dumps([str(server.folder), server.keeper]), flush=True)
    sys.stdin.read()
"""


def test_the_server_dies_with_a_killed_test_run_and_leaves_no_folder() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as run:
        assert run.stdout
        folder, keeper = json.loads(run.stdout.readline())
        assert (Path(folder) / "data").is_dir()
        ended = os.pidfd_open(keeper)
        run.kill()

    readable, _, _ = select.select([ended], [], [], 30)
    os.close(ended)
    assert readable
    assert not Path(folder).exists()


def test_a_copy_shares_nothing_with_its_template(
    postgres_server: Server, postgres_template: str
) -> None:
    copies = [postgres_server.create(postgres_template) for _ in range(2)]
    first, second = (Database(postgres_server.url(name)) for name in copies)

    with first.write() as session:
        session.execute(text("CREATE TABLE only_here (id integer)"))

    with second.read() as session:
        assert session.scalar(text("SELECT to_regclass('only_here')")) is None
    for database, name in zip((first, second), copies, strict=True):
        database.close()
        postgres_server.drop(name)


def test_a_database_with_open_connections_can_be_dropped(postgres_server: Server) -> None:
    name = postgres_server.create()
    with psycopg.connect(host=str(postgres_server.folder), user="postgres", dbname=name):
        postgres_server.drop(name)


def test_a_wrong_choice_of_binaries_is_said_and_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(postgres.CHOICE, str(tmp_path))

    with pytest.raises(postgres.NoPostgres, match="initdb and postgres are not both in it"):
        postgres.binaries()


@pytest.mark.skipif(not postgres.wheel(), reason="no Postgres wheel for this machine")
def test_the_servers_files_may_lie_where_only_their_owner_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (closed := tmp_path / "closed").mkdir(mode=0o700)
    (closed / "install").symlink_to(postgres.wheel()[0].parent)
    monkeypatch.setenv(postgres.CHOICE, str(closed / "install" / "bin"))

    with postgres.running() as server:
        assert server.create() == "test_1"
