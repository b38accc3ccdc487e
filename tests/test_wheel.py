"""What an installation holds: the same files that a checkout has, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(built).namelist())


@pytest.mark.parametrize(
    ("folder", "inside"),
    [
        ("app", "app"),
        ("connectors", "connectors"),
        ("docs/connectors", "app/manuals"),
        ("docs/outputs", "app/guides"),
        ("templates", "app/templates"),
        ("migrations", "app/migrations"),
    ],
)
def test_every_file_of_a_room_is_installed(wheel: set[str], folder: str, inside: str) -> None:
    room = CHECKOUT / folder
    files = {
        f"{inside}/{path.relative_to(room)}"
        for path in room.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert files
    assert files - wheel == set()


def test_nothing_but_the_product_is_installed(wheel: set[str]) -> None:
    assert {name.split("/")[0].partition("-")[0] for name in wheel} == {
        "app",
        "connectors",
        "partner_inbox",
    }
