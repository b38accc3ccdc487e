"""A real Chromium, driven by Playwright; Debian's own, because no browser is downloaded here."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

CHOICE = "PARTNER_INBOX_TEST_CHROMIUM"
SHELL = "chromium-headless-shell"
"""Chromium without windows: the same pages for two thirds of the work."""
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = f"Chromium is missing: apt-get install {SHELL} libatomic1, or set {CHOICE} to its path."
PATIENCE = 15_000  # milliseconds; a busy machine is slow, not broken
ANSWERED = ("Failed to load resource: the server responded", "htmx: htmx:response:error")
expect.set_options(timeout=PATIENCE)
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def chromium() -> str | None:
    """The browser's path: the chosen one, or the first known name on PATH."""
    if chosen := os.environ.get(CHOICE):
        return chosen if Path(chosen).exists() else None
    return next(filter(None, map(shutil.which, NAMES)), None)


@cache
def obstacle() -> str | None:
    """Why no page can be opened here, as one line with the remedy."""
    if chromium() is None:
        return MISSING
    driver = subprocess.run(
        [sys.executable, "-m", "playwright", "--version"],
        capture_output=True,
        text=True,
        check=False,
    )
    if driver.returncode == 0:
        return None
    return (
        f"Playwright does not run; try apt-get install libatomic1. {driver.stderr.strip()[-300:]}"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that opens a page, so that ``-m "not browser"`` leaves them out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module.

    Not for the session: while Playwright's sync interface is open, its event loop counts as
    running, and ``asyncio.run`` in later tests of the same worker would refuse to work.
    """
    if problem := obstacle():
        pytest.skip(problem)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium(),
            headless=True,
            chromium_sandbox=False,  # it refuses root and containers; the pages are our own
            args=list(FLAGS),
        )
        yield running
        running.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the pages' scripts and the security policy complained of; it must end empty."""
    heard: list[str] = []
    yield heard
    assert not heard, "the page complained: " + "; ".join(heard)


@pytest.fixture
def new_page(browser: Browser, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens pages, each as a visitor of its own; takes the browser context's options.

    ``new_page(java_script_enabled=False, color_scheme="dark", viewport={...})``. Visitors ask for
    reduced motion: Chromium calls it an error when a page is left amid the fade to the next one,
    and whether it is depends on how busy the machine is.
    """
    contexts: list[BrowserContext] = []

    def hear(message: ConsoleMessage) -> None:
        answered = message.text.startswith(ANSWERED)  # a refusal that the test is about
        if "Content Security Policy" in message.text or (message.type == "error" and not answered):
            complaints.append(message.text)

    def opened(**options: Any) -> Page:
        context = browser.new_context(**{"locale": "en-GB", "reduced_motion": "reduce", **options})
        context.set_default_timeout(PATIENCE)
        context.on("console", hear)
        context.on("weberror", lambda problem: complaints.append(str(problem.error)))
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A fresh visitor's page."""
    return new_page()
