"""Whatever is sent to the API that its description allows, or does not, it answers as described."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.services import tokens
from tests.app.api_v1.conftest import RECORDS
from tests.app.web.conftest import NOW, Loopback
from tests.support.world import World

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture
def engine_name() -> str:
    """Every operation is on both elsewhere."""
    return "sqlite"


@pytest.mark.long
@pytest.mark.timeout(300)
def test_every_answer_is_as_the_description_says(world: World, person: int, tmp_path: Path) -> None:
    world.connector.lists(*RECORDS)
    world.sync()
    with world.database.write() as session:
        token = tokens.add_token(session, name="Tool", scope="read act", user_id=person, now=NOW)
    served = Loopback(world.database, tmp_path, api_per_minute=0)
    command = (
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"),
        *(f"{served.url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {token}"),
        *("--checks", "all", "--phases", "examples,coverage,fuzzing,stateful"),
        *("--max-examples", "2", "--generation-deterministic", "--no-color"),
    )
    try:
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    finally:
        served.stop()
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr
    assert "Tested: 21" in ran.stdout
