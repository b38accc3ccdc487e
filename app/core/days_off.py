"""Public holidays by country and region. Codes are those of ISO 3166: "DE", "DE-BY"."""

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from types import ModuleType

from babel import Locale


@cache
def countries() -> Mapping[str, str]:
    """The countries whose holidays are known: their names by their codes, in order of name."""
    names = Locale("en").territories
    known = (code for code in _subdivisions() if len(code) == 2)
    named = ((code, names.get(code, code)) for code in known)
    return dict(sorted(named, key=lambda one: one[1]))


@cache
def regions(country: str) -> Mapping[str, str]:
    """The parts of a country that have holidays of their own: names by codes ("DE-BY")."""
    parts = _subdivisions().get(country, ())
    if not parts:
        return {}
    aliases = _library().country_holidays(country).subdivisions_aliases
    names = {code: name for name, code in reversed(aliases.items())}
    named = ((f"{country}-{code}", names.get(code, code)) for code in parts)
    return dict(sorted(named, key=lambda one: one[1]))


def is_known(code: str) -> bool:
    """Whether the code names a calendar; "" names none."""
    country = code.partition("-")[0]
    return code in countries() or code in regions(country)


@lru_cache(maxsize=4096)
def is_day_off(code: str, day: date) -> bool:
    """Whether that day is a public holiday there; never where no calendar has that name."""
    if not code or not is_known(code):
        return False
    country, _, region = code.partition("-")
    found = _library().country_holidays(country, subdiv=region or None, years=day.year)
    return day in found


@cache
def _library() -> ModuleType:
    import holidays  # noqa: PLC0415  (loads slower than all else that a process begins with)

    return holidays


@cache
def _subdivisions() -> Mapping[str, list[str]]:
    known: Mapping[str, list[str]] = _library().list_supported_countries(include_aliases=False)
    return known
