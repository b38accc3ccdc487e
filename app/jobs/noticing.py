"""Messages to people: chat through the ledger of what leaves. Sent between transactions."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from app import crash
from app.config import Settings
from app.core import chat_words, notice_words
from app.core.words import Clock
from app.core.zones import zone_of
from app.db import Database
from app.errors import NotSetUp
from app.models import ChannelKind
from app.notify import chat
from app.notify.errors import NotSent, Refused, TryLater, Unsure
from app.secrets import Vault
from app.services import channels, deliveries, noticing
from app.services.deliveries import Taken
from app.services.noticing import Ready

log = logging.getLogger(__name__)

TEST_TITLE = "A test from Partner Inbox"
TEST = "Messages arrive here. What happens is told like this, with a link to it."


@dataclass(kw_only=True)
class Messenger:
    """Sends what is due. Any number of processes may have one: the ledger lets each message leave
    once.
    """

    database: Database
    settings: Settings
    vault: Vault
    owner: str
    now: Callable[[], datetime]
    stopping: threading.Event = field(default_factory=threading.Event)

    def send_chats(self) -> None:
        """Every message to a chat that is due."""
        self._send_due(ChannelKind.CHAT)

    def _send_due(self, kind: ChannelKind) -> None:
        with self.database.read() as session:
            if not deliveries.due(session, [kind], now=self.now()):
                return
        with self.database.write(counts=False) as session:
            deliveries.settle(session, now=self.now())
        failed: set[int] = set()
        while not self.stopping.is_set() and (taken := self._take(kind, failed)) is not None:
            crash.here("notice taken")
            if self._send(taken):
                failed.add(taken.channel.id or 0)

    def _take(self, kind: ChannelKind, but: set[int]) -> Taken | None:
        with self.database.write(counts=False) as session:
            return deliveries.take(session, [kind], owner=self._name(), now=self.now(), but=but)

    def _name(self) -> str:
        return f"{self.owner}:{uuid4().hex[:8]}"

    def send_one(self, delivery_id: int) -> str:
        """Send that message now, because somebody waits for it. Why it did not leave; empty when it
        did.
        """
        with self.database.write(counts=False) as session:
            taken = deliveries.take_this(session, delivery_id, owner=self._name(), now=self.now())
        return "" if taken is None else self._send(taken)

    def _send(self, taken: Taken) -> str:
        """Why it did not leave; empty when it did, or when there is nothing to say any more."""
        with self.database.read() as session:
            ready = noticing.ready(session, taken)
        if ready is None or (ready.lacks and not taken.is_test):
            with self.database.write(counts=False) as session:
                deliveries.drop(session, taken, ready.lacks if ready else noticing.NOBODY)
            return ""
        try:
            leave = self._made(taken, ready)
        except NotSent as error:
            leave = _raising(error)
        with self.database.write(counts=False) as session:
            if not deliveries.sending(session, taken, now=self.now()):
                return ""
        crash.here("notice sending")
        return self._hand_over(taken, leave)

    def _hand_over(self, taken: Taken, leave: Callable[[], None]) -> str:
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

    def _made(self, taken: Taken, ready: Ready) -> Callable[[], None]:
        """What hands it over. Raises ``NotSent`` where it cannot even be made."""
        return self._chat(taken, ready)

    def _clock(self, ready: Ready) -> Clock:
        zone = zone_of(ready.user.time_zone) if ready.user else self.settings.zone
        return Clock(now=self.now(), zone=zone)

    def _chat(self, taken: Taken, ready: Ready) -> Callable[[], None]:
        try:
            address = channels.address_of(taken.channel, self.vault)
        except NotSetUp as error:
            raise TryLater(f"{error.message} {error.remedy}") from None
        target = chat.Target(address=address, private_hosts=self.settings.allowed_private_hosts)
        message = self._test_of_chat() if taken.is_test else self._chat_of(ready)
        return lambda: chat.send(target, message)

    def _chat_of(self, ready: Ready) -> chat.Message:
        clock, home = self._clock(ready), self.settings.public_url
        shown = ready.notices[: chat_words.SHOWN]
        return chat.Message(
            title=chat_words.defused(
                notice_words.subject(ready.notices, ready.more, clock),
            ),
            lines=[
                chat.Line(
                    text=chat_words.as_text(one, clock, home),
                    markdown=chat_words.as_markdown(one, clock, home),
                )
                for one in shown
            ],
            more=len(ready.notices) - len(shown) + ready.more,
            home=f"{home}/inbox",
        )

    def _test_of_chat(self) -> chat.Message:
        home = self.settings.public_url
        line = chat.Line(text=f"{TEST}\n{home}", markdown=f"{TEST} [Open the inbox]({home})")
        return chat.Message(title=TEST_TITLE, lines=[line], more=0, home=home)


def _raising(error: NotSent) -> Callable[[], None]:
    def leave() -> None:
        raise error

    return leave
