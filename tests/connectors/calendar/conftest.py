"""Reads calendars as files, as a person would upload them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.calendar.connector import Calendar
from connectors.sdk.connector import ReadContext
from connectors.sdk.http import HttpPolicy, HttpSession
from tests.connectors.calendar.ics import NOW, Found, Read, gather


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Read]:
    """Reads a calendar's bytes as an uploaded file; settings as keywords, ``today`` as a date."""
    with HttpSession(HttpPolicy(hosts=())) as http:

        def read(data: bytes, *, today: date | None = None, **settings: Any) -> Found:
            (tmp_path / "team.ics").write_bytes(data)
            now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC) if today else NOW
            config = Calendar.manifest.config.model_validate({"file": "team.ics"} | settings)
            context = ReadContext(http=http, now=now, files=tmp_path)
            return gather(Calendar().read("entries", config, context))

        yield read
