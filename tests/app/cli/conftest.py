"""The commands as people run them, on an environment of their own."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli import main

CHECKOUT = Path(__file__).resolve().parents[3]
ENTRY = "import sys; sys.argv[0] = 'partner-inbox'; from app.cli import main; main()"


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line of its output."""
        return self.out.strip().splitlines()[-1]

    def json(self) -> Any:
        """The last line, as JSON."""
        return json.loads(self.last)


Command = Callable[..., Ran]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """Run ``partner-inbox`` with these words in this process, on an empty data folder."""
    handlers = logging.getLogger().handlers[:]

    def run(*words: str, typed: str = "", **environment: str) -> Ran:
        with monkeypatch.context() as patched:
            patched.setenv("PARTNER_INBOX_DATA_DIR", str(tmp_path / "data"))
            patched.setenv("COLUMNS", "200")
            for name, value in environment.items():
                patched.setenv(name, value)
            patched.setattr(sys, "stdin", io.StringIO(typed))
            patched.setattr("getpass.getpass", lambda prompt="", stream=None: typed.strip())
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main(list(words))
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    yield run
    logging.getLogger().handlers[:] = handlers


@pytest.fixture
def process(tmp_path: Path) -> Command:
    """Run ``partner-inbox`` with these words in a process of its own."""

    def run(*words: str, **environment: str) -> Ran:
        given = {
            **os.environ,
            "PARTNER_INBOX_DATA_DIR": str(tmp_path / "data"),
            "PYTHONPATH": str(CHECKOUT),
            "COLUMNS": "200",
            **environment,
        }
        done = subprocess.run(
            [sys.executable, "-c", ENTRY, *words],
            env=given,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            cwd=tmp_path,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run
