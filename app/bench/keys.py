"""What is measured: the keys, what each means, and its target."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Key:
    """One measured number. ``at_most``: smaller is better. ``peer``: only with ``--peers``."""

    name: str
    target: float
    meaning: str
    at_most: bool = False
    peer: bool = False

    def met(self, value: float) -> bool:
        """Whether that value meets the target."""
        return value <= self.target if self.at_most else value >= self.target


def _merges(engine: str, first: float, unchanged: float, changed: float) -> tuple[Key, ...]:
    floor = f"against the raw upsert, {engine.title()}"
    return (
        Key(name=f"merge_{engine}_first", target=first, meaning=f"first sync {floor}"),
        Key(name=f"merge_{engine}_unchanged", target=unchanged, meaning=f"nothing changed {floor}"),
        Key(name=f"merge_{engine}_changed_1pct", target=changed, meaning=f"1 % changed {floor}"),
    )


KEYS = (
    *_merges("sqlite", 0.35, 1.5, 1.4),
    *_merges("postgres", 0.6, 4, 3.5),
    Key(name="feed50_sqlite", target=0.06, meaning="JSON feed of 50 against hello, SQLite"),
    Key(name="feed50_postgres", target=0.04, meaning="JSON feed of 50 against hello, Postgres"),
    Key(name="api50_sqlite", target=0.04, meaning="API list of 50 against hello, SQLite"),
    Key(name="api50_postgres", target=0.028, meaning="API list of 50 against hello, Postgres"),
    Key(name="list50_sqlite", target=0.025, meaning="filtered list of 50 against hello, SQLite"),
    Key(name="list50_postgres", target=0.02, meaning="filtered list of 50 against hello, Postgres"),
    Key(name="feed304", target=0.67, meaning="feed when nothing changed against hello"),
    Key(name="growth_1m", target=0.85, meaning="list of 50 at ten times the items"),
    Key(
        name="sync_peak_mb_100k",
        target=150,
        at_most=True,
        meaning="megabytes of a sync above the idle process",
    ),
    Key(
        name="search_ms_ratio",
        target=1.5,
        at_most=True,
        meaning="time of search as you type against the filtered list",
    ),
    Key(
        name="act_p95_ms",
        target=50,
        at_most=True,
        meaning="milliseconds until an act is done and shown, 95 of 100, SQLite",
    ),
    Key(
        name="list_p95_ms",
        target=80,
        at_most=True,
        meaning="milliseconds until a list of 50 is there, right after an act, 95 of 100, SQLite",
    ),
    Key(name="merge_vs_dlt_unchanged", target=20, peer=True, meaning="nothing changed against dlt"),
    Key(name="merge_vs_dlt_first", target=5, peer=True, meaning="first sync against dlt"),
    Key(name="feed_vs_datasette", target=4, peer=True, meaning="feed against Datasette's JSON"),
    Key(name="list_vs_datasette", target=8, peer=True, meaning="list against Datasette's page"),
)

EXTRA = "extra_"
"""Begins the name of a number without a target: it explains a key, and may be no ratio."""
