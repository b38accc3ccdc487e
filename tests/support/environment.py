"""The same surroundings for every test, whoever's machine it runs on."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

# Far from UTC and from every developer: code that reads the machine's zone shows itself.
ZONE = "Pacific/Kiritimati"
OURS = ("PARTNER_INBOX_TEST_", "PARTNER_INBOX_SPECS")
FOREIGN = ("PARTNER_INBOX_", "AWS_", "PG", "SMTP_")
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
MEMORY = Path("/dev/shm")
ENOUGH = 4 * 1024**3
"""Bytes that a whole run may come to, with room to spare."""


def clean() -> None:
    """Take out what would steer the application, its libraries or Postgres; set the zone.

    Scratch files lie in memory where there is room: most of a run's time was the disk's. What
    is compiled is kept, whatever the machine says: a third of a run's time was compiling the
    same modules anew, in each worker and in each of the hundred processes that they start.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    for name in list(os.environ):
        if name.startswith(OURS):
            continue
        if name.startswith(FOREIGN) or name.lower() in PROXIES:
            del os.environ[name]
    os.environ["TZ"] = ZONE
    time.tzset()
    if "TMPDIR" not in os.environ and _roomy(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _roomy(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK) and shutil.disk_usage(folder).free > ENOUGH


def in_ci() -> bool:
    """Whether nobody is looking, so that a skipped test would go unseen."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
