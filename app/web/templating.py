"""The Jinja environment: escaping always on, a missing name is an error, our filters."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.core import file_types, links, words
from app.core.snooze import snooze_choices
from app.core.words import Clock
from app.services.memo import Memo
from app.services.pages import COUNTED, Row, Stake, State
from app.web.assets import Assets
from app.web.keys import caps, hint
from connectors.sdk.records import Due, SafeHtml


def environment(folder: Path, assets: Assets) -> Environment:
    """All templates below ``folder``.

    Macros are the global ``ui``: a block that is rendered alone does not run the imports
    at the top of its file. They get the reader's clock as an argument.
    """
    env = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters |= {
        "money": words.money_words,
        "money_exact": words.money_exact,
        "round_money": words.money_round,
        "number": words.number_words,
        "percent": words.percent_words,
        "stake": stake_words,
        "due": words.due_words,
        "nature": words.due_nature,
        "own_text": words.own_text,
        "day": words.day_full,
        "day_short": lambda day, clock: words.day_short(day, clock.today),
        "days_short": lambda week, clock: words.days_short(week.first, week.last, clock.today),
        "when": words.when_words,
        "when_full": words.when_full,
        "kept": words.kept_words,
        "told": words.told_words,
        "span": words.span_words,
        "plural": words.plural,
        "due_short": words.due_short,
        "day_at": lambda at, clock: words.day_words(clock.local(at).date(), clock.today),
        "snoozes": snooze_choices,
        "state_words": state_words,
        "count": count_words,
        "size": words.size_words,
        "clean": clean,
        "dotted": " · ".join,
        "link": links.link,
        "caps": caps,
    }
    env.globals |= {
        "static": assets.url,
        "modules": assets.modules,
        "icon": icon_maker(assets),
        "address": address,
        "hint": hint,
        "accepted": ",".join(f".{end}" for end in file_types.ENDS),
        "taken": file_types.TAKEN,
    }
    pieces = _Pieces(env)
    env.globals["line_of"] = pieces.row
    env.filters |= {"tile": pieces.tile, "who": pieces.who, "due_pill": pieces.due}
    env.globals["ui"] = env.get_template("macros.html").module
    return env


LINES_KEPT = 2_048
"""Lines of lists, of a kilobyte or two each."""


class _Pieces:
    """Macros that every line of a list needs, kept for the next line that needs the same."""

    def __init__(self, env: Environment) -> None:
        def kept(name: str) -> Callable[..., Markup]:
            def made(*shown: Any) -> Markup:
                macro: Markup = getattr(env.globals["ui"], name)(*shown)
                return macro

            return lru_cache(maxsize=2048)(made)

        self.tile, self.who, self._due = kept("tile"), kept("who"), kept("due")
        self._env, self._rows = env, Memo[Markup](LINES_KEPT)

    def row(
        self, row: Row, open: str, current: int | None, clock: Clock, *, chosen: bool = False
    ) -> Markup:
        """A line of the inbox: after an act most of a list are those that it had before."""
        due = words.due_words(row.due, clock) if row.due else None
        key = (row, open, row.id == current, chosen, due, clock.today, clock.zone.key)
        ui: Any = self._env.globals["ui"]
        return self._rows.get(key, lambda: ui.row(row, open, current, clock, chosen=chosen))

    def due(self, due: Due | None, clock: Clock) -> Markup:
        """The pill of a due date."""
        return self._due(words.due_words(due, clock) if due else None)


def stake_words(stake: Stake) -> str:
    """ "$96,150", or "$96,150 + €1,200": currencies stand side by side, never summed."""
    return " + ".join(words.money_round(money) for money in stake)


def state_words(row: Row, clock: Clock) -> str:
    """The state with its day: "snoozed until Mon 23 Nov", "waiting on vendor since 12 Nov"."""
    if row.state is State.WAITING and row.waiting_since is not None:
        since = clock.local(row.waiting_since).date()
        return f"{row.state} since {words.day_short(since, clock.today)}"
    if row.state is not State.SNOOZED:
        return row.state
    if row.snoozed_until is None:
        return "snoozed until it changes"
    return f"snoozed until {words.day_words(clock.local(row.snoozed_until).date(), clock.today)}"


def count_words(count: int) -> str:
    """Exact up to 999, then "999+"."""
    return str(count) if count <= COUNTED else f"{COUNTED}+"


def clean(html: SafeHtml) -> Markup:
    """HTML as HTML; only what the sanitiser made, anything else raises ``TypeError``."""
    if not isinstance(html, SafeHtml):
        raise TypeError("only SafeHtml may be shown as HTML")
    return Markup(html)  # noqa: S704  (SafeHtml comes from clean_html alone)


def icon_maker(assets: Assets) -> Callable[..., Markup]:
    """``icon("check")``: a symbol of the sprite, hidden from screen readers."""
    sprite = assets.url("vendor/icons.svg")
    shape = Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>')
    return lambda name: shape.format(sprite, name)


def address(path: str, query: dict[str, str] | None = None, **more: str | int | None) -> str:
    """A path with a query; a value of None or "" leaves its name out."""
    said = {**(query or {}), **more}
    kept = {name: value for name, value in said.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path
