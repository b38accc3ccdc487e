"""The rules that the suite holds itself to."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.network import Guard, OutsideWorld

CHECKOUT = Path(__file__).parents[2]
BARE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
ELSEWHERE = ("192.0.2.1", 80)  # a block for documentation: nobody answers


def test_nothing_outside_this_machine_can_be_reached(network: Guard) -> None:
    with socket.socket() as outgoing, pytest.raises(OutsideWorld):
        outgoing.connect(ELSEWHERE)

    assert network.attempts == ["192.0.2.1 port 80"]
    network.attempts.clear()


def test_loopback_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_the_operators_own_settings_do_not_reach_the_tests() -> None:
    ours = {name for name in os.environ if name.startswith("PARTNER_INBOX_")}

    assert all(name.startswith(("PARTNER_INBOX_TEST_", "PARTNER_INBOX_SPECS")) for name in ours)


@pytest.mark.parametrize(
    ("body", "ci", "code"),
    [
        pytest.param("pytest.skip('no browser')", "true", 1, id="a skip in CI fails"),
        pytest.param("pytest.skip('no browser')", "", 0, id="a skip elsewhere passes"),
        pytest.param("pytest.xfail('known')", "true", 0, id="an expected failure passes"),
    ],
)
@pytest.mark.parametrize("workers", [[], ["-p", "xdist", "-n1"]], ids=["alone", "xdist"])
def test_in_ci_a_skipped_test_fails_the_run(
    tmp_path: Path, body: str, ci: str, code: int, workers: list[str]
) -> None:
    (tmp_path / "test_one.py").write_text(f"import pytest\ndef test_one():\n    {body}\n")

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.support.skips", *workers, tmp_path],
        cwd=tmp_path,
        env=os.environ | {"CI": ci, "PYTHONPATH": str(CHECKOUT)} | BARE,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == code, run.stdout
    assert ("no browser (test_one.py::test_one)" in run.stdout) is ("skip" in body)
    assert run.stdout.strip().splitlines()[-1].startswith("=")
