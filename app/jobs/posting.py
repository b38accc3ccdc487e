"""The way out for mail: at the pace that the relay allows, many messages on one line."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage

from sqlmodel import Session

from app.config import Settings
from app.db import Database
from app.notify import mail, smtp
from app.notify.errors import Busy, NotSent, TryLater
from app.secrets import Vault
from app.services import pacing

IN_A_ROW = 3
"""After so many that it cannot take now, each for another, it is the server that cannot."""


@dataclass(kw_only=True)
class Post:
    """One round of sending; for one thread.

    ``wait`` lets so many seconds pass; None: nobody has the time for that, and what cannot leave at
    once does not leave.
    """

    database: Database
    settings: Settings
    server: smtp.Server
    now: Callable[[], datetime]
    stopping: threading.Event
    wait: Callable[[float], object] | None
    _later: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._line = smtp.Line(self.server)

    def __enter__(self) -> "Post":
        return self

    def __exit__(self, *_exc: object) -> None:
        self._line.close()

    def open(self) -> bool:
        """Whether anything can leave: nobody wants to stop, and the server takes mail."""
        if self.stopping.is_set():
            return False
        with self.database.read() as session:
            return not pacing.resting(session, now=self.now())

    def take_turn(self, mark: Callable[[Session], bool]) -> bool:
        """Wait until a message may leave, and write down that it does, by ``mark``, in the same
        moment. False when it must not: nothing can leave any more, or ``mark`` says so.
        """
        while self.open():
            with self.database.write(counts=False) as session:
                most = self.settings.mail_per_minute
                wait = pacing.take(session, most=most, now=self.now()).total_seconds()
                if wait <= 0:
                    return mark(session)
            if self.wait is None:
                break
            self.wait(wait)
        return False

    def hand_over(self, message: EmailMessage, to: str) -> None:
        """Hand one message to the server; raises ``NotSent``. A server that can take nothing is
        let be for a while, by all who send.
        """
        try:
            self._line.send(message, to=to, sender=mail.bare(self.settings.mail_from))
        except NotSent as error:
            self._later = self._later + 1 if isinstance(error, TryLater) else 0
            if isinstance(error, Busy) or self._later >= IN_A_ROW:
                with self.database.write(counts=False) as session:
                    pacing.rest(session, now=self.now())
            raise
        self._later = 0
        self._well()

    def _well(self) -> None:
        with self.database.read() as session:
            tired = pacing.tired(session)
        if tired:
            with self.database.write(counts=False) as session:
                pacing.taken(session)


@dataclass(kw_only=True)
class Sending:
    """What whoever sends stands on. Any number of processes may: a ledger lets each message leave
    once.

    ``owner`` is who takes messages up, by name; ``server`` is None where no mail server is set;
    ``wait`` lets time pass between two messages, where the relay takes only so many a minute.
    """

    database: Database
    settings: Settings
    vault: Vault
    owner: str
    now: Callable[[], datetime]
    stopping: threading.Event = field(default_factory=threading.Event)
    wait: Callable[[float], object] | None = None

    def __post_init__(self) -> None:
        url = self.settings.smtp_url
        self.server = smtp.server_of(url.get_secret_value()) if url is not None else None

    def post(self, *, patient: bool = True) -> Post:
        """A round of sending; not ``patient``: what cannot leave at once does not leave."""
        assert self.server is not None
        return Post(
            database=self.database,
            settings=self.settings,
            server=self.server,
            now=self.now,
            stopping=self.stopping,
            wait=(self.wait or self.stopping.wait) if patient else None,
        )
