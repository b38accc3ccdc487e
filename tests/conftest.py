"""What every test may ask for; the parts are in ``tests/support``."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import garbage
from connectors.sdk.redact import mask
from tests.support import environment

environment.clean()
garbage.settle()  # from here on ten thousand tests are collected, none of which is garbage

pytest_plugins = [
    "tests.support.database",
    "tests.support.mail_server",
    "tests.support.network",
    "tests.support.skips",
    "tests.support.browser",
]

BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[2] / "shared" / "specs"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, or one worker ends long after the others."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """As the application itself does. A quarter of the tests' time went into looking through what
    lives until they end.
    """
    garbage.settle()


@pytest.fixture(scope="session")
def specs() -> Path:
    """The folder of the vendors' own contracts and samples, which are not ours to publish."""
    folder = Path(os.environ.get("PARTNER_INBOX_SPECS", BESIDE_THE_CHECKOUT))
    if not folder.is_dir():
        pytest.skip(
            "the vendors' specifications are not here: put them beside the checkout as "
            "shared/specs, or set PARTNER_INBOX_SPECS"
        )
    return folder


ORDINARY = "another wrong right secret password token nobody somebody expired revoked invalid"


@pytest.fixture(autouse=True)
def _no_ordinary_word_becomes_a_secret() -> Iterator[None]:
    """A secret is masked for as long as its process lives: in the next test's sentences too."""
    yield
    assert mask(ORDINARY) == ORDINARY, "this test uses an ordinary word as a secret"
