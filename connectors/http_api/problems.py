"""What is wrong with a declaration, gathered: each with its place in the text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.http_api.jmes import BadPath, Path
from connectors.sdk.lines import Place

_SECRET = re.compile(
    r"authori[sz]ation|cookie|pass(word|wd|phrase)|secret|token|api[-_]?key|x-.*key", re.I
)
_WHOLE_DATES = (("Y", "y"), ("m", "b", "B"), ("d",))
_DIRECTIVES = frozenset("YymbBdHIMSfpzaA%")


@dataclass
class Problems:
    """What is wrong, each with its place in the text."""

    found: list[tuple[Place, str]] = field(default_factory=list)

    def add(self, place: Place, message: str) -> None:
        self.found.append((place, message))

    def path(self, text: str | None, place: Place) -> Path | None:
        """The compiled expression; None where there is none, or where it is wrong."""
        if text is None:
            return None
        try:
            return Path(text)
        except BadPath as problem:
            self.add(place, str(problem))
            return None

    def date_format(self, text: str, place: Place) -> None:
        """Whether it tells a whole date, by directives that mean the same everywhere."""
        used = re.findall(r"%(.?)", text)
        if strange := [one for one in used if one not in _DIRECTIVES]:
            self.add(place, f"a date format has no %{strange[0]}")
        elif not all(any(one in used for one in group) for group in _WHOLE_DATES):
            self.add(place, "a date format needs year, month and day, such as %d.%m.%Y")
        else:
            try:
                sample = datetime(2027, 11, 23, 14, 5).strftime(text)  # noqa: DTZ001  (no zone is meant)
                datetime.strptime(sample, text.replace("%z", ""))  # noqa: DTZ007  (as above)
            except (ValueError, re.error):
                self.add(place, "it is no date format that can be read back")

    def secrets(self, told: Mapping[str, Any], place: Place) -> None:
        """A declaration is handed on: what would give a secret away has no place in it."""
        for name, value in told.items():
            if _SECRET.search(name) and not isinstance(value, dict):
                self.add((*place, name), "a secret has no place here: say it with sign_in")
            elif isinstance(value, dict):
                self.secrets(value, (*place, name))
