"""One mail, from bytes to what people read. Whatever is wrong with it, something comes out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from html import escape

from connectors.sdk.mapping import clean_html, html_text, text_of
from connectors.sdk.records import SafeHtml

LONGEST_TEXT = 100_000
_DEEPEST = 40
_MOST_PARTS = 400
_FORWARDED = re.compile(
    r"^[> ]*(?:-{2,} ?(?:Forwarded|Original) [Mm]essage ?-{2,}|Begin forwarded message:)\s*$"
    r"(?:\n[^\n]*){0,4}?\n[> ]*\*?From:\*? *(?P<who>[^\n]{3,200})",
    re.MULTILINE,
)
_FILES = frozenset({"text/calendar", "text/csv", "text/tab-separated-values"})
"""Types that are no text of a mail, even where nothing says that they are attached."""
_SIGNATURE = re.compile(r"\bdkim\s*=\s*(\w+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who a mail says it is from: ``name`` may be empty, ``address`` too."""

    name: str
    address: str

    def __str__(self) -> str:
        return (
            f"{self.name} <{self.address}>"
            if self.name and self.address
            else (self.name or self.address)
        )


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A part of a mail that is no text of it. ``name`` is its MIME type where it has no name."""

    name: str
    kind: str
    part: Message = field(repr=False)

    @property
    def charset(self) -> str | None:
        return self.part.get_content_charset()

    def data(self) -> bytes:
        """Its bytes, unpacked; what cannot be unpacked stays as it is."""
        held = self.part.get_payload(decode=True)
        return held if isinstance(held, bytes) else b""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """What a mail says, cleaned.

    sent, sent_raw   its Date as an aware UTC instant and as written; None where it has none
    text             plain text, a line for each line or block
    body             the same for a page
    signature        what the receiving server says of the sender's signature, if it says it
    forwarded        who the forwarded mail inside was from
    trouble          why the text could not be read, as part of a sentence; empty where it could
    """

    message_id: str
    subject: str | None
    sender: Sender
    sent: datetime | None
    sent_raw: str
    text: str = ""
    body: SafeHtml | None = None
    attachments: tuple[Attachment, ...] = ()
    signature: str | None = None
    forwarded: str | None = None
    trouble: str = ""


def mail_of(data: bytes) -> Mail:
    """The mail in these bytes, which may end in the middle."""
    try:
        message = message_from_bytes(data)
    except RecursionError:
        head = message_from_bytes(data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
        return _headed(head, trouble="its parts are nested too deeply")
    try:
        return _read(message)
    except Exception as error:  # noqa: BLE001 - a mail that nobody can parse is still a mail that came
        return _headed(message, trouble=f"it is not written as mail is ({type(error).__name__})")


def sender_of(head: bytes) -> Sender:
    """The sender in a mail's header lines."""
    return _sender(message_from_bytes(head))


def _read(message: Message) -> Mail:
    plain: list[str] = []
    html: list[str] = []
    attachments: list[Attachment] = []
    inner: list[str] = []
    for part in _leaves(message, inner):
        kind, name = part.get_content_type(), part.get_filename()
        if part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            attachments.append(_attachment(part))
        elif kind == "text/html":
            html.append(_text(part))
        elif name or kind in _FILES:
            attachments.append(_attachment(part))
        else:
            plain.append(_text(part))
    text = "\n".join(filter(str.strip, plain))[:LONGEST_TEXT]
    markup = "\n".join(html)
    if not text.strip() and markup:
        text = html_text(markup, limit=LONGEST_TEXT)
    body = clean_html(markup) if markup else _paragraphs(text)
    quoted = _FORWARDED.search(text)
    return _headed(
        message,
        text=text,
        body=body or None,
        attachments=tuple(attachments),
        forwarded=inner[0] if inner else text_of(quoted["who"], limit=200) if quoted else None,
    )


def _headed(message: Message, **more: object) -> Mail:
    """A mail with what its header says."""
    raw = _header(message, "Date")
    said = _SIGNATURE.search(_header(message, "Authentication-Results"))
    return Mail(
        message_id=_header(message, "Message-ID").strip("<> "),
        subject=text_of(_header(message, "Subject"), limit=300),
        sender=_sender(message),
        sent=_instant(raw),
        sent_raw=raw,
        signature=said[1].lower() if said else None,
        **more,  # type: ignore[arg-type]  # the fields of Mail, by name
    )


def _leaves(message: Message, inner: list[str]) -> Iterator[Message]:
    """The parts that hold something, in their order; of alternatives all.

    ``inner`` takes the senders of mails that are attached to this one.
    """
    waiting: list[tuple[Message, int]] = [(message, 0)]
    count = 0
    while waiting and count < _MOST_PARTS:
        part, depth = waiting.pop()
        count += 1
        held = part.get_payload()
        if isinstance(held, list) and depth < _DEEPEST:
            below = [one for one in held if isinstance(one, Message)]
            if part.get_content_type() == "message/rfc822":
                inner.extend(str(_sender(one)) for one in below)
            waiting.extend((one, depth + 1) for one in reversed(below))
        elif not isinstance(held, list):
            yield part


def _attachment(part: Message) -> Attachment:
    kind = part.get_content_type()
    name = text_of(_decoded(part.get_filename() or kind), limit=120) or "unnamed"
    return Attachment(name=name, kind=kind, part=part)


def _text(part: Message) -> str:
    """The text of a part in whatever charset it has, or says it has."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    return _from_charset(data[: LONGEST_TEXT * 4], part.get_content_charset())


def _from_charset(data: bytes, charset: str | None) -> str:
    for name in (charset, "utf-8", "windows-1252"):
        try:
            return data.decode(name or "utf-8").replace("\r\n", "\n").replace("\x00", "")
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1").replace("\x00", "")


def _header(message: Message, name: str) -> str:
    """The first header of that name, decoded, in one line."""
    try:
        return text_of(_decoded(message.get(name, "")), limit=2_000) or ""
    except (ValueError, LookupError, IndexError, AttributeError):  # a name that cannot be a header
        return ""


def _decoded(value: object) -> str:
    """RFC 2047's encoded words as text; what is none of them stays as it is."""
    # RFC 2231 gives letters, a header that is not coded at all its bytes as surrogates.
    raw = _from_charset(str(value).encode("utf-8", "surrogateescape"), None)
    if "=?" not in raw:
        return raw
    try:
        parts = decode_header(re.sub(r"\?=\s+=\?", "?==?", raw))
    except (HeaderParseError, ValueError):
        return raw
    return "".join(
        part if isinstance(part, str) else _from_charset(part, charset) for part, charset in parts
    )


def _sender(message: Message) -> Sender:
    """The first address of From, taken apart before its words are decoded: an encoded name may
    look like an address.
    """
    raw = str(message.get("From", "")).encode("utf-8", "surrogateescape")
    found = getaddresses([_from_charset(raw, None)[:2_000].replace("\n", " ").replace("\r", " ")])
    name, address = found[0] if found else ("", "")
    return Sender(
        name=text_of(_decoded(name), limit=120) or "",
        address=(text_of(address, limit=254) or "").lower(),
    )


def _instant(raw: str) -> datetime | None:
    """Mail's date as an instant; without a zone, or with -0000, it is meant in UTC."""
    try:
        at = parsedate_to_datetime(raw)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _paragraphs(text: str) -> SafeHtml:
    blocks = re.split(r"\n\s*\n", text.strip())
    made = (f"<p>{escape(block, quote=False).replace(chr(10), '<br>')}</p>" for block in blocks)
    return clean_html("".join(made)) if text.strip() else SafeHtml("")
