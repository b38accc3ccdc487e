"""connectors new: a working connector to begin with."""

import keyword
import re
from importlib.resources import files
from pathlib import Path
from string import Template

from app.cli.base import out, plain
from app.errors import Conflict, Invalid
from connectors import registry

ALIKE = {
    "docs.md.txt": "docs/connectors/{id}.md",
    "answers.json.txt": "tests/connectors/{id}/answers/renewals.json",
    "test_answers.py.txt": "tests/connectors/{id}/test_answers.py",
}
BUILT_IN = {
    **ALIKE,
    "connector.py.txt": "connectors/{id}/connector.py",
    "sandbox.py.txt": "connectors/{id}/sandbox.py",
}
"""Where the files go in a checkout of Partner Inbox, whose own tests run the suite."""
PACKAGE = {
    **ALIKE,
    "connector.py.txt": "{id}/connector.py",
    "sandbox.py.txt": "{id}/sandbox.py",
    "test_conformance.py.txt": "tests/connectors/{id}/test_conformance.py",
    "pyproject.toml.txt": "pyproject.toml",
}
"""Where they go in a package of its own."""
REGISTRY = Path("connectors/registry.py")
CONTENTS = Path("docs/README.md")


def new(name: str, folder: Path | None) -> None:
    """Write and register a connector that passes the suite, and say what comes next."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", name) or keyword.iskeyword(name):
        raise Invalid(
            f"{name} cannot be the name of a connector.",
            remedy="Use lower-case letters, digits and _, such as acme_portal.",
        )
    if name in registry.connectors():
        raise Conflict(f"There is a connector named {name} already.", remedy="Choose another name.")
    ours = folder is None and REGISTRY.is_file()
    root = folder or (Path() if ours else Path(name))
    written = _files(name, root, ours=ours)
    added = _registered(name) if ours else {}
    for path, text in {**written, **added}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        out.print(f"{'added a line to' if path in added else 'wrote'} {plain(str(path))}")
    out.print("\nThen:")
    if not ours:
        out.print(f"    pip install -e {plain(str(root))}")
    out.print(f"    partner-inbox connectors check {name} --record")


def _files(name: str, root: Path, *, ours: bool) -> dict[Path, str]:
    """All files with their texts; what is there already is never written over."""
    plan, package = (BUILT_IN, f"connectors.{name}") if ours else (PACKAGE, name)
    files_of = {
        root / place.format(id=name): filled(source, name, package)
        for source, place in plan.items()
    }
    folder = next(path.parent for path in files_of if path.name == "connector.py")
    files_of[folder / "__init__.py"] = f'"""{title_of(name)}."""\n'
    there = [str(path) for path in files_of if path.exists()]
    if there:
        raise Conflict(
            f"{', '.join(there)} exists already.", remedy="Choose another name or folder."
        )
    return dict(sorted(files_of.items()))


def _registered(name: str) -> dict[Path, str]:
    """The registry and the table of the docs, each with its new last line."""
    title = title_of(name)
    return {
        REGISTRY: _with_line(
            REGISTRY, r"BUILT_IN = \(\n(?:    .*\n)*", f'    "connectors.{name}.connector:{title}",'
        ),
        CONTENTS: _with_line(
            CONTENTS, r"(?:\|.*\n)+", f"| [{title}](connectors/{name}.md) | the same for {title} |"
        ),
    }


def _with_line(path: Path, block: str, line: str) -> str:
    text = path.read_text()
    found = re.search(rf"^{block}", text, re.MULTILINE)
    if found is None:
        raise Invalid(f"{path} is not as it was.", remedy=f"Put this line into it: {line}")
    return f"{text[: found.end()]}{line}\n{text[found.end() :]}"


def filled(source: str, name: str, package: str = "") -> str:
    """A file of the scaffold for a connector of that name, in that package."""
    text = files("connectors.sdk.scaffold").joinpath(source).read_text()
    return Template(text).substitute(id=name, Name=title_of(name), package=package or name)


def title_of(name: str) -> str:
    """The class's name: AcmePortal of acme_portal."""
    return "".join(part.capitalize() for part in name.split("_"))
