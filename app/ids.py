"""``{item_id:id}`` in the path of a route: the number of a row."""

from starlette.convertors import Convertor, register_url_convertor

from app.core.whole import whole


class _Id(Convertor[int]):
    """A number too large for any row is 0, which names none."""

    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        return whole(value) or 0

    def to_string(self, value: int) -> str:
        return str(value)


def register() -> None:
    """Make it known to the router; before a route is made that has one."""
    register_url_convertor("id", _Id())
