"""Files' contents on disk: whole or not there, each once, and no half one ever."""

import errno
import hashlib
import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.errors import Invalid
from app.services.contents import CHUNK, MEGABYTE, RESERVE, Contents

CHECKOUT = Path(__file__).parents[3]


class Breaks(io.BytesIO):
    """What comes breaks off in the middle."""

    def __init__(self, body: bytes, error: BaseException) -> None:
        super().__init__(body)
        self.error = error

    def read(self, size: Any = -1, /) -> bytes:
        piece = super().read(size)
        if not piece:
            raise self.error
        return piece


@pytest.fixture
def contents(tmp_path: Path) -> Contents:
    return Contents(folder=tmp_path / "files")


def lie(contents: Contents) -> list[str]:
    return [path.name for path in contents.folder.rglob("*") if path.is_file()]


def test_a_content_lies_under_its_sha256_and_only_its_owner_can_read_it(contents: Contents) -> None:
    body = os.urandom(2 * CHUNK + 5)
    arrived = contents.take(io.BytesIO(body), most=MEGABYTE)
    assert contents.find(arrived.sha256, arrived.size) is None

    contents.settle(arrived)

    place = contents.find(hashlib.sha256(body).hexdigest(), len(body))
    assert place is not None
    assert place.read_bytes() == body
    assert place.parent.name == place.name[:2]
    assert place.stat().st_mode & 0o077 == 0
    assert contents.is_whole(place.name)


def test_the_same_content_twice_is_stored_once(contents: Contents) -> None:
    for _ in range(2):
        arrived = contents.take(io.BytesIO(b"same"), most=MEGABYTE)
        contents.settle(arrived)

    assert lie(contents) == [arrived.sha256]


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), ConnectionResetError(), KeyboardInterrupt()]
)
def test_what_breaks_off_leaves_nothing(contents: Contents, error: BaseException) -> None:
    with pytest.raises(type(error)):
        contents.take(Breaks(b"x" * 3 * CHUNK, error), most=2 * MEGABYTE)

    assert lie(contents) == []


def test_what_is_too_large_leaves_nothing(contents: Contents) -> None:
    with pytest.raises(Invalid, match="at most 1 MB"):
        contents.take(io.BytesIO(bytes(MEGABYTE + 1)), most=MEGABYTE)

    assert lie(contents) == []


def test_a_disk_that_is_nearly_full_takes_nothing_and_says_so(tmp_path: Path) -> None:
    contents = Contents(folder=tmp_path, free=lambda _folder: RESERVE + 3)
    assert contents.take(io.BytesIO(b"abc"), most=MEGABYTE).size == 3

    with pytest.raises(Invalid, match="disk of this installation is full"):
        contents.take(io.BytesIO(b"abcd"), most=MEGABYTE)


def test_a_content_that_lost_its_end_is_not_found_and_is_mended_by_the_next_one(
    contents: Contents,
) -> None:
    arrived = contents.take(io.BytesIO(b"whole"), most=MEGABYTE)
    contents.settle(arrived)
    place = contents.find(arrived.sha256, 5)
    assert place is not None
    place.write_bytes(b"who")

    assert contents.find(arrived.sha256, 5) is None
    assert not contents.is_whole(arrived.sha256)
    contents.settle(contents.take(io.BytesIO(b"whole"), most=MEGABYTE))
    assert contents.is_whole(arrived.sha256)


def test_a_process_that_is_killed_while_it_writes_leaves_no_content(contents: Contents) -> None:
    dies = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from app.services.contents import Contents\n"
        "class Dies:\n"
        "    left = 3\n"
        "    def read(self, size):\n"
        "        self.left -= 1\n"
        "        return b'x' * size if self.left else os.kill(os.getpid(), signal.SIGKILL)\n"
        "Contents(folder=Path(sys.argv[1])).take(Dies(), most=1 << 30)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", dies, str(contents.folder)], cwd=CHECKOUT, check=False
    )

    assert done.returncode == -signal.SIGKILL
    assert list(contents.every()) == []
    assert len(lie(contents)) == 1  # what had come so far, for the sweep
