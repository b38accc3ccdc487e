"""P7: nothing that people are shown depends on the zone of the machine that serves them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.elsewhere import DATES, READERS, told
from tests.support.office import full

pytestmark = [pytest.mark.promise("P7"), pytest.mark.heavy]

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("engine_name", "machine", "offset"),
    [
        ("sqlite", "Pacific/Auckland", "+1300"),
        ("postgres", "America/Los_Angeles", "-0800"),
    ],
    indirect=["engine_name"],
)
def test_a_machine_in_another_zone_shows_the_same(
    machine: str, offset: str, database_url: str, sqlite_template: Path, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.elsewhere", database_url, str(tmp_path / "there")],
        env=os.environ | {"TZ": machine, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    there = json.loads(done.stdout.splitlines()[-1])
    here_url = f"sqlite:///{tmp_path / 'here.db'}"
    (tmp_path / "here.db").write_bytes(sqlite_template.read_bytes())
    here = json.loads(json.dumps(told(here_url, tmp_path / "here")))

    assert (there.pop("machine"), here.pop("machine")) == (offset, "+1400")
    assert there == here
    moved = {id_: due["date"] for id_, due in there["due"].items() if id_ != "moment"}
    assert moved == {f"{on}": f"{on}" for on in DATES}
    for zone in READERS:
        assert {f"{on}": full(on) for on in DATES}.items() <= {
            what: line[0] for what, line in there["lines"][zone].items()
        }.items()
