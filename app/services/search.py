"""Search as you type: FTS5 on SQLite, tsvector on Postgres, one interface.

Every word is a prefix and all must match. Candidates are capped: a word that is
everywhere finds the newest ``MOST`` items that have it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlmodel import Session

MOST = 2_000
LONGEST = 200
_WORD = re.compile(r"\w+", re.UNICODE)

POSTGRES_DOCUMENT = (
    "to_tsvector('simple', title || ' ' || coalesce(account, '') || ' ' || "
    "coalesce(reference, '') || ' ' || coalesce(vendor, '') || ' ' || "
    "coalesce(program, '') || ' ' || coalesce(summary, ''))"
)
"""The indexed expression; the migration that makes the index and the query must agree."""

SEARCHED = ("title", "account", "reference", "vendor", "program", "summary")
_LISTED = ", ".join(SEARCHED)
_AMONG = "FROM items WHERE id IN (SELECT value FROM json_each(:ids))"
_ADD = f"INSERT INTO search_items(rowid, {_LISTED}) SELECT id, {_LISTED} {_AMONG}"
_FORGET = (
    f"INSERT INTO search_items(search_items, rowid, {_LISTED}) "
    f"SELECT 'delete', id, {_LISTED} {_AMONG}"
)


def add(session: Session, ids: Sequence[int]) -> None:
    """Let these items, as they are stored now, be found. On Postgres the index sees to it.

    Many at once and not by a trigger: FTS5 writes its index out for every single statement.
    """
    _index(session, _ADD, ids)


def forget(session: Session, ids: Sequence[int]) -> None:
    """To be called before a searched column of these items changes; ``add`` them afterwards."""
    _index(session, _FORGET, ids)


def differ(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether what is searched changed."""
    return any(old[name] != new[name] for name in SEARCHED)


def _index(session: Session, sql: str, ids: Sequence[int]) -> None:
    if ids and session.get_bind().dialect.name == "sqlite":
        session.execute(sa.text(sql), {"ids": orjson.dumps(list(ids)).decode()})


def words(text: str) -> list[str]:
    """The words of what was typed, lower case; at most eight."""
    return _WORD.findall(text[:LONGEST].lower())[:8]


def matching(session: Session, text: str) -> sa.Select[tuple[int]] | None:
    """A select of item ids that match; None when there is no word to search for."""
    terms = words(text)
    if not terms:
        return None
    if session.get_bind().dialect.name == "sqlite":
        sql = (
            "SELECT rowid AS id FROM search_items WHERE search_items MATCH :query "
            "ORDER BY rowid DESC LIMIT :most"
        )
        query = " AND ".join(f'"{term}"*' for term in terms)
    else:
        sql = (
            f"SELECT id FROM items WHERE {POSTGRES_DOCUMENT} @@ to_tsquery('simple', :query) "  # noqa: S608  (our own expression)
            "ORDER BY id DESC LIMIT :most"
        )
        query = " & ".join(f"{term}:*" for term in terms)
    found = sa.text(sql).bindparams(query=query, most=MOST).columns(id=sa.Integer).subquery("found")
    return sa.select(found.c.id)
