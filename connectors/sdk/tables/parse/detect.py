"""Which format a file has, by its first bytes and never by its name."""

from typing import BinaryIO

from connectors.sdk.tables.parse.spool import RefusedError, Spool
from connectors.sdk.tables.parse.text import read_text
from connectors.sdk.tables.wire import Report

SAVE_AS = "Save it as .xlsx or as CSV."

FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "The file is an old Excel workbook (.xls) or protected by a password."),
    (b"%PDF", "The file is a PDF document, not a spreadsheet."),
    (b"\x1f\x8b", "The file is a compressed archive, not a spreadsheet."),
    (b"{\\rtf", "The file is a text document, not a spreadsheet."),
)


def read_file(file: BinaryIO, spool: Spool) -> Report:
    """Read CSV or XLSX from a seekable file into the spool."""
    limit = spool.limits.file_bytes
    content = file.read(limit + 1)
    if len(content) > limit:
        raise RefusedError(
            f"The file is larger than {limit >> 20} MB.", remedy="Split it into smaller files."
        )
    if not content.strip():
        raise RefusedError("The file is empty.", remedy="Export it again.")
    for start, sentence in FOREIGN:
        if content.startswith(start):
            raise RefusedError(sentence, remedy=SAVE_AS)
    if content.startswith(b"PK"):
        # A text file needs none of it, and this process lives for one file.
        from connectors.sdk.tables.parse.xlsx import read_xlsx  # noqa: PLC0415  (see above)

        return read_xlsx(content, spool)
    return read_text(content, spool)
