"""Messages to people, by mail and chat, through the ledger of what leaves; between transactions."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlmodel import Session

from app import crash
from app.jobs.posting import Sending
from app.jobs.ways import Chats, Leave, Letters, Way
from app.models import ChannelKind
from app.notify.errors import NotSent, Refused, Unsure
from app.services import deliveries, noticing
from app.services.deliveries import Taken
from app.services.noticing import Ready

log = logging.getLogger(__name__)

NO_SERVER = "This installation has no mail server set."
NOT_NOW = "Nothing can leave at this moment: try again in a few minutes."


@dataclass(kw_only=True)
class Messenger(Sending):
    """Sends what is due."""

    def send_chats(self) -> list[str]:
        """Every message to a chat that is due. Why some did not leave, a sentence each."""
        return self._send_due(ChannelKind.CHAT)

    def send_notices(self) -> list[str]:
        """Every mail that is due; without a mail server none. Why some did not leave."""
        return [] if self.server is None else self._send_due(ChannelKind.MAIL)

    def send_one(self, delivery_id: int) -> str:
        """Send that message now, because somebody waits for it. Why it did not leave; empty when it
        did.
        """
        with self.database.write(counts=False) as session:
            taken = deliveries.take_this(session, delivery_id, owner=self._name(), now=self.now())
        if taken is None:
            return ""
        if taken.channel.kind == ChannelKind.MAIL and self.server is None:
            self._drop(taken, NO_SERVER)
            return NO_SERVER
        with self._way(ChannelKind(taken.channel.kind), patient=False) as way:
            return self._send(way, taken)

    def _send_due(self, kind: ChannelKind) -> list[str]:
        lacks: list[str] = []
        with self.database.read() as session:
            if not deliveries.due(session, [kind], now=self.now()):
                return lacks
        with self.database.write(counts=False) as session:
            deliveries.settle(session, now=self.now())
        failed: set[int] = set()
        with self._way(kind) as way:
            while way.open() and (taken := self._take(kind, failed)) is not None:
                crash.here("notice taken")
                if why := self._guarded(way, taken):
                    lacks.append(why)
                    failed.add(taken.channel.id or 0)
        return lacks

    def _guarded(self, way: Way, taken: Taken) -> str:
        """One channel's fault stops no other (P9)."""
        try:
            return self._send(way, taken)
        except Exception:
            log.exception("a message to channel %s failed", taken.channel.id)
            return "It could not be made."

    @contextmanager
    def _way(self, kind: ChannelKind, *, patient: bool = True) -> Iterator[Way]:
        edge: dict[str, Any] = {"settings": self.settings, "vault": self.vault, "now": self.now}
        if kind == ChannelKind.CHAT:
            yield Chats(database=self.database, stopping=self.stopping.is_set, **edge)
            return
        with self.post(patient=patient) as post:
            yield Letters(post=post, **edge)

    def _take(self, kind: ChannelKind, but: set[int]) -> Taken | None:
        with self.database.write(counts=False) as session:
            return deliveries.take(session, [kind], owner=self._name(), now=self.now(), but=but)

    def _name(self) -> str:
        return f"{self.owner}:{uuid4().hex[:8]}"

    def _send(self, way: Way, taken: Taken) -> str:
        """Why it did not leave; empty when it did, or when there is nothing to say any more."""
        with self.database.read() as session:
            ready = noticing.ready(session, taken, company=self.settings.company)
        if ready is None or (ready.lacks and not taken.is_test):
            self._drop(taken, ready.lacks if ready else noticing.NOBODY)
            return ""
        leave = _made(way, taken, ready)

        def mark(session: Session) -> bool:
            return deliveries.sending(session, taken, now=self.now())

        if not way.take_turn(mark):
            return self._not_now(taken)
        crash.here("notice sending")
        return self._hand_over(taken, leave)

    def _not_now(self, taken: Taken) -> str:
        if taken.is_test:
            self._drop(taken, NOT_NOW)
            return NOT_NOW
        with self.database.write(counts=False) as session:
            deliveries.let_go(session, taken)
        return ""

    def _drop(self, taken: Taken, why: str) -> None:
        with self.database.write(counts=False) as session:
            deliveries.drop(session, taken, why)

    def _hand_over(self, taken: Taken, leave: Leave) -> str:
        try:
            leave()
        except Unsure as error:
            with self.database.write(counts=False) as session:
                deliveries.unknown(session, taken, error.message)
            return error.message
        except NotSent as error:
            self._failed(taken, error)
            return error.message
        crash.here("notice sent")
        with self.database.write(counts=False) as session:
            deliveries.sent(session, taken, now=self.now())
        return ""

    def _failed(self, taken: Taken, error: NotSent) -> None:
        log.warning("a message to channel %s did not leave: %s", taken.channel.id, error.message)
        again = deliveries.wait_for(taken.attempts + 1)
        if taken.is_test or isinstance(error, Refused):
            again = None
        with self.database.write(counts=False) as session:
            deliveries.failed(
                session, taken, error.message, now=self.now(), again=again, counts=not taken.is_test
            )


def _made(way: Way, taken: Taken, ready: Ready) -> Leave:
    """The message; where it cannot be made, what says so when it is to leave."""
    try:
        return way.made(taken, ready)
    except NotSent as error:
        why = error

        def leave() -> None:
            raise why

        return leave
