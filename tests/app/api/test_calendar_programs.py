"""The calendar feed in programs that people use: khal and vdirsyncer, as Debian has them."""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from app.services import acts
from connectors.sdk.records import DueInstant
from tests.app.api.calendars import Subscribed, person, subscribe
from tests.app.api.company import EVENING, act, on
from tests.app.api.tool import Tool
from tests.support.scripted import deadline

NASTY = "Renew; “Gold”, 50 %\\n of ü漢🏳️‍🌈 " + "long " * 30


def needs(program: str) -> str:
    """Where it is; Debian's package has the same name."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed: apt-get install {program}")
    return found


def run(home: Path, *command: str) -> str:
    """What it says; a failure of it fails the test. It sees a home and a zone of its own."""
    environment = {
        **{name: os.environ[name] for name in ("PATH",)},
        **{"HOME": str(home), "TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8", "NO_PROXY": "*"},
    }
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def feed(tool: Tool) -> Subscribed:
    tool.world.connector.lists(
        deadline("day", title=NASTY, due=on(4)),
        deadline("moment", due=DueInstant(at=EVENING, zone="Europe/Berlin")),
    )
    tool.world.sync()
    return subscribe(tool, person(tool), alarms=["1"], name="Partners")


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_khal_reads_it_and_shows_each_on_its_day(feed: Subscribed, tmp_path: Path) -> None:
    khal = needs("khal")
    (tmp_path / "events").mkdir()
    (tmp_path / "khal.conf").write_text(
        "[calendars]\n[[partners]]\n"
        f"path = {tmp_path / 'events'}\n"
        "[locale]\nlocal_timezone = Pacific/Auckland\ndefault_timezone = Pacific/Auckland\n"
        "timeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
        f"[sqlite]\npath = {tmp_path / 'khal.db'}\n"
    )
    (tmp_path / "inbox.ics").write_bytes(feed.get().content)
    with_config = (khal, "--config", str(tmp_path / "khal.conf"))
    run(tmp_path, *with_config, "import", "--batch", "-a", "partners", str(tmp_path / "inbox.ics"))
    told = run(
        tmp_path,
        *(*with_config, "list", "--format", "{start-date}|{start-time}|{title}"),
        *("--day-format", "", "2026-11-01", "60d"),
    )
    listed = dict(line.rsplit("|", 1)[::-1] for line in told.splitlines() if "|" in line)
    assert listed.pop("Deadline moment").startswith("2026-11-22|07:00")
    ((title, day),) = listed.items()
    assert title.startswith("Renew; “Gold”, 50 %")
    assert day.startswith("2026-11-25|")


@contextmanager
def served(tool: Tool) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(tool.app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_vdirsyncer_keeps_a_copy_and_a_second_sync_changes_nothing(
    feed: Subscribed, tmp_path: Path
) -> None:
    program, copies = needs("vdirsyncer"), tmp_path / "copies"
    copies.mkdir()

    def synced() -> dict[str, bytes]:
        run(tmp_path, program, "--config", str(tmp_path / "config"), "sync")
        return {one.name: one.read_bytes() for one in copies.iterdir()}

    with served(feed.tool) as home:
        (tmp_path / "config").write_text(
            f'[general]\nstatus_path = "{tmp_path / "status"}"\n'
            '[pair inbox]\na = "ours"\nb = "theirs"\ncollections = null\n'
            'conflict_resolution = "a wins"\n'
            f'[storage ours]\ntype = "http"\nurl = "{home}{feed.path}"\n'
            f'[storage theirs]\ntype = "filesystem"\npath = "{copies}"\nfileext = ".ics"\n'
        )
        run(tmp_path, program, "--config", str(tmp_path / "config"), "discover")
        first = synced()
        made = {name: (copies / name).stat().st_mtime_ns for name in first}
        assert len(first) == 2
        assert synced() == first
        assert {name: (copies / name).stat().st_mtime_ns for name in first} == made
        act(feed.tool, acts.done, "Deadline moment")
        third = synced()
    # It names a copy by its content, whatever the event is called.
    gone, new = first.keys() - third.keys(), third.keys() - first.keys()
    assert [len(gone), len(new), len(third)] == [1, 1, 2]
    assert b"STATUS:CONFIRMED" in first[gone.pop()]
    assert b"STATUS:CANCELLED" in third[new.pop()]
    assert feed.row()["agent"]
