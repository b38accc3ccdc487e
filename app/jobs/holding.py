"""Signs of life: whether whoever holds a lease is still at work, told by the kernel.

A file in the data folder is locked for as long as the work lasts. The lock goes with the
process, however it ends, also in another container on the same folder. Where there is no
such file (another machine, a folder that cannot be written) nothing is known, and a lease
ends by its time. Should a file system lock badly, the fence still lets only one write.
"""

import fcntl
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def at_work(folder: Path, owner: str) -> Iterator[None]:
    """While the block runs, the owner lives. One that breaks off leaves the proof that it ended."""
    descriptor = _locked(folder, owner)
    broke_off = False
    try:
        yield
    except Exception:  # its lease may have stayed behind
        broke_off = True
        raise
    finally:
        if descriptor is not None:
            if not broke_off:
                with suppress(OSError):
                    (folder / owner).unlink()
            os.close(descriptor)


def ended(folder: Path, holding: Callable[[], Collection[str]]) -> list[str]:
    """Of the holders of leases the ones that are proven not to be at work any more.

    Signs of what ended and holds nothing are swept away. So ``holding`` is asked last: who has
    ended by then claims nothing more, and a lease that stayed behind is among those it tells.
    """
    try:
        names = [file.name for file in folder.iterdir() if not file.name.startswith(".")]
    except OSError:
        return []
    gone = [name for name in names if _is_free(folder / name)]
    holders = holding()
    for name in gone:
        if name not in holders:
            with suppress(OSError):
                (folder / name).unlink()
    return [name for name in gone if name in holders]


def _locked(folder: Path, owner: str) -> int | None:
    """The open, locked file; None where there can be none."""
    before = folder / f".{owner}"  # gets its name when it is locked: never seen without
    descriptor = None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(before, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        before.rename(folder / owner)
    except OSError:
        if descriptor is not None:
            os.close(descriptor)
        return None
    return descriptor


def _is_free(file: Path) -> bool:
    try:
        descriptor = os.open(file, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
