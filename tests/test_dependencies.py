"""What is installed: no more than is used, locked by hash, from wherever the installer chooses."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
# Packages that are used without being imported.
NOT_IMPORTED = {
    "psycopg": "SQLAlchemy loads it by the address of the database",
    "python-multipart": "FastAPI loads it to read forms",
    "tzdata": "zoneinfo loads it where the system has no zones",
    "email-validator": "pydantic loads it for mail addresses",
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*requirements: str) -> set[str]:
    """The names in these requirements, without versions, extras and markers."""
    return {normal(re.split(r"[^\w.-]", line)[0]) for line in requirements}


def test_every_dependency_is_used() -> None:
    wanted = declared(*PROJECT["dependencies"]) - set(NOT_IMPORTED)

    assert wanted - {name for names in imported().values() for name in names} == set()


def test_everything_that_is_imported_comes_with_an_installation() -> None:
    """The demo needs no test tool: its simulated platforms are part of the product. What an extra
    brings is loaded by whoever uses it, and named by the sentence that says what lacks.
    """
    installed = locked("run") | locked("image")

    assert {top for top, names in imported().items() if names and not names & installed} == set()


def imported() -> dict[str, set[str]]:
    """Every top-level name that the product imports, with the packages that bring it."""
    providers = packages_distributions()
    return {top: {normal(name) for name in providers.get(top, ())} for top in top_level_names()}


def top_level_names() -> Iterator[str]:
    for folder in ("app", "connectors", "migrations"):
        for path in (CHECKOUT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    yield from (alias.name.partition(".")[0] for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    yield node.module.partition(".")[0]


def locked(name: str) -> set[str]:
    lock = (CHECKOUT / "requirements" / f"{name}.txt").read_text()
    return set(map(normal, re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)))


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
        "image": [*extras["chat"], *extras["mcp"]],
        "dev": [*extras["chat"], *extras["mcp"], *extras["lint"], *extras["test"]],
        "bench": extras["bench"],
    }
    for name, extra in declared_by_lock.items():
        assert declared(*PROJECT["dependencies"], *extra) <= locked(name), f"{name}: run make lock"
