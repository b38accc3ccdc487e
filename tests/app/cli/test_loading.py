"""A command loads what it needs and no more: help and a mistyped word do not wait for the rest."""

import json
import subprocess
import sys

import pytest

from tests.app.cli.conftest import CHECKOUT
from tests.app.cli.test_commands import every_command

APPLICATION = {"sqlalchemy", "sqlmodel", "alembic", "fastapi", "uvicorn", "httpx2", "botocore"}
PAGES = {"fastapi", "starlette", "uvicorn", "apscheduler", "botocore"}
RUN = """
import contextlib, io, json, sys
from app.cli import main
said = io.StringIO()
for words in json.loads(sys.argv[1]):
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(said):
        main(words)
print(json.dumps({"said": said.getvalue(), "loaded": sorted(sys.modules)}))
"""


def after(*runs: list[str]) -> tuple[str, set[str]]:
    """What these commands said, run one after the other in one new process, and what it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(runs)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    found = json.loads(done.stdout)
    return found["said"], set(found["loaded"])


def test_help_and_a_mistyped_word_load_nothing_of_the_application() -> None:
    everywhere = every_command()
    said, loaded = after(["nonsense"], *([*words, "--help"] for words in everywhere))

    assert said.count("Usage: ") == len(everywhere)
    assert loaded & APPLICATION == set()
    assert "..." not in said.replace("[ARGS]...", "")  # a list of commands cuts no sentence short


@pytest.mark.parametrize("words", [("connection", "list"), ("connectors", "list"), ("restored",)])
def test_a_command_without_pages_loads_no_web_server(
    words: tuple[str, ...], tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARTNER_INBOX_DATA_DIR", str(tmp_path))

    said, loaded = after([*words])

    assert said
    assert loaded & PAGES == set()
