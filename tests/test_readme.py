"""What the README says is so."""

import re
from pathlib import Path

from pydantic_core import PydanticUndefined

from app.config import PREFIX, Settings

README = Path(__file__).parents[1] / "README.md"


def test_the_configuration_table_is_that_of_the_settings() -> None:
    rows = [line for line in README.read_text().splitlines() if line.startswith(f"| `{PREFIX}")]

    assert rows == [
        _row(name)
        for name, field in Settings.model_fields.items()
        if not (field.description or "").startswith("For tests:")
    ]


def test_every_link_into_the_repository_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README.read_text())

    assert [link for link in links if not (README.parent / link).exists()] == []


def test_every_make_target_it_names_exists() -> None:
    makefile = (README.parent / "Makefile").read_text()
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", README.read_text(), re.MULTILINE))

    assert named >= {"demo", "test"}
    assert {name for name in named if f"\n{name}:" not in makefile} == set()


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    default = field.default
    if default is None or default is PydanticUndefined or default in ("", ()):
        shown = ""
    else:
        shown = f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
    example = f" Example: `{field.examples[0]}`" if field.examples else ""
    return f"| `{PREFIX}{name.upper()}` | {shown} | {field.description}{example} |"
