"""Deadlines that follow from reference records, always labelled as derived."""

from hashlib import blake2b

from app.core.storable import LONGEST_ID
from connectors.sdk.records import (
    AnyRecord,
    Category,
    Certification,
    Deadline,
    Fund,
    Money,
)

_FUND = "derived:fund:"
_CERTIFICATION = "derived:certification:"


def derived_ids(external_id: str) -> tuple[str, ...]:
    """The ids that deadlines derived from a record of that id can have."""
    return _id(_FUND, external_id), _id(_CERTIFICATION, external_id)


def _id(prefix: str, external_id: str) -> str:
    """The record's id behind the prefix; where that is too long for an id, a hash of it ends it,
    so that it is the same in every read and no other record's.
    """
    whole = prefix + external_id
    if len(whole) <= LONGEST_ID:
        return whole
    told = blake2b(external_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{whole[: LONGEST_ID - len(told) - 1]}:{told}"


def deadline_of(record: AnyRecord) -> Deadline | None:
    """The deadline that a record implies: a fund lapses, a certification expires."""
    match record:
        case Fund(lapses=lapses) if lapses is not None:
            return Deadline(
                external_id=_id(_FUND, record.external_id),
                title=f"Use {record.title} before it lapses",
                url=record.url,
                vendor=record.vendor,
                program=record.program,
                status=record.status,
                due=lapses,
                amount=_left(record),
                amount_label="lapses" if record.remaining is not None else "allocated",
                category=Category.FUND_CLAIM,
                closed=record.remaining is not None and record.remaining <= 0,
                derived_from=f"fund {record.external_id}",
            )
        case Certification(expires=expires) if expires is not None:
            holder = f" — {record.person}" if record.person else ""
            return Deadline(
                external_id=_id(_CERTIFICATION, record.external_id),
                title=f"{record.title} expires{holder}",
                url=record.url,
                vendor=record.vendor,
                program=record.program,
                status=record.status,
                due=expires,
                category=Category.CERTIFICATION,
                derived_from=f"certification {record.external_id}",
            )
    return None


def _left(fund: Fund) -> Money | None:
    left = fund.remaining if fund.remaining is not None else fund.allocated
    return Money(amount=left, currency=fund.currency) if left is not None else None
