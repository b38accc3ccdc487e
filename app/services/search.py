"""Search as you type: FTS5 on SQLite, tsvector on Postgres, one interface.

Every word is a prefix and all must match. Candidates are capped: a word that is
everywhere finds the newest ``MOST`` items that have it.
"""

import re

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
