"""worker."""

import logging
import signal
import socket

from app.cli.base import out
from app.cli.opened import Opened
from app.jobs.scheduler import jobs_of
from app.secrets import REMEDY
from app.services import resealing

log = logging.getLogger(__name__)


def work() -> None:
    """Sync and send mail without serving pages; run as many as you like on Postgres."""
    opened = Opened()
    say_locked(opened)
    jobs = jobs_of(opened.settings, opened.database, opened.vault)
    told = Told(signal.SIGTERM, signal.SIGINT)
    jobs.start()
    out.print("The worker is running. Ctrl+C stops it.")
    told.wait()
    jobs.stop()
    opened.database.close()


class Told:
    """Hears these signals from now on, until somebody waits for the first of them.

    Whatever waits for a lock misses the signal that comes just before it begins to, or to another
    thread. A byte in a socket is there whenever one looks, whoever got the signal.
    """

    def __init__(self, *signals: signal.Signals) -> None:
        self._ear, self._mouth = socket.socketpair()
        self._mouth.setblocking(False)
        signal.set_wakeup_fd(self._mouth.fileno())
        for number in signals:
            signal.signal(number, lambda _number, _frame: None)

    def wait(self) -> None:
        """Return when one of them came."""
        self._ear.recv(1)


def say_locked(opened: Opened) -> None:
    """Pages and all that is stored are of use without the key, so it is no reason not to start."""
    with opened.database.read() as session:
        locked = resealing.locked(session, opened.vault)
    if locked:
        log.error("The credentials of %s cannot be read. %s", ", ".join(locked), REMEDY)
