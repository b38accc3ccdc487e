"""Which files are taken, told by what is in them. Their names must say the same.

Nothing that a browser, an office program or a shell runs: no HTML, SVG, scripts, macros, programs,
and no archives, which can hold any of it.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

CHUNK = 1 << 16
MOST_PARTS = 5_000
"""Parts of an office document; a real one has some hundreds."""
_NO_TEXT = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 27})
"""Control characters that no text has; some of the others a terminal's log has."""
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<!doctype|<\?xml|<\?php|<!--|<(?:html|head|body|script|svg|iframe)\b|#!)",
    re.IGNORECASE,
)
_MAIL_HEADER = re.compile(rb"[!-9;-~]+:[ \t]")
_MAIL_NAMES = re.compile(
    rb"^(?:from|to|subject|date|received|message-id|mime-version):", re.IGNORECASE | re.MULTILINE
)
_END_OF_ZIP = struct.Struct("<4s4H2LH")
_MESSAGE_PART = "__properties_version1.0".encode("utf-16-le")


class NotTaken(ValueError):
    """The file is none of those that are taken; the text says why, as a sentence."""


@dataclass(frozen=True, kw_only=True)
class FileType:
    """A kind of file: the ends of its names, its media type, its word, and how it is known."""

    ends: tuple[str, ...]
    media_type: str
    word: str
    is_one: Callable[[BinaryIO], bool]


def type_of(name: str, body: BinaryIO) -> FileType:
    """The type of a file by its name, proven by its content. Raises ``NotTaken``.

    Reads ``body`` a piece at a time and leaves it wherever it was read to.
    """
    end = PurePath(name).suffix.casefold().removeprefix(".")
    found = next((one for one in TYPES if end in one.ends), None)
    if found is None:
        raise NotTaken(f"{_said(end)} Taken are {TAKEN}.")
    body.seek(0)
    if not body.read(1):
        raise NotTaken("The file is empty.")
    body.seek(0)
    if not found.is_one(body):
        raise NotTaken(f"It is called .{end}, but what is in it is not {found.word}.")
    return found


def word_of(media_type: str | None) -> str:
    """The word for a type that is stored."""
    return next((one.word for one in TYPES if one.media_type == media_type), "a file")


def _said(end: str) -> str:
    if end in ("zip", "7z", "rar", "gz", "tar"):
        return "An archive is not taken, for it can hold anything: put its files here one by one."
    if end in ("docm", "xlsm", "pptm", "doc", "xls", "ppt"):
        return "A document that can hold macros is not taken: save it without them first."
    return f"A file that ends with .{end[:12]} is not taken." if end else "Its name has no ending."


def _begins(*starts: bytes) -> Callable[[BinaryIO], bool]:
    return lambda body: body.read(16).startswith(starts)


def _webp(body: BinaryIO) -> bool:
    head = body.read(12)
    return head[:4] == b"RIFF" and head[8:] == b"WEBP"


def _office(folder: str) -> Callable[[BinaryIO], bool]:
    def is_one(body: BinaryIO) -> bool:
        if not _few_parts(body):
            return False
        body.seek(0)
        try:
            with ZipFile(body) as parts:
                names = {name.casefold() for name in parts.namelist()}
        except (BadZipFile, NotImplementedError, ValueError, OSError):
            return False
        whole = "[content_types].xml" in names
        macros = any(name.endswith(("vbaproject.bin", ".exe", ".js")) for name in names)
        return whole and not macros and any(name.startswith(f"{folder}/") for name in names)

    return is_one


def _few_parts(body: BinaryIO) -> bool:
    """Whether the list of its parts is short enough to be read at all."""
    body.seek(0, 2)
    size = body.tell()
    body.seek(max(size - CHUNK - _END_OF_ZIP.size, 0))
    tail = body.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END_OF_ZIP.size or tail[:at].rfind(b"PK\6\7") >= 0:
        return False
    _, _, _, _, parts, length, _, _ = _END_OF_ZIP.unpack_from(tail, at)
    return bool(parts <= MOST_PARTS and length <= min(size, 400 * MOST_PARTS))


def _text(body: BinaryIO) -> bool:
    first = True
    while piece := body.read(CHUNK):
        if first and (_MARKUP.match(piece) or piece.startswith((b"MZ", b"\x7fELF", b"%PDF"))):
            return False
        if first and piece.startswith((b"\xff\xfe", b"\xfe\xff")):
            return _wide(body)
        if len(piece.translate(None, _NO_TEXT)) < len(piece):
            return False
        first = False
    return True


def _wide(body: BinaryIO) -> bool:
    """UTF-16, as some spreadsheets export; it ends on a whole unit."""
    body.seek(0)
    head = body.read(CHUNK)
    try:
        text = head[: len(head) // 2 * 2].decode("utf-16", errors="replace")
    except UnicodeDecodeError:
        return False
    return "\0" not in text and _MARKUP.match(text.encode("utf-8", "replace")) is None


def _mail(body: BinaryIO) -> bool:
    head = body.read(CHUNK)
    known = _MAIL_HEADER.match(head) and _MAIL_NAMES.search(head)
    return bool(known) and b"\0" not in head


def _message(body: BinaryIO) -> bool:
    if body.read(8) != b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return False
    end = b""
    while piece := body.read(CHUNK):
        if _MESSAGE_PART in end + piece:
            return True
        end = piece[-len(_MESSAGE_PART) :]
    return False


_OPEN_XML = "application/vnd.openxmlformats-officedocument."
TYPES: tuple[FileType, ...] = (
    FileType(ends=("pdf",), media_type="application/pdf", word="a PDF", is_one=_begins(b"%PDF-")),
    FileType(
        ends=("png",),
        media_type="image/png",
        word="a PNG image",
        is_one=_begins(b"\x89PNG\r\n\x1a\n"),
    ),
    FileType(
        ends=("jpg", "jpeg"),
        media_type="image/jpeg",
        word="a JPEG image",
        is_one=_begins(b"\xff\xd8\xff"),
    ),
    FileType(
        ends=("gif",),
        media_type="image/gif",
        word="a GIF image",
        is_one=_begins(b"GIF87a", b"GIF89a"),
    ),
    FileType(ends=("webp",), media_type="image/webp", word="a WebP image", is_one=_webp),
    FileType(
        ends=("docx",),
        media_type=f"{_OPEN_XML}wordprocessingml.document",
        word="a Word document",
        is_one=_office("word"),
    ),
    FileType(
        ends=("xlsx",),
        media_type=f"{_OPEN_XML}spreadsheetml.sheet",
        word="an Excel workbook",
        is_one=_office("xl"),
    ),
    FileType(
        ends=("pptx",),
        media_type=f"{_OPEN_XML}presentationml.presentation",
        word="a PowerPoint presentation",
        is_one=_office("ppt"),
    ),
    FileType(ends=("csv",), media_type="text/csv", word="a CSV table", is_one=_text),
    FileType(ends=("txt",), media_type="text/plain", word="plain text", is_one=_text),
    FileType(ends=("eml",), media_type="message/rfc822", word="a mail", is_one=_mail),
    FileType(
        ends=("msg",),
        media_type="application/vnd.ms-outlook",
        word="an Outlook message",
        is_one=_message,
    ),
)
ENDS = tuple(end for one in TYPES for end in one.ends)
TAKEN = "PDF, PNG, JPEG, GIF, WebP, Word, Excel, PowerPoint, CSV, text and mail files"
