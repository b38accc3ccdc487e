"""worker."""

import logging
import queue
import signal

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
    # Not an Event: its lock is this thread's own while it begins to wait, and a signal that comes
    # then would wait for it for ever.
    told = queue.SimpleQueue[int]()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: told.put(number))
    jobs.start()
    out.print("The worker is running. Ctrl+C stops it.")
    told.get()
    jobs.stop()
    opened.database.close()


def say_locked(opened: Opened) -> None:
    """Pages and all that is stored are of use without the key, so it is no reason not to start."""
    with opened.database.read() as session:
        locked = resealing.locked(session, opened.vault)
    if locked:
        log.error("The credentials of %s cannot be read. %s", ", ".join(locked), REMEDY)
