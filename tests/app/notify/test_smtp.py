"""Mail by SMTP: what a server says decides whether it left, may leave later, or never."""

import threading
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from app.notify import mail, smtp
from app.notify.errors import Busy, NoSuchAddress, NotSent, Refused, TryLater, Unsure
from tests.support.certificates import Authority
from tests.support.mail_server import MailServer

SENDER = "partner-inbox@partner.example"


def message(**changes: str) -> EmailMessage:
    values = {
        "text": "Renewal – 42 300 € für Müller\n.a line that begins with a dot\n",
        "html": "<p>Renewal</p>",
        "subject": "2 überfällig",
        "to": "rin@partner.example",
    } | changes
    return mail.message(
        to=("Rin Sato", values["to"]),
        sender=f"Partner Inbox <{SENDER}>",
        subject=values["subject"],
        text=values["text"],
        html=values["html"],
        message_id="<digest.1@partner.example>",
        list_id="Partner Inbox digest <digest.partner.example>",
        sent_at=datetime(2026, 11, 21, 7, tzinfo=UTC),
    )


def send(mail_server: MailServer, url: str = "", to: str = "rin@partner.example") -> None:
    smtp.send(smtp.server_of(url or mail_server.url), message(to=to), to=to, sender=SENDER)


def test_the_message_arrives_as_it_was_written(mail_server: MailServer) -> None:
    send(mail_server)
    (received,) = mail_server.messages
    body = received.mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == [
        "Renewal – 42 300 € für Müller",
        ".a line that begins with a dot",
    ]
    assert received.mail["Subject"] == "2 überfällig"
    assert received.mail["Message-ID"] == "<digest.1@partner.example>"


def test_a_sender_in_another_script_is_named_as_servers_know_it(mail_server: MailServer) -> None:
    written = "Büro <inbox@müller.example>"
    made = mail.message(
        to=("Rin", "rin@partner.example"),
        sender=written,
        subject="1",
        text="t",
        html="<p>t</p>",
        message_id="<1@partner.example>",
        list_id="<digest.partner.example>",
        sent_at=datetime(2026, 11, 21, 7, tzinfo=UTC),
    )
    smtp.send(
        smtp.server_of(mail_server.url), made, to="rin@partner.example", sender=mail.bare(written)
    )

    (received,) = mail_server.messages
    assert str(received.mail["From"]) == "Büro <inbox@xn--mller-kva.example>"


def test_lines_end_as_strict_servers_want_and_hold_seven_bits(mail_server: MailServer) -> None:
    send(mail_server)
    (received,) = mail_server.messages
    assert b"\n" not in received.raw.replace(b"\r\n", b"")
    assert received.raw.isascii()
    assert max(map(len, received.raw.split(b"\r\n"))) <= 998


def test_a_domain_of_another_script_is_named_as_servers_know_it(mail_server: MailServer) -> None:
    send(mail_server, to="rin@bücher.example")
    assert mail_server.messages[0].to == "rin@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("replies", "raised"),
    [
        ({"MAIL": "451 busy"}, Busy),
        ({"MAIL": "530 sign in first"}, Refused),
        ({"RCPT": "450 greylisted"}, TryLater),
        ({"RCPT": "421 closing"}, Busy),
        ({"RCPT": "550 no such user"}, NoSuchAddress),
        ({"DATA": "452 full"}, TryLater),
        ({"DATA": "554 looks like spam"}, Refused),
        ({"DATA": "552 too big"}, Refused),
        pytest.param({"RCPT": "450 later", "QUIT": "421 bye"}, TryLater, id="a rude goodbye"),
    ],
)
def test_a_no_is_told_apart_from_a_not_now(
    mail_server: MailServer, replies: dict[str, str], raised: type[NotSent]
) -> None:
    mail_server.replies = replies
    with pytest.raises(NotSent) as caught:
        send(mail_server)
    assert type(caught.value) is raised
    assert mail_server.messages == []


def test_what_was_taken_stays_taken_whatever_the_goodbye(mail_server: MailServer) -> None:
    mail_server.replies = {"QUIT": "421 too busy to say goodbye"}
    send(mail_server)
    assert len(mail_server.messages) == 1


def test_a_line_that_breaks_after_the_message_is_neither_sent_nor_unsent(
    mail_server: MailServer,
) -> None:
    mail_server.cut = True
    with pytest.raises(Unsure):
        send(mail_server)


def test_a_server_that_keeps_silent_after_the_message_may_have_taken_it(
    mail_server: MailServer,
) -> None:
    answer = threading.Event()
    mail_server.arrived = lambda: answer.wait(60)
    line = smtp.Line(smtp.server_of(mail_server.url), timeout=0.2)
    with pytest.raises(Unsure, match="timed out"):
        line.send(message(), to="rin@partner.example", sender=SENDER)
    answer.set()
    line.close()


def test_who_is_refused_ends_no_line_for_the_next(mail_server: MailServer) -> None:
    mail_server.replies = {"gone@partner.example": "550 no such user"}
    with smtp.Line(smtp.server_of(mail_server.url)) as line:
        for to in ("rin@partner.example", "gone@partner.example", "lee@partner.example"):
            with suppress(NoSuchAddress):
                line.send(message(to=to), to=to, sender=SENDER)
    assert list(mail_server.count()) == ["rin@partner.example", "lee@partner.example"]
    assert mail_server.lines == [2]


def test_a_server_that_is_not_there_is_asked_again_later(mail_server: MailServer) -> None:
    url = mail_server.url
    mail_server.__exit__()
    with pytest.raises(TryLater, match="cannot be reached"):
        send(mail_server, url)
    mail_server.__enter__()


@pytest.mark.promise("P8")
def test_a_wrong_password_is_not_repeated_in_the_error(mail_server: MailServer) -> None:
    mail_server.password = "right horse"
    url = mail_server.url.replace("right horse", "wrong%20horse")
    with pytest.raises(TryLater, match="user name or password") as caught:
        send(mail_server, url)
    assert "wrong" not in f"{caught.value} {smtp.server_of(url)!r}"
    send(mail_server, mail_server.url.replace("right horse", "right%20horse"))
    assert len(mail_server.messages) == 1


class TestEncryption:
    """Asked for, it is never given up."""

    def url(self, mail_server: MailServer, scheme: str) -> str:
        return mail_server.url.replace("smtp://", f"{scheme}://mailer:secret-word@")

    @pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
    def test_a_server_without_it_hears_neither_password_nor_message(
        self, mail_server: MailServer, scheme: str
    ) -> None:
        with pytest.raises(TryLater):
            send(mail_server, self.url(mail_server, scheme))
        said = b"".join(mail_server.spoken)
        assert b"MAIL" not in said
        assert b"AUTH" not in said
        assert mail_server.messages == []

    def test_a_certificate_that_nobody_vouches_for_is_no_encryption(
        self, mail_server: MailServer, tmp_path: Path
    ) -> None:
        mail_server.tls = Authority(tmp_path).server("127.0.0.1", own=False)
        with pytest.raises(TryLater, match=r"(?i)certificate"):
            send(mail_server, self.url(mail_server, "smtp+starttls"))
        assert mail_server.messages == []

    def test_it_is_used(self, mail_server: MailServer, tmp_path: Path) -> None:
        authority = Authority(tmp_path)
        mail_server.tls = authority.server("127.0.0.1")
        mail_server.password = "secret-word"
        trusting = smtp.server_of(mail_server.url.replace("smtp:", "smtp+starttls:"))
        smtp.send(
            trusting, message(), to="rin@partner.example", sender=SENDER, trust=authority.trust
        )
        assert len(mail_server.messages) == 1
        assert b"MAIL FROM" not in b"".join(mail_server.spoken)


@pytest.mark.parametrize(
    ("url", "port", "user"),
    [
        ("smtp://mail.example", 25, None),
        ("smtp+starttls://a%40b:p%2Fw@mail.example", 587, "a@b"),
        ("smtps://mail.example:4650", 4650, None),
    ],
)
def test_the_address_says_how_to_reach_the_server(url: str, port: int, user: str | None) -> None:
    server = smtp.server_of(url)
    assert (server.host, server.port, server.user) == ("mail.example", port, user)


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", ""])
def test_an_address_that_names_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(smtp.BadAddress):
        smtp.server_of(url)


@pytest.mark.parametrize("field", ["subject", "text", "html", "to"])
@pytest.mark.parametrize("odd", ["\r\nBcc: x@evil.example", "\nX: 1", "\x00", "\u2028", "\x85"])
def test_no_text_of_others_becomes_a_header(mail_server: MailServer, field: str, odd: str) -> None:
    headers = set(message().keys())
    try:
        made = message(**{field: f"rin@partner.example{odd}"})
    except ValueError:
        return  # refused: as good
    smtp.send(smtp.server_of(mail_server.url), made, to="rin@partner.example", sender=SENDER)
    (received,) = mail_server.messages
    assert set(received.mail.keys()) <= headers
    assert mail_server.count() == {"rin@partner.example": 1}
