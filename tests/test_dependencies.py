"""What is installed: no more than is used, locked by hash, from wherever the installer chooses."""

import re
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*requirements: str) -> set[str]:
    """The names in these requirements, without versions, extras and markers."""
    return {normal(re.split(r"[^\w.-]", line)[0]) for line in requirements}


LOCKS = sorted((CHECKOUT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_has_hashes_and_names_no_host(lock: Path) -> None:
    pins = [line for line in lock.read_text().splitlines() if not line.startswith(" ")]

    assert "://" not in lock.read_text()
    assert pins
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.+!]+( ;.*)? \\", pin)] == []
    assert lock.read_text().count("--hash=sha256:") >= len(pins)


def test_the_locks_hold_what_the_project_declares() -> None:
    extras = PROJECT["optional-dependencies"]
    declared_by_lock = {
        "run": [],
        "dev": [*extras["lint"], *extras["test"]],
        "bench": extras["bench"],
    }
    for name, extra in declared_by_lock.items():
        lock = (CHECKOUT / "requirements" / f"{name}.txt").read_text()
        locked = set(map(normal, re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)))
        assert declared(*PROJECT["dependencies"], *extra) <= locked, f"{name}: run make lock"
