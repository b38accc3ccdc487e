"""Uploaded files: nobody renews them by themselves, so their age is that of the upload."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from connectors.sdk.connector import Copy, ReadContext

RENEW_DAYS = 30

RenewDays = Annotated[
    int,
    Field(
        ge=0,
        le=3660,
        title="Renew every so many days",
        description="An uploaded file counts as stale when it is older than this; 0: never. A file "
        "that is read at its own place is as fresh as its last read.",
        json_schema_extra={"advanced": True},
    ),
]
"""The setting of a connector that takes uploads."""


def copy_of(name: str, context: ReadContext, renew_days: int) -> Copy | None:
    """How old an uploaded file is: it lies in the connection's folder since it was handed over.

    None for a path of the operator, which whoever owns the file renews in place, and for a file
    that is not there, which the read itself will say.
    """
    if context.files is None or Path(name).is_absolute():
        return None
    try:
        handed_over = datetime.fromtimestamp((context.files / name).stat().st_mtime, UTC)
    except OSError:
        return None
    made_at = min(handed_over, context.now)  # the clocks of two machines differ
    return Copy(
        made_at=made_at, renew_by=made_at + timedelta(days=renew_days) if renew_days else None
    )
