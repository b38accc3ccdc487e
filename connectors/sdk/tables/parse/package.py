"""What the cell reader does not tell: error cells, percent and currency formats, the date system.

calamine gives an error cell as an empty one and a number without its format. A due date
that reads #REF! must not become "no date", and 25 % must not become 0.25, so this module
walks the sheet's XML for exactly those cells, and only where there are any.
"""

import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from connectors.sdk.tables.parse.archive import SAVE_AGAIN
from connectors.sdk.tables.parse.spool import RefusedError

ERROR_CELL = re.compile(rb"""\bt\s*=\s*["']e["']""")
CURRENCY_IN_FORMAT = re.compile(r"\[\$([^\]-]+)(?:-([0-9A-Fa-f]+))?\]|([€£¥₹₩₽₺₪]|[A-Z]{0,3}\$)")
CODE_IN_FORMAT = re.compile(r"\s*([A-Z]{3})\s*")
QUOTED = re.compile(r'"([^"]*)"|\\(.)')
DOLLARS = {"409": "US$", "1009": "CA$", "c0c": "CA$", "c09": "AU$", "1409": "NZ$"}
"""Locales that Excel writes beside a dollar sign which the author chose from its list."""

PERCENT_IDS = {9: "%", 10: "%"}
MAIN_PART = "xl/workbook.xml"


@dataclass
class Package:
    """The workbook's own description of its sheets."""

    archive: zipfile.ZipFile
    epoch_1904: bool = False
    parts: dict[str, str] = field(default_factory=dict)
    formats: dict[int, str] = field(default_factory=dict)


@dataclass
class Marks:
    """By ``place`` of a cell: the error text, and what the number format adds."""

    errors: dict[int, str] = field(default_factory=dict)
    formats: dict[int, str] = field(default_factory=dict)


def place(row: int, column: int) -> int:
    """One number for a cell, row and column counted from 0: a third of a tuple's memory."""
    return row << 14 | column


def open_package(archive: zipfile.ZipFile) -> Package:
    """Read the small parts: workbook, relations, styles."""
    package = Package(archive)
    targets = _relations(archive)

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            target = targets.get(attributes.get("id", ""), "")
            package.parts[attributes.get("name", "")] = target
        elif name == "workbookPr":
            package.epoch_1904 = attributes.get("date1904", "") in {"1", "true"}

    _walk(archive.read(MAIN_PART), start)
    package.formats = _formats(archive)
    return package


def _relations(archive: zipfile.ZipFile) -> dict[str, str]:
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            path = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            targets[attributes.get("Id", "")] = path.lstrip("/")

    name = "xl/_rels/workbook.xml.rels"
    if name in archive.namelist():
        _walk(archive.read(name), start)
    return targets


def _formats(archive: zipfile.ZipFile) -> dict[int, str]:
    """Cell style number → mark, for the styles that have one."""
    codes: dict[str, str] = {}
    marks: dict[int, str] = {}
    where = {"cellXfs": False, "count": 0}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name in {"cellXfs", "cellStyleXfs", "dxfs", "cellStyles"}:
            where["cellXfs"] = name == "cellXfs"
        elif name == "xf" and where["cellXfs"]:
            number = attributes.get("numFmtId", "0")
            mark = mark_of(codes[number]) if number in codes else PERCENT_IDS.get(int(number), "")
            if mark:
                marks[where["count"]] = mark
            where["count"] += 1

    if "xl/styles.xml" in archive.namelist():
        _walk(archive.read("xl/styles.xml"), start)
    return marks


def mark_of(code: str) -> str:
    """What a number format adds to the number: "%", a currency sign or code, or ""."""
    positive = code.split(";", maxsplit=1)[0]
    if "%" in QUOTED.sub("", positive):
        return "%"
    for quoted in QUOTED.finditer(positive):
        if code_alone := CODE_IN_FORMAT.fullmatch(quoted[1] or ""):
            return code_alone[1]
    found = CURRENCY_IN_FORMAT.search(QUOTED.sub(lambda quoted: quoted[1] or quoted[2], positive))
    if not found:
        return ""
    symbol, locale, bare = found.groups()
    if symbol == "$" and locale:
        return DOLLARS.get(locale.lower(), "$")
    return str(symbol or bare).strip()


def marks_of(package: Package, sheet: str) -> Marks:
    """The error cells and the marked numbers of one sheet."""
    marks = Marks()
    part = package.parts.get(sheet, "")
    if part not in package.archive.namelist():
        return marks
    content = package.archive.read(part)
    if package.formats or ERROR_CELL.search(content):
        _run(_Cells(marks, package.formats).parser, content)
    return marks


class _Cells:
    """Walks the cells of a sheet; a cell without a reference follows the one before it."""

    def __init__(self, marks: Marks, formats: dict[int, str]) -> None:
        self.marks = marks
        self.formats = {str(style): mark for style, mark in formats.items()}
        self.row, self.column = -1, -1
        self.parser = _parser(self.start)
        self.parser.EndElementHandler = self.end

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._cell(attributes)
        elif local == "row":
            self.row = int(attributes.get("r", self.row + 2)) - 1
            self.column = -1

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        self.column = _column(reference) if reference else self.column + 1
        kind = attributes.get("t", "n")
        if kind == "e":
            self.marks.errors[place(self.row, self.column)] = ""
            self.parser.CharacterDataHandler = self._error_text
        elif kind == "n" and attributes.get("s") in self.formats:
            self.marks.formats[place(self.row, self.column)] = self.formats[attributes["s"]]

    def _error_text(self, text: str) -> None:
        if text.startswith("#"):
            self.marks.errors[place(self.row, self.column)] = text[:20]

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] == "c":
            self.parser.CharacterDataHandler = None


def _column(reference: str) -> int:
    number = 0
    for letter in reference:
        if letter.isdigit():
            break
        number = number * 26 + ord(letter.upper()) - 64
    return number - 1


Start = Callable[[str, dict[str, str]], None]


def _walk(content: bytes, start: Start) -> None:
    """Call ``start`` for each element, with names free of prefixes."""

    def bare(name: str, attributes: dict[str, str]) -> None:
        start(name.rpartition(":")[2], {k.rpartition(":")[2]: v for k, v in attributes.items()})

    _run(_parser(bare), content)


def _parser(start: Start) -> XMLParserType:
    """A parser that refuses a document type declaration, and with it every entity."""
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _run(parser: XMLParserType, content: bytes) -> None:
    try:
        parser.Parse(content, True)
    except (ExpatError, ValueError):
        raise RefusedError("A part of the workbook cannot be read.", remedy=SAVE_AGAIN) from None


def _refuse_doctype(*_: object) -> None:
    raise RefusedError(
        "The workbook holds a document type declaration, which Excel never writes.",
        remedy=SAVE_AGAIN,
    )
