"""What the pages in docs/ and the README say exists, exists."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from connectors import registry
from tests.support.commands import inner, root

CHECKOUT = Path(__file__).parent.parent
GUIDE = CHECKOUT / "docs" / "making-a-connector.md"
PAGES = (CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md")))
COMMAND = re.compile(r"(?:^|`|&& |\s)partner-inbox ((?:[a-z]+ ?)+)", re.MULTILINE)


def commands() -> list[tuple[str, str]]:
    """Every command that a page shows, with the page."""
    return [
        (page.relative_to(CHECKOUT).as_posix(), match[1].strip())
        for page in PAGES
        for match in COMMAND.finditer(page.read_text())
    ]


@pytest.mark.parametrize(("page", "words"), commands())
def test_every_command_that_a_page_shows_exists(page: str, words: str) -> None:
    found = root()
    for word in words.split():
        if not inner(found):
            break
        assert word in inner(found), f"{page}: partner-inbox {words}"
        found = inner(found)[word]


def test_the_guide_names_modules_of_the_sdk_that_exist() -> None:
    table = GUIDE.read_text().split("## What the SDK brings")[1].split("## ")[0]
    named = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert len(named) >= 5
    for name in named:
        import_module(f"connectors.sdk.{name}")


def test_the_guide_names_the_registry_as_it_is() -> None:
    text = GUIDE.read_text()
    assert "`BUILT_IN` in `connectors/registry.py`" in text
    assert isinstance(registry.BUILT_IN, tuple)
    assert f'"{registry.GROUP}"' in text


def test_every_connector_has_a_page_and_the_index_links_it() -> None:
    index = (CHECKOUT / "docs" / "README.md").read_text()
    for connector_id in registry.connectors():
        assert (CHECKOUT / "docs" / "connectors" / f"{connector_id}.md").is_file()
        assert f"(connectors/{connector_id}.md)" in index
