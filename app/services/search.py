"""Search as you type: FTS5 on SQLite, tsvector on Postgres, one interface.

Every word is a prefix and all must match. Candidates are capped: a word that is
everywhere finds the newest ``MOST`` items that have it.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.core.folding import SEARCHED, fold
from app.db import is_sqlite

MOST = 500
Condition = sa.ColumnElement[bool]
LONGEST = 200
FOUND = "found"
_WORD = re.compile(r"[^\W_]+")

POSTGRES_DOCUMENT = (
    "to_tsvector('simple', regexp_replace(left("
    "title || ' ' || coalesce(account, '') || ' ' || coalesce(reference, '') || ' ' || "
    "coalesce(vendor, '') || ' ' || coalesce(program, '') || ' ' || coalesce(summary, '')"
    ", 50000) || ' ' || left(coalesce(folded, ''), 50000), "
    r"'[\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e]', ' ', 'g'))"
)
"""The indexed expression: no punctuation, of which Postgres would make numbers, addresses and
paths. The migration that makes the index and the query must agree.
"""

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


def folds(session: Session) -> bool:
    """Whether an item's ``folded`` must be written. FTS5 folds the words by itself."""
    return not is_sqlite(session)


def differ(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether what is searched changed."""
    return any(old[name] != new[name] for name in SEARCHED)


def _index(session: Session, sql: str, ids: Sequence[int]) -> None:
    if ids and is_sqlite(session):
        session.execute(sa.text(sql), {"ids": orjson.dumps(list(ids)).decode()})


def words(text: str) -> list[str]:
    """The words of what was typed; at most eight."""
    return _WORD.findall(unicodedata.normalize("NFC", text[:LONGEST]))[:8]


def found(session: Session, text: str) -> list[int]:
    """Ids of the newest ``MOST`` items that match, looked up once in a transaction."""
    kept: dict[str, list[int]] = session.info.setdefault(FOUND, {})
    if text not in kept:
        kept[text] = _found(session, text)
    return kept[text]


def cut_at(session: Session, text: str) -> int:
    """How many of the newest were found where older items can match too, else 0: whoever
    narrows what was found must say so.
    """
    return MOST if text and len(found(session, text)) == MOST else 0


def naming(session: Session, texts: Sequence[str]) -> list[int]:
    """Ids of the newest ``MOST`` items that have all words of one of these texts."""
    terms = [words(text) for text in texts]
    if is_sqlite(session):
        listed = (" AND ".join(f'"{word}"' for word in one) for one in terms if one)
        query = " OR ".join(f"({one})" for one in listed)
        sql = "SELECT rowid FROM search_items WHERE search_items MATCH :query"
        sql += " ORDER BY rowid DESC LIMIT :most"
    else:
        query = " | ".join(f"({' & '.join(map(fold, one))})" for one in terms if one)
        sql = (
            f"SELECT id FROM items WHERE {POSTGRES_DOCUMENT} @@ to_tsquery('simple', :query) "  # noqa: S608  (our own expression)
            "ORDER BY id DESC LIMIT :most"
        )
    return list(session.execute(sa.text(sql), {"query": query, "most": MOST}).scalars())


def _found(session: Session, text: str) -> list[int]:
    terms = words(text)
    if not terms:
        return []
    if is_sqlite(session):
        return _on_sqlite(session, terms)
    sql = (
        f"SELECT id FROM items WHERE {POSTGRES_DOCUMENT} @@ to_tsquery('simple', :query) "  # noqa: S608  (our own expression)
        "ORDER BY id DESC LIMIT :most"
    )
    query = " & ".join(f"{fold(term)}:*" for term in terms)
    return list(session.execute(sa.text(sql), {"query": query, "most": MOST}).scalars())


def _on_sqlite(session: Session, terms: list[str]) -> list[int]:
    """Whole words first: FTS5 reads those from the newest on and stops, while for a prefix
    that many words have it must bring all their items into order before it gives the first.
    """
    sql = sa.text(
        "SELECT rowid FROM search_items WHERE search_items MATCH :query "
        "ORDER BY rowid DESC LIMIT :most"
    )
    for mark in ("", "*"):
        query = " AND ".join(f'"{term}"{mark}' for term in terms)
        try:
            found = session.connection().execute(sql, {"query": query, "most": MOST})
            ids = list(found.scalars())
        except OperationalError:
            return []  # a letter that SQLite does not know as one: no index entry can match
        if len(ids) == MOST:
            break
    return ids


def given(session: Session, ids: Sequence[int]) -> Any:
    """These ids as the one value that ``among`` takes, however many they are."""
    return orjson.dumps(ids).decode() if is_sqlite(session) else list(ids)


def among(column: sa.Column[int], name: str, value: Any = None, *, sqlite: bool) -> Condition:
    """The condition that a column is one of the ids that ``given`` made the value ``name`` of."""
    if sqlite:
        listed = sa.func.json_each(sa.bindparam(name, value, sa.Text)).table_valued("value")
        return column.in_(sa.select(listed.c.value))
    return column == sa.any_(sa.bindparam(name, value, ARRAY(sa.Integer)))
