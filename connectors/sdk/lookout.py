"""Thousands of secrets, looked for in the time that a few take."""

from collections import Counter
from collections.abc import Iterable

from connectors.sdk.disguises import SHORTEST

MANY = 150
"""Beginnings that are looked for one by one; with more of them the text is gone through."""


class Lookout:
    """The forms of secrets to look for, kept by how they begin.

    One thread adds and removes at a time; any number may ask meanwhile.
    """

    def __init__(self) -> None:
        self._holders: Counter[str] = Counter()
        self._by_head: dict[str, tuple[str, ...]] = {}

    def add(self, known: Iterable[str]) -> None:
        """Look for these forms from now on, until they are removed as often."""
        for form in known:
            if not self._holders[form]:
                head = form[:SHORTEST]
                self._by_head[head] = (*self._by_head.get(head, ()), form)
            self._holders[form] += 1

    def remove(self, known: Iterable[str]) -> None:
        """The opposite of ``add``."""
        for form in known:
            self._holders[form] -= 1
            if self._holders[form]:
                continue
            del self._holders[form]
            head = form[:SHORTEST]
            left = tuple(one for one in self._by_head[head] if one != form)
            if left:
                self._by_head[head] = left
            else:
                del self._by_head[head]

    def suspected(self, text: str) -> set[str]:
        """The forms that may be in this text, whole or cut off; all others surely are not."""
        if len(self._by_head) < MANY:
            heads = [head for head in tuple(self._by_head) if head in text]
        else:
            every = range(len(text) - SHORTEST + 1)
            heads = [head for i in every if (head := text[i : i + SHORTEST]) in self._by_head]
        return {form for head in heads for form in self._by_head.get(head, ())}
