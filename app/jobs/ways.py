"""The two ways by which messages to people leave: what each makes of one, and when it may go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from app.config import Settings
from app.core import chat_words, notice_mail, notice_words
from app.core.notice_mail import Reader
from app.core.words import Clock
from app.core.zones import zone_of
from app.db import Database
from app.errors import NotSetUp
from app.jobs.posting import Post
from app.notify import chat, digest, mail
from app.notify.errors import TryLater
from app.secrets import Vault
from app.services import channels, unsubscribing
from app.services.deliveries import Taken
from app.services.noticing import Ready
from app.services.unsubscribing import Mails

Leave = Callable[[], None]
"""Hands one message over. Raises ``NotSent``."""
Mark = Callable[[Session], bool]


class Way(Protocol):
    """How messages of one kind leave."""

    def open(self) -> bool:
        """Whether any can leave now."""

    def take_turn(self, mark: Mark) -> bool:
        """Write down, by ``mark``, that one leaves, once it may; False when it must not."""

    def made(self, taken: Taken, ready: Ready) -> Leave:
        """The message, ready to be handed over. Raises ``NotSent`` where it cannot be made."""


@dataclass(frozen=True, kw_only=True)
class _Edge:
    settings: Settings
    vault: Vault
    now: Callable[[], datetime]

    def clock_of(self, ready: Ready) -> Clock:
        """The reader's; of the team's the company's."""
        zone = zone_of(ready.user.time_zone) if ready.user else self.settings.zone
        return Clock(now=self.now(), zone=zone)


@dataclass(frozen=True, kw_only=True)
class Chats(_Edge):
    """Chats: each by itself, whenever it is due."""

    database: Database
    stopping: Callable[[], bool]

    def open(self) -> bool:
        """Until somebody wants to stop."""
        return not self.stopping()

    def take_turn(self, mark: Mark) -> bool:
        """At once."""
        with self.database.write(counts=False) as session:
            return mark(session)

    def made(self, taken: Taken, ready: Ready) -> Leave:
        """A title, and a line for each thing."""
        try:
            address = channels.address_of(taken.channel, self.vault)
        except NotSetUp as error:
            raise TryLater(f"{error.message} {error.remedy}") from None
        target = chat.Target(address=address, private_hosts=self.settings.allowed_private_hosts)
        message = self._test() if taken.is_test else self._told(ready)
        return lambda: chat.send(target, message)

    def _told(self, ready: Ready) -> chat.Message:
        clock, home = self.clock_of(ready), self.settings.public_url
        shown = ready.notices[: chat_words.SHOWN]
        return chat.Message(
            title=chat_words.defused(notice_words.subject(ready.notices, ready.more, clock)),
            lines=[
                chat.Line(
                    text=chat_words.as_text(one, clock, home),
                    markdown=chat_words.as_markdown(one, clock, home),
                )
                for one in shown
            ],
            more=len(ready.notices) - len(shown) + ready.more,
            home=f"{home}/changes",
        )

    def _test(self) -> chat.Message:
        home, told = self.settings.public_url, notice_mail.TEST
        line = chat.Line(text=f"{told}\n{home}", markdown=f"{told} [Open the inbox]({home})")
        return chat.Message(title=notice_mail.TEST_TITLE, lines=[line], more=0, home=home)


@dataclass(frozen=True, kw_only=True)
class Letters(_Edge):
    """Mail: at the pace of the relay, on one line with the digests."""

    post: Post

    def open(self) -> bool:
        """Until somebody wants to stop, and as long as the server takes mail."""
        return self.post.open()

    def take_turn(self, mark: Mark) -> bool:
        """When the relay allows one more."""
        return self.post.take_turn(mark)

    def made(self, taken: Taken, ready: Ready) -> Leave:
        """One mail to one person, with the digest's look and headers."""
        user = ready.user
        assert user is not None, "mail is a person's"
        home, clock = self.settings.public_url, self.clock_of(ready)
        reader = Reader(name=user.name, company=ready.company, home=home)
        outline = (
            notice_mail.trial_of(reader)
            if taken.is_test
            else notice_mail.outline_of(ready.notices, ready.more, clock, reader)
        )
        made = digest.message(
            outline,
            to=(user.name, user.email),
            sender=self.settings.mail_from,
            home=home,
            # With the time: a backup that is put back counts the same rows a second time, and
            # mailboxes drop a mail whose id they know.
            message_id=f"<notice.{taken.id}.{taken.created_at:%Y%m%dT%H%M%S}@{mail.host_of(home)}>",
            sent_at=clock.local(clock.now),
            leave=unsubscribing.address(self.vault, user, home=home, of=Mails.NOTICES),
            of=Mails.NOTICES,
        )
        return lambda: self.post.hand_over(made, user.email)
