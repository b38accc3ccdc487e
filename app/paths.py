"""Where the files that are not Python lie, in a checkout and in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def _beside(name: str, installed: str = "") -> Path:
    checkout = _PACKAGE.parent / name
    inside = _PACKAGE / (installed or name)
    return checkout if (_PACKAGE.parent / "pyproject.toml").exists() else inside


ROOT = _PACKAGE.parent
"""Where another Python finds our packages."""
TEMPLATES = _beside("templates")
MIGRATIONS = _beside("migrations")
MANUALS = _beside("docs/connectors", "manuals")
GUIDES = _beside("docs/outputs", "guides")
STATIC = _PACKAGE / "static"
