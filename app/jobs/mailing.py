"""Digests by mail, through their ledger. Sent between transactions."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlmodel import Session

from app import crash
from app.core.addresses import address_or_text
from app.core.words import Clock
from app.core.zones import zone_of
from app.jobs.posting import Post, Sending
from app.models import User
from app.notify import digest as digest_mail
from app.notify import mail
from app.notify.errors import NoSuchAddress, NotSent, Refused, Unsure
from app.services import (
    accounts,
    digest_ledger,
    digest_words,
    digesting,
    unsubscribing,
)
from app.services.digest_ledger import Claimed, Key
from app.services.pages.digest import Digest

log = logging.getLogger(__name__)

NO_SERVER = "This installation has no mail server set."
NOT_NOW = "The mail server takes nothing at this moment: try again in a few minutes."
NOT_MADE = "The digest of user {} could not be made."
NOT_IN_DOUBT = "It is not in doubt any more: look at the list."
ALREADY = "It is being sent already: look at the list."


@dataclass(kw_only=True)
class Mailer(Sending):
    """Sends what is due. Without a mail server it does nothing."""

    # Digests

    def send_digests(self) -> list[str]:
        """Every digest that is due and that nobody has taken up. One's fault stops no other.

        Why some did not leave, a sentence each.
        """
        lacks: list[str] = []
        if self.server is None:
            return lacks
        now = self.now()
        with self.database.read() as session:
            due = digest_ledger.due(session, now=now)
            interrupted = digest_ledger.interrupted(session, now=now)
        if interrupted:
            with self.database.write() as session:
                digest_ledger.settle_interrupted(session, now=now)
        if due:
            with self.post() as post:
                for start in range(0, len(due), self._at_once):
                    if post.open():
                        lacks += self._round(post, due[start : start + self._at_once])
        return [lack for lack in lacks if lack]

    @property
    def _at_once(self) -> int:
        """As many as leave within half of the time for which they are claimed: they are made
        together, and none is old when it leaves.
        """
        minutes = digest_ledger.LEASE.total_seconds() / 120
        most = digest_ledger.MOST
        return min(int(self.settings.mail_per_minute * minutes), most) or most

    def _round(self, post: Post, keys: Sequence[Key]) -> list[str]:
        """Send those of these that this process gets; what it does not come to others may have."""
        with self.database.write(counts=False) as session:
            claimed = digest_ledger.claim(session, keys, owner=self.owner, now=self.now())
        if not claimed:
            return []
        crash.here("digest claimed")
        lacks: list[str] = []
        made = self._composed([one.user_id for one in claimed], lacks)
        left = {one.id for one in claimed}
        for one in claimed:
            if not post.open():
                break
            left.discard(one.id)
            if one.user_id not in made:
                continue
            try:
                lacks.append(self._digest(post, one, *made[one.user_id]))
            except Exception:  # one's fault stops no other (P9)
                log.exception("the digest of user %s failed", one.user_id)
                lacks.append(NOT_MADE.format(one.user_id))
        self._release(left)
        return lacks

    def _composed(
        self, user_ids: Sequence[int], lacks: list[str]
    ) -> Mapping[int, tuple[User, Digest]]:
        """What each of these people is told; where that fails for all together, one by one."""
        try:
            with self.database.read() as session:
                return self._compose(session, user_ids)
        except Exception:  # whose it is, is found below
            if len(user_ids) == 1:
                log.exception("the digest of user %s failed", user_ids[0])
                lacks.append(NOT_MADE.format(user_ids[0]))
                return {}
        return {
            user_id: told
            for one in user_ids
            for user_id, told in self._composed([one], lacks).items()
        }

    def _compose(self, session: Session, user_ids: Sequence[int]) -> dict[int, tuple[User, Digest]]:
        people = {user.id or 0: user for user in accounts.by_ids(session, user_ids)}
        told = digesting.compose_all(session, list(people.values()), now=self.now())
        return {user_id: (people[user_id], digest) for user_id, digest in told.items()}

    def _release(self, entry_ids: Collection[int]) -> None:
        if entry_ids:
            with self.database.write(counts=False) as session:
                digest_ledger.release(session, entry_ids, owner=self.owner, now=self.now())

    def _digest(
        self, post: Post, claimed: Claimed, user: User, digest: Digest, *, asked: bool = False
    ) -> str:
        """Why it did not leave; empty when it did, or when there is nothing to send.

        ``asked``: the person waits for it, and gets it whatever it says.
        """
        if digest.empty and not (asked or user.digest_always):
            with self.database.write(counts=False) as session:
                digest_ledger.skipped(session, claimed.id, owner=self.owner)
            return ""
        made = self.mail_of(user, digest, claimed.name)

        def mark(session: Session) -> bool:
            return digest_ledger.sending(
                session,
                claimed.id,
                owner=self.owner,
                message_id=made["Message-ID"],
                subject=made["Subject"],
                said=digest.said,
                now=self.now(),
            )

        if not post.take_turn(mark):
            self._release([claimed.id])
            return NOT_NOW if asked else ""
        crash.here("digest sending")
        return self._hand_over(post, claimed.id, made, user.email)

    def _hand_over(self, post: Post, entry_id: int, made: EmailMessage, to: str) -> str:
        try:
            post.hand_over(made, to)
        except Unsure as error:
            with self.database.write(counts=False) as session:
                digest_ledger.unknown(session, entry_id, error.message)
            return error.message
        except NotSent as error:
            log.warning("a digest did not leave: %s", error.message)
            with self.database.write(counts=False) as session:
                digest_ledger.failed(
                    session,
                    entry_id,
                    error.message,
                    again=not isinstance(error, Refused),
                    refused=isinstance(error, NoSuchAddress),
                    now=self.now(),
                )
            return error.message
        crash.here("digest sent")
        with self.database.write(counts=False) as session:
            digest_ledger.sent(session, entry_id, now=self.now())
        return ""

    def send_one(self, user_id: int, unknown_id: int = 0) -> str:
        """Send somebody their digest because they ask for it: one of now, or, of the ledger, one
        that may not have arrived. Why it did not leave; empty when it did.
        """
        if self.server is None:
            return NO_SERVER
        mine: dict[str, Any] = {"owner": self.owner, "now": self.now()}
        with self.database.write(counts=False) as session:
            today = self._clock_of(accounts.user(session, user_id)).today
            if unknown_id:
                claimed = digest_ledger.claim_unknown(session, unknown_id, user_id, **mine)
            else:
                claimed = digest_ledger.claim_now(session, user_id, today, **mine)
        if claimed is None:
            return NOT_IN_DOUBT if unknown_id else ALREADY
        with self.database.read() as session:
            user, digest = self._compose(session, [user_id])[user_id]
        with self.post(patient=False) as post:
            return self._digest(post, claimed, user, digest, asked=True)

    def mail_of(self, user: User, digest: Digest, name: str) -> EmailMessage:
        """The digest as a mail; ``name`` makes its id."""
        clock = self._clock_of(user)
        home, host = self.settings.public_url, mail.host_of(self.settings.public_url)
        whose = self.settings.company or digest.company
        return digest_mail.message(
            digest_words.outline_of(digest, clock, home=home, company=whose),
            to=(user.name, user.email),
            sender=self.settings.mail_from,
            home=home,
            message_id=f"<digest.{name}@{host}>",
            sent_at=clock.local(clock.now),
            leave=unsubscribing.address(self.vault, user, home=home),
            least=digest.cut,
        )

    def dry_run(self, folder: Path, *, email: str = "") -> list[Path]:
        """Write everyone's digest of now as .eml files; nothing is sent, nothing is recorded."""
        folder.mkdir(parents=True, exist_ok=True)
        with self.database.read() as session:
            people = [
                user
                for user in accounts.users(session)
                if not email or user.email == address_or_text(email)
            ]
            told = digesting.compose_all(session, people, now=self.now())
        written = []
        for user in people:
            today = self._clock_of(user).today
            path = folder / f"{today.isoformat()}-{user.email.replace('/', '_')}.eml"
            name = f"{today.isoformat()}.{user.id}"
            path.write_bytes(self.mail_of(user, told[user.id or 0], name).as_bytes())
            written.append(path)
        return written

    def _clock_of(self, user: User) -> Clock:
        return Clock(now=self.now(), zone=zone_of(user.time_zone))
