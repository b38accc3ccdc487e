"""What was made before, so that it need not be made again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Memo(Generic[T]):
    """The ``most`` values that were asked for last, by key. Thread-safe."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """``make()``, or what it gave before for this key."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        made = make()  # others need not wait for it: two who ask at once make it twice
        self.put(key, made)
        return made

    def peek(self, key: Hashable) -> T | None:
        """The value that is known for this key; None: none is."""
        with self._lock:
            return self._made.get(key)

    def put(self, key: Hashable, value: T) -> None:
        """This is the value from now on."""
        with self._lock:
            self._made[key] = value
            self._made.move_to_end(key)
            while len(self._made) > self._most:
                self._made.popitem(last=False)
