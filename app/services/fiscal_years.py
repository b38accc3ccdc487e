"""The vendors' fiscal years, as the team has set them.

They are kept with one's own items, whose dates follow them: one place, whatever page it is set
on. A vendor for whom nobody has set one has none here: nothing is guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.core.fiscal_facts import KNOWN, Known, words_of
from app.errors import Invalid
from app.models import Connection
from app.secrets import Vault
from app.services import own_items
from app.services.pages import Act
from app.services.revisions import Until, remembered
from connectors.sdk.fiscal import FiscalYear, year_of

LONGEST = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A vendor's fiscal year in the words that somebody wrote."""

    vendor: str
    text: str

    @property
    def words(self) -> str:
        """ "begins in February", "ends on the last Saturday of July"."""
        return words_of(self.text)


def told(session: Session) -> tuple[Told, ...]:
    """What the team has set, by vendor."""

    def make() -> tuple[Told, ...]:
        return tuple(sorted(_told(session), key=lambda one: one.vendor.casefold()))

    return remembered(session, ("fiscal years",), make, until=Until.TOLD)


def years(session: Session) -> tuple[tuple[str, FiscalYear], ...]:
    """The same, to reckon with."""
    return tuple((one.vendor, year_of(one.text)) for one in told(session))


def known(session: Session) -> tuple[Known, ...]:
    """What vendors have published, of those for whom nothing is set."""
    already = {one.vendor.casefold() for one in told(session)}
    return tuple(one for one in KNOWN if one.vendor.casefold() not in already)


def set_year(
    session: Session, vendor: str, text: str, *, vault: Vault, now: datetime, user_id: int
) -> Act:
    """Keep a vendor's fiscal year; "" forgets it. Raises ``Invalid``."""
    vendor, text = " ".join(vendor.split()), " ".join(text.split())
    if not vendor or len(vendor) > LONGEST or ":" in vendor:
        raise Invalid(
            "The fiscal year was not kept.",
            fields={"vendor": "Enter the vendor's name, without a colon."},
        )
    try:
        if text:
            year_of(text)
    except ValueError as error:
        raise Invalid("The fiscal year was not kept.", fields={"year": f"{error}."}) from None
    return own_items.set_fiscal_year(session, vendor, text, vault=vault, now=now, user_id=user_id)


def _told(session: Session) -> Iterator[Told]:
    live = select(Connection).where(
        Connection.connector == own_items.CONNECTOR, col(Connection.removed_at).is_(None)
    )
    seen: set[str] = set()
    for connection in session.exec(live.order_by(col(Connection.sample), col(Connection.id))):
        for line in connection.config.get("fiscal_years", ()):
            vendor, _, text = line.rpartition(":")
            one = Told(vendor=vendor.strip(), text=text.strip())
            if one.vendor.casefold() not in seen and _reads(one.text):
                seen.add(one.vendor.casefold())
                yield one


def _reads(text: str) -> bool:
    try:
        year_of(text)
    except ValueError:
        return False
    return True
