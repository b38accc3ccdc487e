"""The whole measurement: which pairs are run, how often, and to which key each ratio belongs."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from app.bench import memory, merge, peers, pull, scratch
from app.bench.company import company, multiply
from app.bench.keys import EXTRA
from app.bench.records import pages
from app.bench.web import Visitor, common, multiplied, rare, visiting
from app.db import Database


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How much is measured: rows of a sync, how many times more for growth, paired runs of
    each merge and peer, of everything else, seconds of each load, rows that the peers get, rows
    that a simulated platform has, reads of one ratio (one alone is over too soon), acts that
    somebody does in a row.
    """

    rows: int
    times: int
    merges: int
    pairs: int
    seconds: float
    peer_rows: int
    pull_rows: int
    reads: int
    acts: int


FULL = Scale(
    rows=100_000,
    times=10,
    merges=5,
    pairs=3,
    seconds=1.0,
    peer_rows=10_000,
    pull_rows=1_000,
    reads=3,
    acts=300,
)
QUICK = Scale(
    rows=1_000,
    times=3,
    merges=1,
    pairs=1,
    seconds=0.05,
    peer_rows=200,
    pull_rows=0,
    reads=1,
    acts=20,
)
"""Shows that the bench runs. Its numbers mean nothing."""


@dataclass(kw_only=True)
class Suite:
    """One run. ``found`` holds each key's ratios, one a pair; ``say`` is told what happens now."""

    scale: Scale
    folder: Path
    say: Callable[[str], None]
    found: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def medians(self) -> dict[str, float]:
        """Each key's value."""
        return {name: median(values) for name, values in self.found.items()}

    def run(self, *, postgres: str | None, with_peers: bool) -> None:
        """Everything that can be measured; without a Postgres server its keys stay out."""
        engines: dict[str, Callable[[], AbstractContextManager[str]]] = {"sqlite": scratch.sqlite}
        if postgres is not None:
            engines["postgres"] = lambda: scratch.postgres(postgres)
        for name, database in engines.items():
            self._merges(name, database)
        self._memory()
        for name, database in engines.items():
            self._serves(name, database, with_peers=with_peers)
        self._pulls()
        if with_peers:
            self._dlt()

    def _merges(self, engine: str, database: Callable[[], AbstractContextManager[str]]) -> None:
        for _ in self._times(self.scale.merges, f"merging {self.scale.rows:,} rows, {engine}"):
            with database() as url:
                ratios = merge.measure(url, rows=self.scale.rows, folder=self.folder)
            for situation, ratio in ratios.items():
                self.found[f"merge_{engine}_{situation}"].append(ratio)

    def _pulls(self) -> None:
        for name, sandbox in pull.simulated().items():
            self.say(f"reading {name}")
            with pull.pulling(name, sandbox, self.scale.pull_rows, self.scale.reads) as one:
                for _ in self._times(self.scale.pairs, f"reading {name}"):
                    self.found[f"{EXTRA}pull_{name}"].append(one.ratio())

    def _memory(self) -> None:
        rows = self.scale.rows
        for _ in self._times(self.scale.pairs, "memory of a sync"):
            with scratch.sqlite() as url:
                first = memory.peak_mb(url, self.folder, rows=rows)
                again = memory.peak_mb(url, self.folder, rows=rows)
                database = Database(url)
                multiply(database, 3)
                database.close()
                grown = memory.peak_mb(url, self.folder, rows=rows)
            self.found["sync_peak_mb_100k"].append(first)
            self.found[f"{EXTRA}sync_peak_mb_unchanged"].append(again)
            self.found[f"{EXTRA}sync_peak_mb_300k_stored"].append(grown)

    def _serves(
        self,
        engine: str,
        database: Callable[[], AbstractContextManager[str]],
        *,
        with_peers: bool,
    ) -> None:
        self.say(f"pages and feeds, {engine}: storing {self.scale.rows:,} items")
        with database() as url, company(url, self.folder) as made:
            made.sync(pages(self.scale.rows))
            with visiting(made) as visitor:
                for _ in self._times(self.scale.pairs, f"pages and feeds, {engine}"):
                    self._against_hello(engine, visitor)
                if engine != "sqlite":
                    return
                self._waits(visitor)
                self.say(f"growth: storing {self.scale.rows * self.scale.times:,} items")
                with multiplied(made, visitor, self.scale.times) as grown:
                    self._grows(visitor, grown)
                if with_peers:
                    self._datasette(visitor, made.database.url.database or "")

    def _against_hello(self, engine: str, visitor: Visitor) -> None:
        seconds = self.scale.seconds
        floor = visitor.hello(seconds)
        listed = visitor.list50(seconds)
        self.found[f"list50_{engine}"].append(listed / floor)
        self.found[f"feed50_{engine}"].append(visitor.feed50(seconds) / visitor.hello(seconds))
        self.found[f"api50_{engine}"].append(visitor.api50(seconds) / visitor.hello(seconds))
        if engine == "sqlite":
            self.found["feed304"].append(visitor.feed304(seconds) / visitor.hello(seconds))
            slower = [listed / visitor.search(seconds, typed) for typed in (rare(), common())]
            self.found["search_ms_ratio"].append(max(slower))
            for name, ratio in zip(("rare", "common"), slower, strict=True):
                self.found[f"{EXTRA}search_{name}_ms_ratio"].append(ratio)

    def _waits(self, visitor: Visitor) -> None:
        for _ in self._times(self.scale.pairs, "acts and lists in turn"):
            waits = visitor.triage(self.scale.acts)
            self.found["act_p95_ms"].append(waits.act)
            self.found["list_p95_ms"].append(waits.listed)
            self.found[f"{EXTRA}act_p95_vs_hello"].append(waits.act / waits.hello)
            self.found[f"{EXTRA}list_p95_vs_hello"].append(waits.listed / waits.hello)

    def _grows(self, visitor: Visitor, grown: Visitor) -> None:
        for _ in self._times(self.scale.pairs, "growth"):
            seconds = self.scale.seconds
            self.found["growth_1m"].append(grown.list50(seconds) / visitor.list50(seconds))

    def _datasette(self, visitor: Visitor, path: str) -> None:
        with peers.datasette(path) as port:
            for _ in self._times(self.scale.merges, "Datasette"):
                feed, page = peers.datasette_rates(port, self.scale.seconds)
                self.found["feed_vs_datasette"].append(visitor.feed50(self.scale.seconds) / feed)
                self.found["list_vs_datasette"].append(visitor.list50(self.scale.seconds) / page)

    def _dlt(self) -> None:
        for _ in self._times(self.scale.merges, f"dlt, {self.scale.peer_rows:,} rows"):
            with scratch.sqlite() as url:
                ratios = peers.against_dlt(url, rows=self.scale.peer_rows, folder=self.folder)
            self.found["merge_vs_dlt_first"].append(ratios["first"])
            self.found["merge_vs_dlt_unchanged"].append(ratios["unchanged"])

    def _times(self, count: int, what: str) -> Iterator[None]:
        for number in range(1, count + 1):
            self.say(f"{what}, run {number} of {count}")
            yield
