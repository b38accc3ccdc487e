"""Instants and dates that the database gives as text, ready for a machine to read.

A feed shows thousands of them; made into Python objects first and back into text they cost
more than everything else on its page.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class instant_text(FunctionElement[str]):  # noqa: N801  (reads as the SQL function that it is)
    """An instant as RFC 3339 in UTC, to the second: ``2026-11-22T06:10:00Z``."""

    type = sa.Text()
    inherit_cache = True


class date_text(FunctionElement[str]):  # noqa: N801  (the same)
    """A calendar date as ISO 8601: ``2026-11-22``."""

    type = sa.Text()
    inherit_cache = True


@compiles(instant_text, "sqlite")
def _instant_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%SZ', {compiler.process(element.clauses, **options)})"


@compiles(instant_text, "postgresql")
def _instant_postgres(element: Any, compiler: Any, **options: Any) -> str:
    at = compiler.process(element.clauses, **options)
    return f"""to_char({at} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


@compiles(date_text, "sqlite")
def _date_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))  # it is kept as this text


@compiles(date_text, "postgresql")
def _date_postgres(element: Any, compiler: Any, **options: Any) -> str:
    # As a timestamp without a zone: the server's own zone may lack that day.
    day = compiler.process(element.clauses, **options)
    return f"to_char(CAST({day} AS timestamp), 'YYYY-MM-DD')"
