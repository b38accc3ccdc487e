"""What was made before, so that it need not be made again."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_NONE: Any = object()


class Memo(Generic[T]):
    """Values by key, ``most`` of them at a time; the half that was asked for last surely stays.

    Thread-safe. Two generations instead of an order of use: most keys are whole rows, which take
    longer to look up than anything else here, and so each is looked up once.
    """

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._young: dict[Hashable, T] = {}
        self._old: dict[Hashable, T] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """``make()``, or what it gave before for this key."""
        found: T = self._young.get(key, _NONE)
        if found is _NONE:
            found = self._old.get(key, _NONE)
            if found is _NONE:
                found = make()  # two who ask at once make it twice; others need not wait for it
            self.put(key, found)
        return found

    def peek(self, key: Hashable) -> T | None:
        """The value that is known for this key; None: none is."""
        found: T = self._young.get(key, _NONE)
        return self._old.get(key) if found is _NONE else found

    def put(self, key: Hashable, value: T) -> None:
        """This is the value from now on."""
        with self._lock:
            if len(self._young) >= self._half and key not in self._young:
                self._young, self._old = {}, self._young
            self._young[key] = value
