"""What a request that must happen once was answered, for whoever sends it again (P4 of a POST).

The row is written first and in the same transaction as what the request does: of two that come at
once with the same key the second waits for the first, and is then given its answer.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as on_postgres
from sqlalchemy.dialects.sqlite import insert as on_sqlite
from sqlmodel import Session, col, select

from app.db import is_sqlite
from app.errors import Conflict
from app.models import KeptAnswer

NOT_YET = 0
"""The status of an answer that is still being made."""


class OtherRequest(Conflict):
    """The key was used for another request."""


def begun(
    session: Session, *, token_id: int, key: str, fingerprint: bytes, now: datetime
) -> KeptAnswer | None:
    """The answer that this request got before; None: it is to be made now, and then ``keep``.

    Raises ``OtherRequest``.
    """
    insert: Any = (on_sqlite if is_sqlite(session) else on_postgres)(KeptAnswer)
    new = {
        "token_id": token_id,
        "key": key,
        "fingerprint": fingerprint,
        "status": NOT_YET,
        "headers": {},
        "body": "",
        "created_at": now,
    }
    added = insert.values(**new).on_conflict_do_nothing().returning(col(KeptAnswer.token_id))
    if session.connection().execute(added).first() is not None:
        return None
    found = session.exec(
        select(KeptAnswer).where(KeptAnswer.token_id == token_id, KeptAnswer.key == key)
    ).one()
    if found.fingerprint != fingerprint:
        raise OtherRequest(
            "This Idempotency-Key was used for another request.",
            remedy="Use a new key for each thing that is to be done.",
        )
    return found


def keep(
    session: Session, *, token_id: int, key: str, status: int, headers: dict[str, str], body: str
) -> None:
    """This is the answer, as long as what was done stays done."""
    session.execute(
        sa.update(KeptAnswer)
        .where(col(KeptAnswer.token_id) == token_id, col(KeptAnswer.key) == key)
        .values(status=status, headers=headers, body=body)
    )
