"""bench: speed as ratios of one run."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
from rich.console import JustifyMethod
from rich.table import Table

from app import garbage, logs
from app.bench.keys import EXTRA, KEYS, Key
from app.bench.suite import FULL, QUICK, Suite
from app.cli.base import err, live, print_table


def bench(*, to: Path | None, postgres: str | None, peers: bool, quick: bool, strict: bool) -> None:
    """Measure, show the ratios beside the targets, and write them."""
    garbage.settle()
    logs.configure("WARNING")
    with TemporaryDirectory(prefix="partner-inbox-bench-") as folder, _telling() as say:
        suite = Suite(scale=QUICK if quick else FULL, folder=Path(folder), say=say)
        suite.run(postgres=postgres, with_peers=peers)
    print_table(_table(suite.found, suite.medians))
    if postgres is None:
        err.print("Without a Postgres its keys were not measured: use `make bench` or --postgres.")
    if to is not None:
        rounded = {name: round(value, 4) for name, value in suite.medians.items()}
        to.write_text(json.dumps(rounded, indent=2) + "\n")
    wanted = [key for key in KEYS if peers or not key.peer]
    if strict and not all(_met(key, suite.medians) for key in wanted):
        raise typer.Exit(1)


def _met(key: Key, medians: Mapping[str, float]) -> bool:
    return key.name in medians and key.met(medians[key.name])


@contextmanager
def _telling() -> Iterator[Callable[[str], None]]:
    """What happens now: one line that changes on a terminal, lines elsewhere."""
    if not err.is_terminal:
        yield lambda text: err.print(text, style="dim")
        return
    with live.status("…") as status:
        yield status.update


def _table(found: Mapping[str, list[float]], medians: Mapping[str, float]) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("Key", "Value", "Runs", "Target", "", "What it is"):
        justify: JustifyMethod = "right" if title in ("Value", "Target") else "left"
        table.add_column(title, justify=justify, no_wrap=title != "What it is")
    for key in KEYS:
        if key.name in found:
            met = "[green]met[/]" if key.met(medians[key.name]) else "[red]missed[/]"
            target = f"{'≤' if key.at_most else '≥'} {key.target:g}"
            table.add_row(
                key.name,
                _number(medians[key.name]),
                _span(found[key.name]),
                target,
                met,
                key.meaning,
            )
    for name, extra in medians.items():
        if name.startswith(EXTRA):
            table.add_row(name, _number(extra), _span(found[name]), style="dim")
    return table


def _span(values: list[float]) -> str:
    return f"{_number(min(values))}–{_number(max(values))}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"
