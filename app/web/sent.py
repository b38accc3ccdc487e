"""What the form of an act sends: which items, seen how, and the verb's own words."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Form
from pydantic import BaseModel
from pydantic import Field as PydanticField

from app.core.packing import unpack
from app.core.whole import whole
from app.services.pages import View
from app.web.fields import Id
from app.web.inbox_page import PATH, view_of

AGAIN = ("until", "day", "owner", "backup", "reason")
"""What a form of the same act sends once more, when a person was asked first."""


class Sent(BaseModel):
    """One form of an act.

    item, version   the chosen items; of a single one the version that the person saw
    was             of each shown item its id and the version that the person saw: "12.3"
    every, view     all items that the view with this query shows, but for those of ``shown``
                    that are not chosen
    ids, seen       the items of a preview and the last line of history that it knew
    until, day      of a snooze
    owner, backup, reason, proof    each of the act that asks for it
    """

    item: list[Id] = PydanticField(default_factory=list)
    next: str = PATH
    version: int | None = None
    was: list[str] = PydanticField(default_factory=list)
    every: str = ""
    view: str = ""
    shown: list[Id] = PydanticField(default_factory=list)
    ids: str = ""
    seen: str = ""
    until: str = ""
    day: str = ""
    owner: str = ""
    backup: str = ""
    reason: str = ""
    proof: str = ""

    @property
    def previewed(self) -> list[int]:
        """The items that a preview told of; none before there was one."""
        return unpack(self.ids) if self.ids else []

    @property
    def mark(self) -> int | None:
        """The last line of history that the preview knew."""
        return whole(self.seen)

    @property
    def of_view(self) -> View:
        """The view all of whose items are meant."""
        return view_of(dict(parse_qsl(self.view)))

    @property
    def excluded(self) -> set[int]:
        """What was shown as chosen and is no longer."""
        return set(self.shown) - set(self.item)

    @property
    def versions(self) -> dict[int, int]:
        """What the form knew of its items: nobody acts on what has changed since."""
        if self.version is not None and len(self.item) == 1:
            return {self.item[0]: self.version}
        chosen = set(self.item)
        parted = (text.partition(".") for text in self.was)
        seen = ((whole(id_), whole(version)) for id_, _, version in parted)
        return {id_: version for id_, version in seen if id_ in chosen and version is not None}

    def knowing(self, versions: Mapping[int, int]) -> "Sent":
        """The same form, as if it showed its items in these versions."""
        was = [f"{id_}.{version}" for id_, version in versions.items()]
        return self.model_copy(update={"version": None, "was": was})

    @property
    def again(self) -> dict[str, str]:
        """The verb's own words, as fields of a form that sends them once more."""
        return {name: value for name in AGAIN if (value := getattr(self, name))}


Form_ = Annotated[Sent, Form()]
