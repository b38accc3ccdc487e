"""The bench measures what it says. Which values it finds is not for a test."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.bench.keys import EXTRA, KEYS
from app.bench.pull import simulated
from tests.support import postgres

COMMAND = [sys.executable, "-c", "from app.cli import main; main()", "bench", "--quick"]


@pytest.mark.heavy
@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_bench_writes_each_key_that_has_a_target_and_how_fast_each_platform_is_read(
    postgres_server: postgres.Server, tmp_path: Path
) -> None:
    written = tmp_path / "ratios.json"
    server = postgres_server.url("postgres")

    done = subprocess.run(
        [*COMMAND, "--json", str(written), "--postgres", server],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )

    assert done.returncode == 0, done.stderr
    ratios = json.loads(written.read_text())
    assert {name for name in ratios if not name.startswith(EXTRA)} == {
        key.name for key in KEYS if not key.peer
    }
    assert {name for name in ratios if name.startswith(f"{EXTRA}pull_")} == {
        f"{EXTRA}pull_{connector_id}" for connector_id in simulated()
    }
    assert all(value > 0 for value in ratios.values())
