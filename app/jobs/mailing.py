"""Mail: digests through their ledger, alerts through the outbox. Sent between transactions."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path

from sqlmodel import Session

from app import crash
from app.config import Settings
from app.core.addresses import address_or_text
from app.core.words import Clock
from app.core.zones import zone_of
from app.db import Database
from app.models import OutboxKind, User
from app.notify import mail, smtp
from app.notify.errors import NotSent, Refused, Unsure
from app.services import accounts, digesting, lines, outbox

log = logging.getLogger(__name__)

TOLD: dict[str, str] = {
    OutboxKind.SOURCE_DOWN: "needs your attention",
    OutboxKind.SOURCE_UP: "is well again",
}


@dataclass(kw_only=True)
class Mailer:
    """Sends what is due. Without a mail server it does nothing."""

    database: Database
    settings: Settings
    owner: str
    now: Callable[[], datetime]
    stopping: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        url = self.settings.smtp_url
        self.server = smtp.server_of(url.get_secret_value()) if url is not None else None

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
            due = digesting.due(session, now=now)
            interrupted = digesting.interrupted(session, now=now)
        if interrupted:
            with self.database.write() as session:
                digesting.settle_interrupted(session, now=now)
        for user_id, day in due:
            if self.stopping.is_set():
                break
            try:
                lacks.append(self._digest(user_id, day))
            except Exception:
                log.exception("the digest of user %s failed", user_id)
                lacks.append(f"The digest of user {user_id} could not be made.")
        return [lack for lack in lacks if lack]

    def _digest(self, user_id: int, day: date) -> str:
        """Why it did not leave; empty when it did, or when there is nothing to send."""
        now = self.now()
        with self.database.write(counts=False) as session:
            entry_id = digesting.claim(session, user_id, day, owner=self.owner, now=now)
        if entry_id is None:
            return ""
        crash.here("digest claimed")
        with self.database.read() as session:
            user = accounts.user(session, user_id)
            digest = self.compose(session, user)
        if digest.empty:
            with self.database.write(counts=False) as session:
                digesting.skipped(session, entry_id, owner=self.owner)
            return ""
        made = self.mail_of(user, digest, day)
        with self.database.write(counts=False) as session:
            mine = digesting.sending(
                session,
                entry_id,
                owner=self.owner,
                message_id=made["Message-ID"],
                subject=made["Subject"],
                now=self.now(),
            )
        if not mine:
            return ""
        crash.here("digest sending")
        return self._hand_over(entry_id, made, user.email)

    def _hand_over(self, entry_id: int, made: EmailMessage, to: str) -> str:
        assert self.server is not None
        try:
            smtp.send(self.server, made, to=to, sender=mail.bare(self.settings.mail_from))
        except Unsure as error:
            with self.database.write() as session:
                digesting.unknown(session, entry_id, error.message)
            return error.message
        except NotSent as error:
            log.warning("a digest did not leave: %s", error.message)
            with self.database.write() as session:
                again = not isinstance(error, Refused)
                digesting.failed(session, entry_id, error.message, again=again, now=self.now())
            return error.message
        crash.here("digest sent")
        with self.database.write() as session:
            digesting.sent(session, entry_id, now=self.now())
        return ""

    def compose(self, session: Session, user: User) -> digesting.Digest:
        """What the person's digest says now, on their own clock."""
        return digesting.compose(session, user, clock=self._clock_of(user))

    def mail_of(self, user: User, digest: digesting.Digest, day: date) -> EmailMessage:
        """The digest as a mail. Its id is the same for the same person and day."""
        clock = self._clock_of(user)
        home = self.settings.public_url
        values = {
            "digest": digest,
            "clock": clock,
            "home": home,
            "company": self.settings.company or digest.company,
        }
        text, html = mail.render("digest", values)
        host = mail.host_of(home)
        return mail.message(
            to=(user.name, user.email),
            sender=self.settings.mail_from,
            subject=digest.subject,
            text=text,
            html=html,
            message_id=f"<digest.{day.isoformat()}.{user.id}@{host}>",
            list_id=f"Partner Inbox digest <digest.{host}>",
            sent_at=clock.local(clock.now),
        )

    def dry_run(self, folder: Path, *, email: str = "") -> list[Path]:
        """Write everyone's digest of now as .eml files; nothing is sent, nothing is recorded."""
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        with self.database.read() as session:
            for user in accounts.users(session):
                if email and user.email != address_or_text(email):
                    continue
                today = self._clock_of(user).today
                made = self.mail_of(user, self.compose(session, user), today)
                path = folder / f"{today.isoformat()}-{user.email.replace('/', '_')}.eml"
                path.write_bytes(made.as_bytes())
                written.append(path)
        return written

    def _clock_of(self, user: User) -> Clock:
        return Clock(now=self.now(), zone=zone_of(user.time_zone))

    # Alerts

    def send_alerts(self) -> list[str]:
        """Everything that waits in the outbox. Why some did not leave, a sentence each."""
        lacks: list[str] = []
        if self.server is None:
            return lacks
        with self.database.read() as session:
            if not outbox.waiting(session, now=self.now()):
                return lacks
        while not self.stopping.is_set() and (alert := self._take()) is not None:
            lacks += self._alert(alert)
        return lacks

    def _take(self) -> outbox.Alert | None:
        with self.database.write(counts=False) as session:
            return outbox.take(session, now=self.now())

    def _alert(self, alert: outbox.Alert) -> list[str]:
        """Tell each admin once; one whom the mail server refuses stops no other."""
        lacks = []
        for name, address in alert.to:
            self._note(alert, address, outbox.Heard.SENDING)
            how, why = self._tell(alert, name, address)
            crash.here("alert sent")
            self._note(alert, address, how, why)
            if why:
                log.warning("an alert did not leave: %s", why)
                lacks.append(why)
        with self.database.write(counts=False) as session:
            outbox.close(session, alert.entry_id, now=self.now())
        return lacks

    def _note(self, alert: outbox.Alert, address: str, how: outbox.Heard, error: str = "") -> None:
        with self.database.write(counts=False) as session:
            outbox.note(session, alert.entry_id, address, how, now=self.now(), error=error)

    def _tell(self, alert: outbox.Alert, name: str, address: str) -> tuple[outbox.Heard, str]:
        assert self.server is not None
        try:
            made = self._alert_mail(alert, name, address)
            smtp.send(self.server, made, to=address, sender=mail.bare(self.settings.mail_from))
        except Refused as error:
            return outbox.Heard.REFUSED, error.message
        except Unsure as error:
            return outbox.Heard.UNKNOWN, error.message
        except NotSent as error:
            return outbox.Heard.LATER, error.message
        return outbox.Heard.SENT, ""

    def _alert_mail(self, alert: outbox.Alert, name: str, address: str) -> EmailMessage:
        clock = Clock(now=self.now(), zone=self.settings.zone)
        source = lines.source_line(alert.connection, now=clock.now)
        subject = f"{source.name} {TOLD[alert.kind]}"
        values = {
            "subject": subject,
            "source": source,
            "told": TOLD[alert.kind],
            "remedy": alert.connection.remedy or "",
            "clock": clock,
            "home": self.settings.public_url,
        }
        text, html = mail.render("source", values)
        host = mail.host_of(self.settings.public_url)
        key = alert.key.replace(" ", "-").replace(":", ".")
        return mail.message(
            to=(name, address),
            sender=self.settings.mail_from,
            subject=subject,
            text=text,
            html=html,
            message_id=f"<alert.{key}.{address.partition('@')[0]}@{host}>",
            list_id=f"Partner Inbox alerts <alerts.{host}>",
            sent_at=clock.local(clock.now),
        )
