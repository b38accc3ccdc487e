"""Which files are taken: by what is in them."""

import io
import zipfile
from collections.abc import Mapping

import pytest

from app.core.file_types import ENDS, MOST_PARTS, NotTaken, type_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def office(folder: str, **parts: bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        for name, content in {
            "[Content_Types].xml": b"<Types/>",
            f"{folder}/main.xml": b"<x/>",
            **{name.replace("__", "/"): content for name, content in parts.items()},
        }.items():
            made.writestr(name, content)
    return body.getvalue()


GOOD: Mapping[str, bytes] = {
    "signed.pdf": b"%PDF-1.7\n...",
    "Screen.PNG": PNG,
    "photo.jpg": b"\xff\xd8\xff\xe0" + bytes(9),
    "photo.jpeg": b"\xff\xd8\xff\xe1" + bytes(9),
    "a.gif": b"GIF89a" + bytes(9),
    "a.webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "plan.docx": office("word"),
    "list.xlsx": office("xl"),
    "deck.pptx": office("ppt"),
    "list.csv": "Vendor;Betrag\nMüller;12\n".encode("cp1252"),
    "wide.csv": "Vendor\tDue\n".encode("utf-16"),
    "notes.txt": "Größe\r\n\tok\n".encode(),
    "mail.eml": b"Received: from x\r\nSubject: Claim\r\n\r\n<html>hello</html>",
    "mail.msg": OLE + bytes(70_000) + "__properties_version1.0".encode("utf-16-le"),
}
BAD: Mapping[str, bytes] = {
    "page.html": b"<html>",
    "drawing.svg": b"<svg>",
    "run.exe": b"MZ\x90\x00",
    "run.sh": b"#!/bin/sh",
    "all.zip": office("word"),
    "old.doc": OLE,
    "macros.xlsm": office("xl"),
    "none": b"text",
    "x.pdf": b"<html><script>",
    "x.png": b"\xff\xd8\xff\xe0",
    "x.jpg": PNG,
    "x.webp": b"RIFF\x00\x00\x00\x00WAVE",
    "x.txt": b"MZ\x90\x00\x03",
    "page.txt": b"\xef\xbb\xbf \n<!DOCTYPE html>",
    "x.csv": b"<svg onload=alert(1)>",
    "wide.txt": "<script>".encode("utf-16"),
    "script.txt": b"#!/bin/sh\nrm -rf ~",
    "x.docx": office("xl"),
    "y.docx": b"PK\x03\x04" + bytes(50),
    "w.docx": office("word", **{"word__vbaProject.bin": b"x"}),
    "x.eml": b"no mail at all",
    "x.msg": OLE + bytes(600),
    "empty.pdf": b"",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_usual_document_is_taken(name: str) -> None:
    assert type_of(name, io.BytesIO(GOOD[name])).media_type


def test_every_kind_that_is_offered_is_tried() -> None:
    assert {name.rpartition(".")[2].casefold() for name in GOOD} == set(ENDS)


@pytest.mark.parametrize("name", BAD)
def test_what_could_run_or_is_not_what_it_is_called_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(NotTaken, match=r"\.$"):
        type_of(name, io.BytesIO(BAD[name]))


def test_a_list_of_parts_that_is_too_long_is_not_read() -> None:
    many = office("word", **{f"word__{number}": b"" for number in range(MOST_PARTS)})

    with pytest.raises(NotTaken):
        type_of("many.docx", io.BytesIO(many))
