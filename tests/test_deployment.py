"""What Dockerfile, compose.yaml and .env.example say is what the product has.

There is no container engine in the tests; what runs in the containers is run here.
"""

import os
import re
import shlex
import socket
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from app.cli import group
from app.config import PREFIX, Settings

CHECKOUT = Path(__file__).parents[1]
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
PARTNER_INBOX = [sys.executable, "-c", "from app.cli import main; main()"]


@pytest.mark.parametrize("file", ["Dockerfile", "compose.yaml", ".env.example", "README.md"])
def test_every_variable_that_is_named_is_a_setting(file: str) -> None:
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)", (CHECKOUT / file).read_text()))

    assert named - {name.upper() for name in Settings.model_fields} == set()


def commands() -> dict[str, list[str]]:
    found = {name: shlex.split(s["command"]) for name, s in SERVICES.items() if "command" in s}
    (default,) = re.findall(r"^CMD \[(.*)\]", DOCKERFILE, re.MULTILINE)
    return found | {"Dockerfile": [word.strip(' "') for word in default.split(",")]}


@pytest.mark.parametrize(("name", "words"), commands().items(), ids=commands())
def test_every_command_that_is_given_is_one(name: str, words: list[str]) -> None:
    command = typer.main.get_group(group).commands[words[0]]

    command.make_context(words[0], words[1:])


def test_every_file_that_the_image_is_made_of_reaches_the_build() -> None:
    kept = set(re.findall(r"^!(\S+)", (CHECKOUT / ".dockerignore").read_text(), re.MULTILINE))

    assert kept >= {"app", "connectors", "migrations", "templates", "requirements"}
    assert {name for name in kept if not (CHECKOUT / name).exists()} == set()


def test_the_volumes_that_are_mounted_are_declared() -> None:
    used = {v.partition(":")[0] for s in SERVICES.values() for v in s.get("volumes", ())}

    assert used == set(COMPOSE["volumes"])


def health_check(port: int) -> list[str]:
    """The image's own health check, on another port."""
    (check,) = re.findall(r"^ +CMD (\[.*\])", DOCKERFILE, re.MULTILINE)
    words: list[str] = yaml.safe_load(check.replace(":8000/", f":{port}/"))
    assert words[0] == "python"
    return [sys.executable, *words[1:]]


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
    return port


def test_web_and_worker_start_at_once_on_an_empty_database(
    empty_database_url: str, tmp_path: Path
) -> None:
    """As ``docker compose up`` does; then the health check passes, whatever PUBLIC_URL is."""
    environment = os.environ | {
        "PARTNER_INBOX_DATABASE_URL": empty_database_url,
        "PARTNER_INBOX_DATA_DIR": str(tmp_path),
        "PARTNER_INBOX_PUBLIC_URL": "https://inbox.example.com",
    }
    port = free_port()
    given = {name: [w.replace("8000", str(port)) for w in c] for name, c in commands().items()}
    with ExitStack() as running:
        web, worker = (
            running.enter_context(
                subprocess.Popen(
                    [*PARTNER_INBOX, *given[name]],
                    cwd=CHECKOUT,
                    env=environment,
                    stderr=subprocess.PIPE if name == "web" else None,
                    text=True,
                )
            )
            for name in ("web", "worker")
        )
        running.callback(worker.kill)
        running.callback(web.kill)

        assert web.stderr
        next(line for line in web.stderr if "Uvicorn running" in line)
        subprocess.run(health_check(port), capture_output=True, check=True)
        assert worker.poll() is None

        for process in (web, worker):
            process.terminate()
            assert process.wait(timeout=60) == 0
