"""A worker that is told to stop."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]

TOLD_BY_ANOTHER_THREAD = """
import os, signal, sys, threading
from app.cli.working import Told

main = threading.get_ident()

def tell():
    while sys._current_frames()[main].f_code is not Told.wait.__code__:
        os.sched_yield()
    for _ in range(1000):  # until it has begun to wait
        os.sched_yield()
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

told = Told(signal.SIGTERM)
threading.Thread(target=tell).start()
told.wait()
"""


def test_it_hears_whichever_thread_the_signal_comes_to() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", TOLD_BY_ANOTHER_THREAD],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, "")


def test_it_hears_what_came_before_it_began_to_wait() -> None:
    early = (
        "import signal; from app.cli.working import Told; "
        "told = Told(signal.SIGTERM); signal.raise_signal(signal.SIGTERM); told.wait()"
    )

    ran = subprocess.run([sys.executable, "-c", early], cwd=CHECKOUT, timeout=60, check=False)

    assert ran.returncode == 0
