"""Is this zip an Excel workbook, whole and of a sane size? Asked before anything is parsed."""

import io
import zipfile
import zlib

from connectors.sdk.tables.parse.spool import RefusedError
from connectors.sdk.tables.wire import Limits

CHUNK = 1 << 18
RATIO_FROM = 1 << 20
"""Below this inflated size a member may be packed as tightly as it likes."""

PACKED = "The file unpacks to far more than a spreadsheet needs; it was not opened."
SAVE_AGAIN = "Open it in Excel and save it again as .xlsx."
CUT = "The workbook is damaged or was cut off while it was copied."
UPLOAD_AGAIN = "Copy or upload the file again."


def open_archive(content: bytes, limits: Limits) -> zipfile.ZipFile:
    """The archive, its directory judged and every member inflated once and checked."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise RefusedError(CUT, remedy=UPLOAD_AGAIN, damaged=True) from None
    members = archive.infolist()
    _judge_directory(members, limits)
    _judge_kind(archive.namelist())
    _prove(archive, members)
    return archive


def _judge_directory(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    names = [member.filename for member in members]
    if len(names) > limits.entries or sum(m.file_size for m in members) > limits.inflated_bytes:
        raise RefusedError(PACKED, remedy="Split it into smaller files.")
    for member in members:
        if member.file_size > max(member.compress_size * limits.ratio, RATIO_FROM):
            raise RefusedError(PACKED, remedy=SAVE_AGAIN)
    if len(set(names)) < len(names) or any(_odd(name) for name in names):
        raise RefusedError("The workbook holds parts with unsafe names.", remedy=SAVE_AGAIN)
    if any(member.flag_bits & 1 for member in members):
        raise RefusedError("The workbook is encrypted.", remedy="Save it without a password.")


def _odd(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name


def _judge_kind(names: list[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    if "xl/workbook.bin" in names:
        raise RefusedError("The file is a binary Excel workbook (.xlsb).", remedy=SAVE_AGAIN)
    if "content.xml" in names:
        raise RefusedError("The file is an OpenDocument file.", remedy="Save it as .xlsx or CSV.")
    raise RefusedError("The file is a zip archive, not an Excel workbook.", remedy=SAVE_AGAIN)


def _prove(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> None:
    """Inflate all members: ``zipfile`` stops at the announced size and compares the checksum."""
    try:
        for member in members:
            with archive.open(member) as part:
                while part.read(CHUNK):
                    pass
    except NotImplementedError:
        raise RefusedError("The workbook is packed in an unusual way.", remedy=SAVE_AGAIN) from None
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise RefusedError(CUT, remedy=UPLOAD_AGAIN, damaged=True) from None
