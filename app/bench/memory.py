"""The peak memory of one sync above the idle process, measured in a process of its own.

python -m app.bench.memory    reads a JSON object from standard input, prints megabytes
"""

import json
import resource
import subprocess
import sys
from pathlib import Path

from app import garbage
from app.bench.company import company
from app.bench.records import pages

STATUS = Path("/proc/self/status")
MEGABYTE = 1_048_576


def peak_mb(url: str, folder: Path, *, rows: int) -> float:
    """Megabytes that a sync of so many rows needs at its peak, beside what was there before."""
    asked = json.dumps({"url": url, "folder": str(folder), "rows": rows})
    done = subprocess.run(
        [sys.executable, "-m", "app.bench.memory"],
        input=asked,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def main() -> None:
    """One sync of rows that are made page by page, as a platform would send them."""
    asked = json.loads(sys.stdin.readline())
    garbage.settle()
    with company(asked["url"], Path(asked["folder"])) as made:
        idle = _resident("VmRSS")
        made.sync(pages(asked["rows"]))
        sys.stdout.write(f"{(_resident('VmHWM') - idle) / MEGABYTE:.1f}\n")


def _resident(name: str) -> int:
    """Bytes: VmRSS now, VmHWM at the peak. Where there is no /proc, the peak until now."""
    if not STATUS.exists():
        factor = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * factor
    line = next(one for one in STATUS.read_text().splitlines() if one.startswith(name))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
