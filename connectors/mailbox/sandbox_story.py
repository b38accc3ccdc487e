"""The mails of the simulated mailbox: a partner's last weeks, relative to ``now``."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from random import Random

FORTINET = "Fortinet Engage <engage@partners.fortinet.example>"
INGRAM = "Ingram Micro News <news@ingrammicro.example>"
AWS = "AWS Partner Network <apn@aws.example>"
CISCO = "Cisco Partner Programs <programs@cisco.example>"
STATEMENTS = "statements@tdsynnex.example"
SENDERS = (
    "@partners.fortinet.example = Fortinet / Engage",
    "@cisco.example = Cisco / 360 Partner Program",
    "news@ingrammicro.example = Ingram Micro",
    "@aws.example in Partners = AWS / Partner Network",
    f"{STATEMENTS} = TD SYNNEX",
)
Story = tuple[str, int, bytes]
"""Folder, days ago, the mail."""
File = tuple[str, str, bytes | str]
"""Name, type, content of an attachment."""


def day(now: datetime, offset: int) -> str:
    """A date as people write it ("30 November 2026"), so many days from now."""
    at = now + timedelta(days=offset)
    return f"{at.day} {at:%B %Y}"


def on(now: datetime, offset: int) -> str:
    """The same as figures that leave no doubt ("2026-11-30")."""
    return f"{now + timedelta(days=offset):%Y-%m-%d}"


def story(now: datetime) -> Iterator[Story]:
    """What people talk about."""
    for folder, hours, sender, subject, text in told(now):
        at = now - timedelta(hours=hours)
        html, files = text.startswith("<"), list[File]()
        if sender == STATEMENTS:
            files = [("Claims.csv", "text/csv", claims(now))]
        elif sender == CISCO and html:
            files = [("invite.ics", "text/calendar", invitation(now))]
        yield folder, hours // 24, mail(at, sender, subject, text, html=html, files=files)


def claims(now: datetime) -> str:
    """The open claims that a distributor sends with its statement."""
    rows = [
        "Claim ID;Title;Category;Due date;Amount;Currency;Customer",
        f"CL-2041;Proof of performance: spring roadshow;Fund claim;{on(now, 18)};4800.00;EUR;",
        f"CL-2057;Invoice for the webinar series;Fund claim;{on(now, 31)};1250.50;EUR;",
        f"CL-2060;Rebate form, second half;Incentive;{on(now, 47)};9310.00;EUR;Hartwell Clinics",
    ]
    return "\r\n".join([*rows, ""])


def invitation(now: datetime, *, sequence: int = 0, days: int = 33, method: str = "REQUEST") -> str:
    """A review as a calendar sends it, and sends it again when it moves or is cancelled."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        "UID:tier-review@cisco.example",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{now:%Y%m%d}T080000Z",
        f"DTSTART:{now + timedelta(days=days):%Y%m%d}T140000Z",
        f"DTEND:{now + timedelta(days=days):%Y%m%d}T150000Z",
        "SUMMARY:360 tier review",
        "DESCRIPTION:Bring the certificates of two engineers.",
        "ORGANIZER:mailto:programs@cisco.example",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "\r\n".join([*lines, ""])


def told(now: datetime) -> Iterator[tuple[str, int, str, str, str]]:
    """Folder, hours ago, sender, subject, text. The first names a deadline and an amount, and
    the distributor passes it on.
    """
    claims = f"Please submit all claims by {day(now, 12)}."
    lapse = "Unclaimed funds of USD 12,500.00 lapse after that day."
    subject = "MDF claims for Q3 close soon"
    yield "INBOX", 48, FORTINET, subject, f"Dear partner,\n\n{claims} {lapse}\n\nYour Engage team"
    forwarded = f"---------- Forwarded message ----------\nFrom: {FORTINET}\n\n{claims}"
    yield "INBOX", 51, INGRAM, f"FW: Fortinet: {subject}", f"Dear reseller,\n\n{forwarded}"
    review = f"<h1>Tier review</h1><p>Your review is on <b>{day(now, 33)}</b>.</p>"
    more = "<p>Send the certificates of two engineers before.</p>"
    yield "INBOX", 120, CISCO, "Your 360 tier review: Lakeside Schools deal counts", review + more
    rules = "Les nouvelles règles s’appliquent à tous les partenaires."
    yield "INBOX", 216, CISCO, "Préavis : nouvelles règles d’éligibilité", rules
    credits = f"The credits of USD 40,000 for Hartwell Clinics expire on {day(now, 26)}."
    yield "Partners", 264, AWS, "Hartwell Clinics: migration credits expire", credits
    plan = f"The annual business plan is due {day(now, 41)}. There is no amount to it."
    yield "Partners", 480, AWS, "Partner Network: business plan", plan
    statement = "The statement for last month is attached."
    yield "INBOX", 960, STATEMENTS, "Monthly rebate statement", statement
    yield "INBOX", 24, "A colleague <mara@partner.example>", "Lunch?", "At one?"


def many(now: datetime, count: int, random: Random) -> Iterator[Story]:
    """As many newsletters as wanted."""
    for number in range(count):
        ago = random.randrange(1, 80)
        yield (
            "INBOX",
            ago,
            mail(
                now - timedelta(days=ago),
                INGRAM,
                f"Line card {number}",
                f"Offers of the week, number {number}. Order by {day(now, 7 + number % 60)}.",
                number=f"bulk-{number}",
            ),
        )


def mail(
    at: datetime,
    sender: str,
    subject: str,
    text: str,
    *,
    html: bool = False,
    number: str = "",
    files: Iterable[File] = (),
) -> bytes:
    """A mail as a server holds it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = "partners@partner.example"
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{number or f'{at:%Y%m%d%H%M}'}@mail.example>"
    message["Authentication-Results"] = "mx.partner.example; dkim=pass"
    message.set_content(text, subtype="html" if html else "plain")
    for name, kind, data in files:
        main, _, sub = kind.partition("/")
        raw = data if isinstance(data, bytes) else data.encode()
        message.add_attachment(raw, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()
