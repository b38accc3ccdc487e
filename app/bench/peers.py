"""Peers in the same run, from the extra ``bench``: dlt for merging, Datasette for pages."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from socket import create_connection, create_server
from tempfile import TemporaryDirectory
from warnings import catch_warnings

import orjson

from app.bench import load
from app.bench.merge import FILLED, Seconds, ours, row, situations
from app.bench.records import pages
from app.errors import AppError


def against_dlt(url: str, *, rows: int, folder: Path) -> Seconds:
    """dlt's seconds / ours, for the same pages into SQLite. dlt stores the floor's columns
    by their id and compares nothing: ``merge``.
    """
    first, changed = list(pages(rows)), list(pages(rows, every=100))
    with catch_warnings(action="ignore"):  # what dlt's code warns of is its makers' to mend
        theirs = _dlt(first, changed)
    whole = ours(url, first, changed, folder)
    return {name: theirs[name] / whole[name] for name in whole}


def _dlt(first: list[bytes], changed: list[bytes]) -> Seconds:
    try:
        dlt = import_module("dlt")
    except ImportError:
        raise AppError(
            "The peers are not installed.", remedy="Use `make bench`, or leave --peers out."
        ) from None
    with TemporaryDirectory(prefix="partner-inbox-bench-") as folder:
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=folder,
            destination=dlt.destinations.sqlalchemy(f"sqlite:///{folder}/dlt.db"),
            dataset_name="main",
        )

        def merge(listed: list[bytes]) -> None:
            parsed = (
                [dict(zip(FILLED, row(raw), strict=True)) for raw in orjson.loads(page)]
                for page in listed
            )
            rows = dlt.resource(
                parsed,
                name="items",
                write_disposition="merge",
                primary_key="external_id",
                columns={"facts": {"data_type": "json"}},
            )
            pipeline.run(rows)

        return situations(merge, first, changed)


@contextmanager
def datasette(path: str) -> Iterator[int]:
    """The port of a Datasette that serves our own table."""
    with create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = ["-m", "datasette", "serve", path, "--port", str(port)]
    # By itself it gives up a query after a second, which a busy machine may need.
    settings = {"suggest_facets": "off", "sql_time_limit_ms": "60000"}
    for setting in settings.items():
        command += ["--setting", *setting]
    with subprocess.Popen(  # noqa: S603  (our own file and port)
        [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _wait(port, server)
            yield port
        finally:
            server.terminate()


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        with suppress(OSError), create_connection(("127.0.0.1", port)):
            return
        if server.poll() is not None:
            raise AppError("Datasette does not start.", remedy="Use `make bench`.")
        time.sleep(0.1)
    raise AppError("Datasette did not start within 20 seconds.")


def datasette_rates(port: int, seconds: float) -> tuple[float, float]:
    """Answers per second: JSON and page of 50 open items by date, filtered as our list is."""
    query = "_size=50&_sort=sort_on&is_open=1&vendor=Cisco&_nocount=1&_nofacet=1"
    asked = load.get(f"/bench/items.json?_shape=objects&{query}")
    page = load.get(f"/bench/items?{query}")
    return load.rate(port, [asked], seconds=seconds), load.rate(port, [page], seconds=seconds)
