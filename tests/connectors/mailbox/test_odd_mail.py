"""Whatever comes as a mail becomes a notice, and does no harm."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.mailbox.notices import letter_of, notice_of
from connectors.sdk.mail_answers import Fetched
from connectors.sdk.mapping import clean_html
from connectors.sdk.records import DueInstant, Notice, validate

ARRIVED = datetime(2026, 3, 1, 8, tzinfo=UTC)


def read(data: bytes | str, *, size: int | None = None) -> Notice:
    raw = data if isinstance(data, bytes) else data.replace("\n", "\r\n").encode()
    mail = Fetched(uid=7, size=size or len(raw), arrived=ARRIVED, data=raw)
    return validate(notice_of(letter_of(mail, "INBOX", None)))


def facts(notice: Notice) -> dict[str, str]:
    return {fact.label: fact.value for fact in notice.facts}


HEAD = (
    "From: Vendor News <news@vendor.example>\nSubject: Hello\n"
    "Date: Sun, 01 Mar 2026 09:30:00 +0100\nMessage-ID: <1@vendor.example>\n"
)


def test_a_usual_mail_is_a_notice_of_its_day() -> None:
    notice = read(f"{HEAD}\nFirst line\nsecond\n\nNew & <paragraph>\n")

    assert notice.title == "Hello"
    assert notice.published == DueInstant(
        at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC), raw="Sun, 01 Mar 2026 09:30:00 +0100"
    )
    assert notice.body == "<p>First line<br>second</p><p>New &amp; &lt;paragraph&gt;</p>"
    assert facts(notice)["From"] == "Vendor News <news@vendor.example>"


def test_words_in_any_charset_are_read() -> None:
    notice = read(
        HEAD.replace("Hello", "=?iso-8859-1?Q?Pr=E4mie?= =?utf-8?B?IOKCrA==?=")
        + "Content-Type: text/plain; charset=windows-1252\n"
        + "Content-Transfer-Encoding: quoted-printable\n\n=80 500 f=FCr Sie\n"
    )

    assert notice.title == "Prämie €"
    assert notice.summary == "€ 500 für Sie"


@pytest.mark.parametrize("charset", ["no-such-charset", "zip", "utf-8", "", '"', "utf-16"])
def test_a_charset_that_is_wrong_costs_letters_and_no_mail(charset: str) -> None:
    head = HEAD.encode() + f"Content-Type: text/plain; charset={charset}\n\n".encode()
    notice = read(head.replace(b"\n", b"\r\n") + b"Due by Friday \xff\xfe caf\xe9 ")

    assert notice.title == "Hello"
    assert notice.body


def test_html_alone_is_read_as_text_and_shown_cleaned() -> None:
    notice = read(
        f"{HEAD}Content-Type: text/html\n\n<style>p {{}}</style><p onclick='x()'>Claim by "
        "<b>30 June 2026</b></p><img src='https://tracker.example/x.gif'><script>x()</script>"
        "<a href='javascript:x()'>link</a>"
    )

    assert notice.summary == "Claim by 30 June 2026 link"
    assert notice.body == clean_html(notice.body or "")
    for hostile in ("onclick", "script", "tracker", "style"):
        assert hostile not in (notice.body or "")


def test_of_two_ways_to_say_it_the_text_is_searched_and_the_page_shown() -> None:
    notice = read(
        f"{HEAD}Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain words\n"
        "--b\nContent-Type: text/html\n\n<p>page words</p>\n--b--\n"
    )

    assert (notice.summary, notice.body) == ("plain words", "<p>page words</p>")


def test_attachments_are_named_and_not_read() -> None:
    notice = read(
        f"{HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee the file.\n"
        "--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=goals.csv\n\na,b\n"
        '--b\nContent-Type: application/pdf; name="=?utf-8?Q?R=C3=A9sum=C3=A9.pdf?="\n\nx\n--b--\n'
    )

    assert facts(notice)["Attachments"] == "goals.csv, Résumé.pdf"
    assert "a,b" not in (notice.body or "")


@pytest.mark.parametrize(
    "body",
    [
        "\n---------- Forwarded message ---------\nFrom: Fortinet <e@fortinet.example>\n\nHi\n",
        "\n-----Original Message-----\nFrom: Fortinet <e@fortinet.example>\nSent: today\n\nHi\n",
        (
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
            "From: Fortinet <e@fortinet.example>\nSubject: In\n\nHi\n--b--\n"
        ),
    ],
)
def test_of_a_forwarded_mail_it_is_said_who_wrote_it(body: str) -> None:
    notice = read(f"{HEAD}{body}")

    assert facts(notice)["Forwarded from"] == "Fortinet <e@fortinet.example>"
    assert "Hi" in (notice.body or "")


@pytest.mark.parametrize("date", ["", "Date: soon\n", "Date: 99 Foo 20266 25:61\n"])
def test_without_a_date_the_arrival_counts_and_is_said(date: str) -> None:
    notice = read(f"From: a@b.example\nSubject: Hello\n{date}\nText\n")

    assert isinstance(notice.published, DueInstant)
    assert notice.published.at == ARRIVED
    assert "arrival" in facts(notice)["Date"]


def test_mails_without_a_message_id_are_told_apart_by_what_they_say() -> None:
    first, again, other = (
        read(f"From: a@b.example\nDate: Sun, 01 Mar 2026 09:30:00 +0100\n\n{text}")
        for text in ("one", "one", "two")
    )

    assert first.external_id == again.external_id != other.external_id
    assert first.title == "(no subject)"


def test_a_message_id_that_somebody_repeats_makes_another_notice() -> None:
    known = read(f"{HEAD}\nText\n")
    forged = read(HEAD.replace("news@vendor.example", "news@evil.test") + "\nText\n")

    assert known.external_id != forged.external_id


def test_what_is_nested_too_deeply_is_said() -> None:
    parts = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3_000)
    )
    notice = read(f"{HEAD}{parts}\nText\n")

    assert notice.title == "Hello"
    assert "could not be read" in (notice.summary or "")


def test_of_a_huge_mail_it_is_said_how_much_was_read() -> None:
    notice = read(f"{HEAD}\nText\n", size=9 * 1024 * 1024)

    assert facts(notice)["Size"] == "9.0 MB, of which the first 1 MB was read"


@pytest.mark.parametrize(
    "head",
    [
        "From: =?utf-8?B?broken",
        "From: \"unclosed <a@b",
        "From: ,,,;;<<>>",
        "From: =?utf-8?Q?Vendor_=3Cnews=40vendor.example=3E?= <a@evil.test>",
        "Subject: =?no-such?Q?x?=",
        "Subject: a\n b\n\tc",
        "Content-Type: multipart/mixed",
        "Content-Type: text/plain; charset*0*=x''%FF",
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment; filename*=utf-9'x'%zz",
    ],
)  # fmt: skip
def test_a_broken_header_costs_itself_only(head: str) -> None:
    assert read(f"{head}\n\nText\n").external_id


def test_a_name_that_looks_like_an_address_is_not_the_sender() -> None:
    notice = read("From: =?utf-8?Q?=3Cnews=40vendor.example=3E=2C?= <a@evil.test>\n\nText\n")

    assert facts(notice)["From"].endswith("<a@evil.test>")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", HEAD.encode(), b"Content-Type: text/html\n"]))
def test_any_bytes_at_all_become_a_notice(data: bytes, head: bytes) -> None:
    assert read(head.replace(b"\n", b"\r\n") + data).title
