"""Files that want to do harm, or are broken: each costs itself only, with a sentence."""

import io
import struct
import tempfile
import zipfile
import zlib
from datetime import date
from pathlib import Path

import pytest

from connectors.sdk.errors import ConnectorError, FormatChanged, Incomplete
from connectors.sdk.tables.reading import open_table
from connectors.sdk.tables.wire import Limits
from tests.connectors.spreadsheet.files import Read, csv_of, xlsx_of

TABLE = [("Title", "Due"), *((f"Row {n}", date(2026, 4, 3)) for n in range(40))]
GOOD = xlsx_of({"Deadlines": TABLE})


def refusal(data: bytes, limits: Limits | None = None) -> ConnectorError:
    with pytest.raises(ConnectorError) as refused, open_table(data, limits=limits or Limits()):
        pass
    assert refused.value.remedy
    return refused.value


def repacked(changes: dict[str, bytes], *, add: dict[str, bytes] | None = None) -> bytes:
    """The good workbook with other parts."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(GOOD)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
        for name, content in (add or {}).items():
            new.writestr(name, content)
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def sheet_xml(inside: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{inside}</sheetData></worksheet>'.encode()


# --- cut and damaged -------------------------------------------------------------------------


@pytest.mark.promise("P2")
@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.8, 0.95, 0.99])
def test_a_workbook_cut_anywhere_is_never_read_as_whole(read: Read, share: float) -> None:
    found = read(GOOD[: int(len(GOOD) * share)])

    assert isinstance(found.error, Incomplete)
    assert found.records == []
    assert "damaged or was cut off" in str(found.error)


@pytest.mark.parametrize("place", [200, 2000, 3500])
def test_a_damaged_byte_is_noticed(place: int) -> None:
    archive = zipfile.ZipFile(io.BytesIO(GOOD))
    sheet = archive.getinfo(SHEET)
    middle = sheet.header_offset + 30 + len(SHEET) + sheet.compress_size * place // 4001
    damaged = GOOD[:middle] + bytes([GOOD[middle] ^ 0xFF]) + GOOD[middle + 1 :]

    assert isinstance(refusal(damaged), Incomplete)


# --- bombs -----------------------------------------------------------------------------------


def test_a_member_that_unpacks_far_too_much_is_not_unpacked() -> None:
    bomb = repacked({SHEET: sheet_xml(" " * (60 << 20))})

    assert len(bomb) < 200_000
    assert "unpacks to far more" in str(refusal(bomb))


def test_many_members_that_unpack_too_much_together_are_not_unpacked() -> None:
    part = b"".join(struct.pack(">I", zlib.crc32(bytes([n % 256, n >> 8]))) for n in range(9000))
    parts = {f"xl/media/{n}.bin": part * 25 for n in range(6)}

    assert "unpacks to far more" in str(
        refusal(repacked({}, add=parts), Limits(inflated_bytes=1 << 20))
    )


def test_a_directory_that_lies_about_sizes_is_not_believed() -> None:
    """The announced size is small, the stream inflates to 60 MB."""
    bomb = bytearray(repacked({SHEET: sheet_xml(" " * (60 << 20))}))
    archive = zipfile.ZipFile(io.BytesIO(bytes(bomb)))
    announced = struct.pack("<I", archive.getinfo(SHEET).file_size)
    lie = struct.pack("<I", 5000)
    found = bytes(bomb).replace(announced, lie)

    assert isinstance(refusal(found), Incomplete)


def test_too_many_members_are_not_opened() -> None:
    parts = {f"xl/{n}.xml": b"<a/>" for n in range(50)}

    assert "unpacks to far more" in str(refusal(repacked({}, add=parts), Limits(entries=40)))


@pytest.mark.parametrize("name", ["/etc/cron.d/x", "../../x.xml", "xl\\..\\..\\x", "C:/x"])
def test_members_with_unsafe_names_are_not_opened(name: str) -> None:
    assert "unsafe names" in str(refusal(repacked({}, add={name: b"x"})))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_not_opened() -> None:
    assert "unsafe names" in str(refusal(repacked({}, add={SHEET: sheet_xml("")})))


def test_entities_are_not_expanded() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE x [<!ENTITY e0 "ha">{levels}]>'.encode() + sheet_xml(
        '<row r="1"><c r="A1" t="e"><v>&e9;</v></c></row>'
    )

    assert "document type" in str(refusal(repacked({SHEET: laughs})))


def test_a_stray_cell_at_the_far_corner_costs_the_file_not_the_server() -> None:
    """Two cells, and a dense table between them would take 400 GB."""
    corners = sheet_xml(
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )

    error = refusal(repacked({SHEET: corners}))

    assert isinstance(error, FormatChanged)
    assert "memory" in str(error)


def test_memory_is_limited() -> None:
    many = csv_of(("Title", "Due"), *[("x" * 500, "y")] * 20_000)
    for data, memory in ((many, 64 << 20), (GOOD, 32 << 20)):
        error = refusal(data, Limits(memory=memory))

        assert isinstance(error, FormatChanged)
        assert "more memory" in str(error)


def test_processor_time_is_limited() -> None:
    many = csv_of(("Title", "Due"), *[("x", "y")] * 3_000_000)

    error = refusal(many, Limits(cpu_seconds=1, rows=10_000_000, cells=10_000_000))

    assert "took too long" in str(error)


def test_wall_time_is_limited() -> None:
    assert "took too long" in str(refusal(GOOD, Limits(wall_seconds=0.001)))


# --- limits ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "within", "beyond", "word"),
    [
        (Limits(rows=3), 2, 3, "3 rows"),
        (Limits(cells=6), 2, 3, "6 cells"),
        (Limits(columns=2), 2, 0, "2 columns"),
    ],
)
def test_each_limit_holds_exactly(limits: Limits, within: int, beyond: int, word: str) -> None:
    with open_table(csv_of(("Title", "Due"), *[("a", "b")] * within), limits=limits) as table:
        assert table.sheets[0].count == within + 1
    more = [("a", "b")] * beyond if beyond else [("a", "b", "c")]
    assert word in str(refusal(csv_of(("Title", "Due"), *more), limits))


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    data = csv_of(("Title", "Due"), ("a", "b"))
    with open_table(data, limits=Limits(file_bytes=len(data))):
        pass

    assert "larger than" in str(refusal(data + b"\n", Limits(file_bytes=len(data))))


def test_too_many_sheets_are_refused() -> None:
    data = xlsx_of({f"S{n}": [("a", "b")] for n in range(4)})

    assert "3 sheets" in str(refusal(data, Limits(sheets=3)))


# --- other files that start with PK, or nearly -----------------------------------------------


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["word/document.xml"], "not an Excel workbook"),
        (["xl/workbook.bin"], "binary Excel workbook"),
        (["content.xml", "mimetype"], "OpenDocument"),
    ],
)
def test_other_archives_are_named(names: list[str], sentence: str) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "x")

    assert sentence in str(refusal(target.getvalue()))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", SHEET])
def test_a_part_that_is_no_xml_is_refused(part: str) -> None:
    assert isinstance(refusal(repacked({part: b"<worksheet><sheetData><row"})), ConnectorError)


# --- what the reader leaves behind -----------------------------------------------------------


def test_what_a_file_holds_never_reaches_the_disk_for_long(tmp_path: Path) -> None:
    tempfile.tempdir, before = str(tmp_path), tempfile.tempdir
    try:
        with open_table(GOOD) as table:
            assert list(tmp_path.iterdir()) == [], "temporary files have no name"
            assert sum(1 for _ in table.sheets[0].rows()) == 41
    finally:
        tempfile.tempdir = before


def test_rows_may_be_walked_side_by_side() -> None:
    with open_table(GOOD) as table:
        pairs = zip(table.sheets[0].rows(), table.sheets[0].rows(), strict=True)
        assert all(one == other for one, other in pairs)
