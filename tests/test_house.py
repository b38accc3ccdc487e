"""The rules of the house that no linter knows. Architecture first, then habits, then sizes."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

CHECKOUT = Path(__file__).parents[1]
PLATFORMS = sorted(
    path.parent.name
    for path in (CHECKOUT / "connectors").glob("*/connector.py")
    if path.parent.name != "sdk"
)
FILE_CEILING = 400
FUNCTION_CEILING = 60
# What may be longer, and why.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}
READS_THE_ENVIRONMENT = {"app/config.py"}
EDGES = ("app/web/", "app/api/", "app/jobs")
COMMITS = {"app/db.py"}


@cache
def sources(*folders: str) -> dict[str, ast.Module]:
    """The syntax trees of all our files below these folders, by path; read when a test asks."""
    files = [path for folder in folders for path in sorted((CHECKOUT / folder).rglob("*.py"))]
    return {str(p.relative_to(CHECKOUT)): ast.parse(p.read_text()) for p in files}


OURS = ("app", "connectors")


# --- who may know whom: nobody in a circle, and inside connectors/ ----------------------------


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("connectors", "app", cache_dir=None)


def imported_by(imports: grimp.ImportGraph, package: str) -> Iterator[tuple[str, str]]:
    """Every import by a module of the package of a module outside it."""
    for module in {package, *imports.find_descendants(package)}:
        for found in imports.find_modules_directly_imported_by(module):
            if found != package and not found.startswith(f"{package}."):
                yield module, found


def test_no_two_modules_need_each_other(imports: grimp.ImportGraph) -> None:
    """Not even for a type: what both need has a place below both."""
    needs = {
        module: imports.find_modules_directly_imported_by(module) for module in imports.modules
    }

    try:
        TopologicalSorter(needs).prepare()
    except CycleError as circle:
        pytest.fail(" <- ".join(circle.args[1]))


def test_the_sdk_knows_no_platform_and_no_registry(imports: grimp.ImportGraph) -> None:
    assert list(imported_by(imports, "connectors.sdk")) == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_knows_only_itself_and_the_sdk(
    imports: grimp.ImportGraph, platform: str
) -> None:
    found = imported_by(imports, f"connectors.{platform}")

    assert [pair for pair in found if not pair[1].startswith("connectors.sdk")] == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_simulated_platform_shares_nothing_with_its_connector(
    imports: grimp.ImportGraph, platform: str
) -> None:
    """A mistake that both share would cancel out."""
    package = f"connectors.{platform}"
    simulated = {m for m in imports.find_children(package) if m.startswith(f"{package}.sandbox")}
    for module in simulated:
        found = imports.find_modules_directly_imported_by(module)
        own = {m for m in found if m.startswith(package)}
        assert own <= simulated, module


# --- habits ----------------------------------------------------------------------------------


def names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every dotted name that is used or imported, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node), node.lineno
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def uses(trees: dict[str, ast.Module], pattern: str) -> list[str]:
    """Where a name that matches the pattern is used."""
    wanted = re.compile(pattern)
    return [
        f"{path}:{line} {name}"
        for path, tree in trees.items()
        for name, line in names(tree)
        if wanted.search(name)
    ]


def without(trees: dict[str, ast.Module], paths: set[str]) -> dict[str, ast.Module]:
    return {path: tree for path, tree in trees.items() if path not in paths}


def test_only_the_settings_read_the_environment() -> None:
    found = uses(without(sources(*OURS), READS_THE_ENVIRONMENT), r"^os\.(environb?|getenvb?)$")

    assert found == []


def test_the_edges_hand_the_session_on_and_ask_it_nothing() -> None:
    edges = {p: tree for p, tree in sources("app").items() if p.startswith(EDGES)}

    assert uses(edges, r"^sqlmodel\.(?!Session$)|\bsession\.(exec|execute|scalars?|get)$") == []


def test_only_the_database_commits() -> None:
    assert uses(without(sources(*OURS), COMMITS), r"\.commit$") == []


CLOCKS = r"^(datetime\.)?(datetime|date)\.(now|utcnow|today)$|^time\.(time|localtime|gmtime)$"


def test_decisions_and_platforms_are_told_what_time_it_is() -> None:
    told = {
        path: tree
        for path, tree in sources(*OURS).items()
        if path.startswith("app/core/") or path.split("/")[1] in PLATFORMS
    }

    assert uses(told, CLOCKS) == []


def test_a_promise_that_a_test_proves_is_one_of_the_ten() -> None:
    marked = {
        argument.value
        for tree in sources("tests").values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.promise"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }

    assert marked <= {f"P{number}" for number in range(1, 11)}


SILENCED = re.compile(r"  # (type: ignore|noqa)(\[[^\]]+\]|: [A-Z0-9, ]+)?(?P<why>.*)")


def test_whoever_silences_a_check_says_why_beside_it() -> None:
    silenced = [
        (f"{path}:{number}", found["why"])
        for path in sources(*OURS, "tests")
        for number, line in enumerate((CHECKOUT / path).read_text().splitlines(), start=1)
        if (found := SILENCED.search(line))
    ]

    assert silenced
    assert [place for place, why in silenced if not why.strip(" #-()")] == []


# --- sizes -----------------------------------------------------------------------------------


def test_no_file_is_too_long_to_read_in_one_go() -> None:
    long = {
        p for p in sources(*OURS) if len((CHECKOUT / p).read_text().splitlines()) > FILE_CEILING
    }

    assert long == set(LONG_FILES)


def test_no_function_is_too_long_to_hold_in_the_head() -> None:
    long = {
        f"{path}:{node.name}"
        for path, tree in sources(*OURS).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= FUNCTION_CEILING
    }

    assert long == set(LONG_FUNCTIONS)
