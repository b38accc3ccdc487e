"""The connector of the guide is the one that ``connectors new`` writes, which passes the suite."""

import re
from pathlib import Path

from app.cli.making import PACKAGE, filled

GUIDE = (Path(__file__).parents[2] / "docs/making-a-connector.md").read_text()


def test_the_guide_shows_what_the_command_writes() -> None:
    shown = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    assert shown == [filled(f"{name}.txt", "acme") for name in ("connector.py", "sandbox.py")]

    entry = re.findall(r"^\[project.entry-points.*\n.*$", GUIDE, re.MULTILINE)
    assert entry
    assert entry[0] in filled("pyproject.toml.txt", "acme")
    assert set(PACKAGE) >= {"connector.py.txt", "sandbox.py.txt", "pyproject.toml.txt"}
