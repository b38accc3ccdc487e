"""Logging: one line an event on standard error, no secret in it (P8)."""

import logging

from connectors.sdk.redact import RedactingFilter

QUIET = ("alembic", "httpx2", "httpcore2", "httpcore", "apscheduler", "botocore", "uvicorn.access")
"""Loggers that would write whole addresses, or a line for every tick."""


def configure(level: str) -> None:
    """Set up the root logger; every handler redacts."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
    )
    handler.addFilter(RedactingFilter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.raiseExceptions = False  # a line that cannot be written would be shown unredacted
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
