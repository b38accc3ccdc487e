"""Where the files that are not Python lie, in a checkout and in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def _beside(name: str) -> Path:
    checkout = _PACKAGE.parent / name
    return checkout if (_PACKAGE.parent / "pyproject.toml").exists() else _PACKAGE / name


TEMPLATES = _beside("templates")
MIGRATIONS = _beside("migrations")
STATIC = _PACKAGE / "static"
