"""Mailboxes are read by the session's rules, and only read."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from connectors.sdk.errors import (
    AuthFailed,
    Cancelled,
    ConfigInvalid,
    ConnectorError,
    FormatChanged,
    Incomplete,
    RateLimited,
    Unavailable,
)
from connectors.sdk.http import HttpPolicy, HttpSession
from connectors.sdk.mail import Mailbox, xoauth2
from connectors.sdk.mail_answers import from_utf7, to_utf7
from tests.support.certificates import Authority
from tests.support.imap_server import SERVERS, USER, ImapHost, imap_server

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOST = "localhost"


def letter(number: int, sender: str = "news@vendor.example", size: int = 10) -> bytes:
    head = f"From: {sender}\r\nSubject: Letter {number}\r\nMessage-ID: <{number}@x.example>\r\n"
    return f"{head}\r\n{'x' * size}\r\n".encode()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    made = Authority(folder)
    made.server(HOST)
    return made


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, authority: Authority) -> Iterator[ImapHost]:
    with imap_server(request.param, Path(authority._folder) / f"{HOST}.pem") as running:
        senders = ("news@vendor.example", "news@vendor.example", "reports@other.example")
        mails = (
            (letter(number, sender), NOW - timedelta(days=10 - number))
            for number, sender in enumerate(senders, start=1)
        )
        running.deliver("INBOX", *mails)
        running.deliver(to_utf7("Prämien/Ziele & Co"), (letter(9), NOW))
        running.deliver("Large", (letter(1, size=50_000), NOW))
        yield running


@contextmanager
def session(**policy: object) -> Iterator[HttpSession]:
    allowed = {"hosts": (HOST,), "private_hosts": frozenset({HOST})} | policy
    with HttpSession(HttpPolicy(**allowed), now=lambda: NOW) as http:  # type: ignore[arg-type]  # by name
        yield http


@contextmanager
def opened(server: ImapHost, **policy: object) -> Iterator[Mailbox]:
    with (
        session(**policy) as http,
        Mailbox.open(http, HOST, server.port, tls=False) as mailbox,
    ):
        mailbox.sign_in(USER, SecretStr(server.password))
        yield mailbox


class TestReading:
    def test_folders_have_the_names_that_people_gave_them(self, server: ImapHost) -> None:
        with opened(server) as mailbox:
            assert {"INBOX", "Prämien/Ziele & Co"} <= set(mailbox.folders())
            assert mailbox.examine("Prämien/Ziele & Co") > 0
            assert len(mailbox.search()) == 1

    def test_mails_are_found_by_day_by_sender_and_by_number(self, server: ImapHost) -> None:
        with opened(server) as mailbox:
            mailbox.examine("INBOX")

            one, two, three = mailbox.search()
            assert mailbox.search(since=date(2026, 2, 22)) == [two, three]
            assert mailbox.search(sender="reports@other.example") == [three]
            assert mailbox.search(above=two) == [three]
            assert mailbox.search(above=three) == []
            assert one < two < three

    def test_a_mail_comes_as_it_lies_there(self, server: ImapHost) -> None:
        with opened(server) as mailbox:
            mailbox.examine("INBOX")
            one, two, _three = mailbox.search()
            found = mailbox.mails([one, two, 9999], limit=1000)

        assert set(found) == {one, two}
        assert found[two].data == letter(2)
        assert found[two].size == len(letter(2))
        assert found[two].arrived == NOW - timedelta(days=8)

    def test_of_a_large_mail_only_the_beginning_comes(self, server: ImapHost) -> None:
        with opened(server) as mailbox:
            mailbox.examine("Large")
            (uid,) = mailbox.search()
            found = mailbox.mails([uid], limit=1000)[uid]

        assert (len(found.data), found.size) == (1000, len(letter(1, size=50_000)))

    def test_nothing_is_marked_as_read(self, server: ImapHost) -> None:
        with opened(server) as mailbox:
            mailbox.examine("INBOX")
            uids = mailbox.search()
            assert len(mailbox.headers(uids)) == len(mailbox.structures(uids)) == len(uids)
            mailbox.mails(uids, limit=1000)

        assert b"\\Seen" not in server.flags("INBOX")

    def test_more_than_an_answer_may_hold_is_refused(self, server: ImapHost) -> None:
        with opened(server, max_bytes=20_000) as mailbox:
            mailbox.examine("Large")
            uids = mailbox.search()
            with pytest.raises(Incomplete):
                mailbox.mails(uids, limit=100_000)


class TestSigningIn:
    def test_a_wrong_password_is_said_and_never_shown(
        self, server: ImapHost, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        with (
            session() as http,
            Mailbox.open(http, HOST, server.port, tls=False) as mailbox,
            pytest.raises(AuthFailed) as refused,
        ):
            mailbox.sign_in("rin", SecretStr("wrong-password-0815"))

        said = f"{refused.value!r} {refused.value.message} {refused.value.remedy} {caplog.text}"
        assert "app password" in refused.value.remedy
        assert "0815" not in said

    @pytest.mark.parametrize(
        ("user", "said"),
        [
            ('ri"n', rb'LOGIN "ri\"n" "pass-0815-word"'),
            ("ri n\\", rb'LOGIN "ri n\\" "pass-0815-word"'),
            ("rín", b"AUTHENTICATE PLAIN"),
        ],
    )
    def test_odd_user_names_reach_the_server_as_they_are(self, user: str, said: bytes) -> None:
        heard: list[bytes] = []
        with answering(b"%t OK done\r\n", heard=heard) as port, session() as http:
            mailbox = Mailbox.open(http, HOST, port, tls=False)
            mailbox.sign_in(user, SecretStr("pass-0815-word"))

        assert heard[1].partition(b" ")[2] == said + b"\r\n"

    def test_the_sasl_string_is_the_one_of_the_providers(self) -> None:
        made = xoauth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg")

        assert made == (
            b"user=someuser@example.com\x01"
            b"auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\x01\x01"
        )
        with pytest.raises(ConfigInvalid):
            xoauth2("someone\x01auth=Bearer other", "token")

    def test_a_certificate_of_a_known_authority_opens(
        self, server: ImapHost, authority: Authority
    ) -> None:
        policy = HttpPolicy(hosts=(HOST,), private_hosts=frozenset({HOST}))
        with (
            HttpSession(policy, tls=authority.trust) as http,
            Mailbox.open(http, HOST, server.tls_port, tls=True) as mailbox,
        ):
            mailbox.sign_in(USER, SecretStr(server.password))
            assert "INBOX" in mailbox.folders()

    def test_a_certificate_of_nobody_is_refused(self, server: ImapHost) -> None:
        with session() as http, pytest.raises(Unavailable, match="certificate"):
            Mailbox.open(http, HOST, server.tls_port, tls=True)


class TestWhereItMayGo:
    def test_no_host_but_the_connections_own(self) -> None:
        with session(hosts=("imap.vendor.example",)) as http, pytest.raises(ConfigInvalid):
            Mailbox.open(http, HOST, 143, tls=True)

    def test_no_private_address_that_the_operator_does_not_allow(self) -> None:
        with session(private_hosts=frozenset()) as http, pytest.raises(ConfigInvalid, match="own"):
            Mailbox.open(http, HOST, 143, tls=True)

    def test_no_sign_in_without_encryption_elsewhere(self) -> None:
        with (
            session(private_hosts=frozenset()) as http,
            pytest.raises(ConfigInvalid, match="encrypted"),
        ):
            Mailbox.open(http, HOST, 143, tls=False)

    def test_nobody_listens(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        with session() as http, pytest.raises(Unavailable, match="refused"):
            Mailbox.open(http, HOST, port, tls=False)

    def test_a_folder_that_is_not_there_is_named(self, server: ImapHost) -> None:
        with opened(server) as mailbox, pytest.raises(ConfigInvalid, match="Programme"):
            mailbox.examine("Programme")


GREETING = b"* OK ready\r\n"
CAPABLE = b"* CAPABILITY IMAP4rev1\r\n"


@contextmanager
def answering(
    *answers: bytes, greeting: bytes = GREETING, heard: list[bytes] | None = None
) -> Iterator[int]:
    """A server that says one answer to each command in turn; ``%t`` in it is the tag."""
    said = [] if heard is None else heard
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(greeting)
            for answer in (CAPABLE + b"%t OK done\r\n", *answers):
                said.append(lines.readline())
                tag = said[-1].split(b" ")[0]
                if not tag:
                    return
                connection.sendall(answer.replace(b"%t", tag))
            lines.readline()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join(10)


def search(mailbox: Mailbox) -> object:
    mailbox.sign_in("rin", SecretStr("secret-0815-long"))
    mailbox.examine("INBOX")
    return mailbox.search()


OK = b"%t OK done\r\n"
EXAMINED = b"* OK [UIDVALIDITY 7] valid\r\n" + OK


@pytest.mark.parametrize(
    ("answers", "act", "error"),
    [
        ((OK, EXAMINED, OK), search, FormatChanged),  # a search without its line
        ((OK, OK), search, FormatChanged),  # a folder without UIDVALIDITY
        ((OK, EXAMINED, b"* SEARCH 1 x\r\n%t OK done\r\n"), search, FormatChanged),
        ((b"%t NO [UNAVAILABLE] later\r\n",), search, Unavailable),
        ((b"%t NO [LIMIT] later\r\n",), search, RateLimited),
        ((b"%t NO no\r\n",), search, AuthFailed),
        ((b"* BYE Too many connections\r\n",), search, RateLimited),
        ((b"* BYE going down\r\n",), search, Unavailable),
        ((b"<html>\r\n",), search, FormatChanged),
        (
            (OK, b"%t NO try later\r\n", b'* LIST () "/" INBOX\r\n%t OK done\r\n'),
            search,
            Unavailable,
        ),
        ((OK, EXAMINED, b"* SEARCH 1 2"), search, Unavailable),  # and it hangs up
    ],
)
def test_each_trouble_has_its_name(
    answers: tuple[bytes, ...],
    act: Callable[[Mailbox], object],
    error: type[ConnectorError],
) -> None:
    with (
        answering(*answers) as port,
        session(read_timeout=0.5) as http,
        pytest.raises(ConnectorError) as raised,
        Mailbox.open(http, HOST, port, tls=False) as mailbox,
    ):
        act(mailbox)

    assert type(raised.value) is error, raised.value
    assert raised.value.remedy


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", FormatChanged),
        (b"* BYE overloaded\r\n", Unavailable),
        (b"* BYE [LIMIT] Too many connections\r\n", RateLimited),
    ],
)
def test_a_greeting_that_is_none_is_told(greeting: bytes, error: type[ConnectorError]) -> None:
    with (
        answering(greeting=greeting) as port,
        session() as http,
        pytest.raises(ConnectorError) as raised,
    ):
        Mailbox.open(http, HOST, port, tls=False)

    assert type(raised.value) is error


def test_short_texts_may_be_quoted_in_place_of_counted() -> None:
    told = b'* 1 FETCH (UID 5 RFC822.SIZE 9 BODY[] "Subject: a\\"b")\r\n* 2 FETCH (FLAGS ())\r\n'
    with (
        answering(OK, EXAMINED, b"* SEARCH 5\r\n" + OK, told + OK) as port,
        session() as http,
        Mailbox.open(http, HOST, port, tls=False) as mailbox,
    ):
        assert search(mailbox) == [5]
        assert mailbox.mails([5], limit=100)[5].data == b'Subject: a"b'


def test_cancelling_the_session_ends_a_wait_for_the_server() -> None:
    ended: list[Exception] = []
    with answering(b"") as port, session() as http:
        mailbox = Mailbox.open(http, HOST, port, tls=False)

        def wait() -> None:
            try:
                mailbox.sign_in("rin", SecretStr("secret-0815-long"))
            except ConnectorError as error:
                ended.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        http.cancel()
        waiting.join(20)

    assert [type(error) for error in ended] == [Cancelled]


@pytest.mark.parametrize(
    ("name", "coded"),
    [
        ("INBOX", "INBOX"),
        ("Entwürfe", "Entw&APw-rfe"),
        ("R&D", "R&-D"),
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),  # RFC 3501's own example
    ],
)
def test_folder_names_are_written_as_the_standard_says(name: str, coded: str) -> None:
    assert to_utf7(name) == coded
    assert from_utf7(coded) == name
