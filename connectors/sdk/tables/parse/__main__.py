"""The child: the file on standard input, rows into the spool, a report on standard output.

It limits itself before it opens anything: memory, processor time, no core dump. What it
cannot limit (wall time) its parent does.
"""

import resource
import signal
import sys
from contextlib import suppress
from typing import BinaryIO

import msgspec

from connectors.sdk.tables.parse.detect import read_file
from connectors.sdk.tables.parse.spool import RefusedError, Spool
from connectors.sdk.tables.wire import Job, Limits, Refused, Report

MEMORY = Refused(
    sentence="The file needs more memory than one file may use.",
    remedy="Look for a stray cell far below or far right of the table, or split the file.",
)


def confine(limits: Limits) -> None:
    """Take from this process what a hostile file could use up."""
    with suppress(ValueError):  # macOS knows the limit and does not accept it
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds + 5)  # for a parent that was killed


def run(job: Job, file: BinaryIO) -> Report | Refused:
    """The report on the file, or why it was refused."""
    try:
        return read_file(file, Spool(job.spool, job.limits))
    except RefusedError as refused:
        return refused.refused
    except MemoryError:
        return MEMORY


def main() -> None:
    """Read the job from the command line, do it, report."""
    job = msgspec.json.decode(sys.argv[1], type=Job)
    confine(job.limits)
    report = run(job, sys.stdin.buffer)
    sys.stdout.buffer.write(msgspec.json.encode(report))


if __name__ == "__main__":
    main()
