"""connectors new: a working connector to begin with."""

import keyword
import re
from importlib.resources import files
from pathlib import Path
from string import Template

from app.cli.base import out, plain
from app.errors import Conflict, Invalid
from connectors import registry

BUILT_IN = {
    "connector.py.txt": "connectors/{id}/connector.py",
    "sandbox.py.txt": "connectors/{id}/sandbox.py",
    "docs.md.txt": "docs/connectors/{id}.md",
}
"""Where the files go in a checkout of Partner Inbox, whose own tests find them."""
PACKAGE = {
    "connector.py.txt": "{id}/connector.py",
    "sandbox.py.txt": "{id}/sandbox.py",
    "docs.md.txt": "docs/connectors/{id}.md",
    "test.py.txt": "tests/test_{id}.py",
    "pyproject.toml.txt": "pyproject.toml",
}
"""Where they go in a package of its own."""


def new(name: str, folder: Path | None) -> None:
    """Write the files of a connector that passes the suite, and say what comes next."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", name) or keyword.iskeyword(name):
        raise Invalid(
            f"{name} cannot be the name of a connector.",
            remedy="Use lower-case letters, digits and _, such as acme_portal.",
        )
    if name in registry.connectors():
        raise Conflict(f"There is a connector named {name} already.", remedy="Choose another name.")
    ours = folder is None and Path("connectors/registry.py").is_file()
    root = folder or (Path() if ours else Path(name))
    written = _write(name, BUILT_IN if ours else PACKAGE, root)
    for path in written:
        out.print(f"wrote {plain(str(path))}")
    title = title_of(name)
    if ours:
        out.print("\nNow add to BUILT_IN in connectors/registry.py:")
        out.print(f'    "connectors.{name}.connector:{title}",')
        out.print("and a line to the table in docs/README.md. Then:")
    else:
        out.print(f"\nThen: pip install -e {plain(str(root))}")
    out.print(f"    partner-inbox connectors check {name} --record")


def _write(name: str, plan: dict[str, str], root: Path) -> list[Path]:
    """All files or none: what is there already is never written over."""
    files_of = {
        root / place.format(id=name): filled(source, name) for source, place in plan.items()
    }
    package = next(path.parent for path in files_of if path.name == "connector.py")
    files_of[package / "__init__.py"] = f'"""{title_of(name)}."""\n'
    there = [str(path) for path in files_of if path.exists()]
    if there:
        raise Conflict(
            f"{', '.join(there)} exists already.", remedy="Choose another name or folder."
        )
    for path, text in files_of.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return sorted(files_of)


def filled(source: str, name: str) -> str:
    """A file of the scaffold for a connector of that name."""
    text = files("connectors.sdk.scaffold").joinpath(source).read_text()
    return Template(text).substitute(id=name, Name=title_of(name))


def title_of(name: str) -> str:
    """The class's name: AcmePortal of acme_portal."""
    return "".join(part.capitalize() for part in name.split("_"))
