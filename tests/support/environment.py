"""The same surroundings for every test, whoever's machine it runs on."""

import os
import time

# Far from UTC and from every developer: code that reads the machine's zone shows itself.
ZONE = "Pacific/Kiritimati"
OURS = ("PARTNER_INBOX_TEST_", "PARTNER_INBOX_SPECS")
FOREIGN = ("PARTNER_INBOX_", "AWS_", "PG", "SMTP_")
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}


def clean() -> None:
    """Take out what would steer the application, its libraries or Postgres; set the zone."""
    for name in list(os.environ):
        if name.startswith(OURS):
            continue
        if name.startswith(FOREIGN) or name.lower() in PROXIES:
            del os.environ[name]
    os.environ["TZ"] = ZONE
    time.tzset()


def in_ci() -> bool:
    """Whether nobody is looking, so that a skipped test would go unseen."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
