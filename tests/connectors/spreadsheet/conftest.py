"""Reads spreadsheets as files, as a person would upload them, and from a simulated server."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connectors.sdk.connector import ReadContext
from connectors.sdk.http import HttpPolicy, HttpSession
from connectors.spreadsheet.connector import Spreadsheet
from tests.connectors.spreadsheet.files import NOW, Found, Read, gather


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Read]:
    with HttpSession(HttpPolicy(hosts=())) as http:

        def read(data: bytes, *, state: Mapping[str, Any] | None = None, **settings: Any) -> Found:
            name = "programs.xlsx" if data.startswith(b"PK") else "programs.csv"
            (tmp_path / name).write_bytes(data)
            config = Spreadsheet.manifest.config.model_validate({"file": name} | settings)
            context = ReadContext(http=http, now=NOW, state=state or {}, files=tmp_path)
            return gather(Spreadsheet().read("rows", config, context))

        yield read
