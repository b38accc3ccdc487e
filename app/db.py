"""The engine, transactions and column types. The only place that commits.

SQLite: WAL, foreign keys on, busy timeout, ``BEGIN IMMEDIATE`` for every write
transaction (a deferred one that reads first fails at once when another writer was
faster, whatever the timeout) behind an in-process lock, so that writers queue instead
of polling. Postgres: READ COMMITTED, the same code.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Date, DateTime, create_engine, event, make_url, text
from sqlalchemy.engine import URL, Connection, Dialect, Engine
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

from app.errors import CannotStart
from app.outages import outage_of

T = TypeVar("T")
BUSY_TIMEOUT_MS = 5_000
WAL_PAGES = 8_000
"""Pages of 4 KB that SQLite's log may hold before they go to the file, four times as many as most
syncs write: a page that several of them touch is then written there once.
"""
SCALE = Decimal(10_000)
MOST = 10**18
"""Ten-thousandths that a column holds: fourteen digits before the point."""
_exactly = Context(prec=28, Emax=60, traps=[Inexact, InvalidOperation, Overflow]).multiply
GLANCE_STEPS = 50_000
"""SQLite's virtual machine takes some 10 million of its steps in a second."""
WRITES = "partner_inbox_writes"
PATIENCE = "partner_inbox_patience"
NOTE_WAITS_MS = 200
"""What a write that may be left out waits for others: longer than most of them take."""
ON_ITEMS = "on items"
"""What a session's ``info`` says of a write that holds only what people did with items."""
AFTER = "after"
"""Where a write's part of the history begins, in its session's ``info``; without, it counts not."""
COUNT_UP = text(
    "UPDATE revision SET number = number + 1, told = told + :told, opened = opened + :told"
)
NUMBER = "SELECT number FROM revision"
HISTORY = {
    True: text("SELECT coalesce(max(id), 0) FROM events"),
    # Ids that others were given and have not committed yet count, too.
    False: text("SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM events_id_seq"),
}
"""The greatest id of the history that was given out so far, on SQLite and on Postgres."""
MARK = text(
    "INSERT INTO write_marks (number, after_event) SELECT number, :after FROM revision "
    "WHERE EXISTS (SELECT 1 FROM events WHERE id > :after) ON CONFLICT DO NOTHING"
)
"""Leaves behind where this write's part of the history begins, for who reads along."""


class Busy(Exception):
    """Another write is going on, and this one was not to wait for it any longer."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored and given back in UTC. A naive datetime is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return utc(value).replace(tzinfo=None) if dialect.name == "sqlite" else utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CalendarDate(TypeDecorator[date]):
    """A date without a time. A datetime is refused: which date it is depends on a zone."""

    impl = Date
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> date | None:
        if isinstance(value, datetime):
            raise TypeError(f"a calendar date, not an instant: {value!r}")
        return value


class Exact(TypeDecorator[Decimal]):
    """A Decimal with at most four decimals, held as an integer of ten-thousandths.

    So both databases add, compare and index money exactly. What does not fit is refused.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else scaled(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else exact(value)


def utc(at: datetime) -> datetime:
    """The instant in UTC; raises ``ValueError`` for one without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"an instant needs a zone: {at!r}")
    return at.astimezone(UTC)


def scaled(value: Decimal) -> int:
    """A Decimal as a whole number of ten-thousandths; raises ``ValueError`` where it is none."""
    try:
        times = _exactly(value, SCALE)
        whole = int(times)
    except (DecimalException, OverflowError, ValueError):  # not a number, infinite, too long
        whole = MOST
    if not -MOST < whole < MOST or times != whole:
        raise ValueError(f"{value} is too large or has more than four decimals")
    return whole


def exact(stored: int) -> Decimal:
    """The Decimal of a stored number of ten-thousandths, at least two decimals."""
    value = Decimal(stored) / SCALE
    return value.quantize(Decimal("0.01")) if stored % 100 == 0 else value


def database_url(url: str) -> URL:
    """The URL with our driver; raises ``CannotStart`` for a database that is not supported."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # its text may quote what stands there
        raise _not_an_address("is no address of a database") from None
    if "@" in (parsed.host or ""):  # half of the password would be looked up as a host
        raise _not_an_address("has an @ too many")
    name = parsed.get_backend_name()
    if name in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if name == "sqlite":
        return parsed.set(drivername="sqlite+pysqlite")
    raise CannotStart(
        f"PARTNER_INBOX_DATABASE_URL names {name}, which is not supported.",
        remedy="Use sqlite:///path or postgresql://user:password@host/database.",
    )


def _not_an_address(wrong: str) -> CannotStart:
    return CannotStart(
        f"PARTNER_INBOX_DATABASE_URL {wrong}.",
        remedy="Use sqlite:///path or postgresql://user:password@host/database, and in user and "
        "password write %40 for @, %2F for / and %3A for a colon.",
    )


class Database:
    """One database and its two kinds of transaction.

    ``read()`` and ``write()`` are context managers that give a ``Session``; ``write``
    commits at the end of the block, or rolls back when it raises. Keep a write short and
    never wait on the network inside one.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = database_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url, pool_size)
        self._writer = threading.Lock() if self.sqlite else None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view on SQLite; nothing that is written in it stays."""
        with Session(self.engine, expire_on_commit=False) as session:
            try:
                yield session
            finally:
                session.expunge_all()  # what was read stays readable after the block
                session.rollback()

    def glance(self, look: Callable[[Session], T]) -> T | None:
        """A read of a few milliseconds at most, for the event loop: waits for nothing.

        None where it would have to: on Postgres, while SQLite is busy, and for a question
        that needs more than ``GLANCE_STEPS``.
        """
        if not self.sqlite:
            return None
        try:
            with Session(self._glances, expire_on_commit=False) as session:
                return look(session)
        except OperationalError:
            return None

    def number(self) -> int | None:
        """How many writes there were, in a few microseconds, for the event loop; None where it
        would have to wait: on Postgres, and while SQLite is busy.
        """
        if not self.sqlite or not self.url.database:
            return None
        try:
            return int(self._counter.execute(NUMBER).fetchone()[0])
        except sqlite3.OperationalError:
            return None

    @cached_property
    def _counter(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self.url.database or "", timeout=0, isolation_level=None, check_same_thread=False
        )

    @cached_property
    def _glances(self) -> Engine:
        engine = create_engine(
            self.url, pool_size=1, max_overflow=0, connect_args={"check_same_thread": False}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "connect", _never_wait)
        return engine  # no BEGIN: each question sees the newest state, and needs no more

    @contextmanager
    def write(self, *, counts: bool = True, patience: int | None = None) -> Iterator[Session]:
        """A transaction that commits at the end of the block, and counts the revision up.

        ``counts`` False: for what no page shows (leases, last use), so that what is
        remembered until the next write stays remembered; unless it turns out to (``let_count``).
        ``patience``: on SQLite, where one writes at a time, raises ``Busy`` where another has
        not ended after so many milliseconds, in this process or elsewhere.
        """
        options = {WRITES: True, PATIENCE: patience}
        with (
            self._turn(patience),
            Session(self.engine.execution_options(**options), expire_on_commit=False) as session,
        ):
            try:
                if counts:
                    let_count(session)
                yield session
                session.flush()
                if AFTER in session.info:
                    session.execute(COUNT_UP, {"told": int(ON_ITEMS not in session.info)})
                    session.execute(MARK, {"after": session.info[AFTER]})
                session.commit()
            except BaseException:
                session.rollback()
                raise

    def note(self, down: Callable[[Session], object]) -> None:
        """Write down what is only noted beside an answer, like when a token was used.

        Nobody waits for it long: while others write, or on a full disk, it is left out until
        the next time, and who looks sees what is there.
        """
        try:
            with self.write(counts=False, patience=NOTE_WAITS_MS) as session:
                down(session)
        except Busy:
            pass
        except Exception as error:
            if outage_of(error) is None:
                raise

    @contextmanager
    def _turn(self, patience: int | None) -> Iterator[None]:
        if self._writer is None:
            yield
            return
        if not self._writer.acquire(timeout=-1 if patience is None else patience / 1000):
            raise Busy
        try:
            yield
        finally:
            self._writer.release()

    def copy_to(self, path: Path) -> None:
        """A whole copy of a SQLite database as it is now, while others read and write it."""
        path.touch(mode=0o600)
        with (
            closing(sqlite3.connect(self.url.database or "")) as source,
            closing(sqlite3.connect(path)) as copy,
        ):
            source.backup(copy)

    def answers(self) -> bool:
        """Whether the database can be reached and has our tables."""
        try:
            with self.read() as session:
                session.execute(text(NUMBER))
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        if "_glances" in self.__dict__:
            self._glances.dispose()
        if "_counter" in self.__dict__:
            self._counter.close()


def let_count(session: Session) -> None:
    """Let this write count the revision up, whatever it was begun as: from here on it adds to the
    history. A write that has added to it before cannot be let any more.
    """
    if AFTER not in session.info:
        session.info[AFTER] = session.scalar(HISTORY[is_sqlite(session)])


def is_sqlite(session: Session) -> bool:
    """Whether the session's database is SQLite; else it is Postgres."""
    return session.get_bind().dialect.name == "sqlite"


def _engine(url: URL, pool_size: int) -> Engine:
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url, pool_size=pool_size, max_overflow=0, connect_args={"check_same_thread": False}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_size=pool_size, max_overflow=10, pool_pre_ping=True)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "cache_size=-16000",
        "temp_store=MEMORY",
        f"wal_autocheckpoint={WAL_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _never_wait(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA busy_timeout=0")
    connection.set_progress_handler(lambda: True, GLANCE_STEPS)  # true: give up


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    patience = options.get(PATIENCE)
    if patience is None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES) else "BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if "locked" not in str(error.orig):
            raise
        raise Busy from None
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
