"""What a cell shows, and what is wrong with one."""

from decimal import Decimal

from connectors.sdk.mapping import BadField
from connectors.sdk.tables.wire import Cell, Fault, Number


class BadCell(BadField):
    """A cell that cannot be read.

    ``column`` is its header, empty where the row as a whole is meant. ``problem`` is the
    sort of repair, the same for all cells that need the same one; the message is the whole
    sentence for this cell.
    """

    def __init__(self, column: str, problem: str, sentence: str) -> None:
        super().__init__(f"{column}: {sentence}" if column else sentence)
        self.column = column
        self.problem = problem


def shown(cell: Cell) -> str:
    """The cell as text, without padding; "" for an empty one."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Number):
        return _number(cell)
    return cell.text


def _number(cell: Number) -> str:
    if cell.mark == "%":
        return f"{(Decimal(cell.text) * 100).normalize():f} %"
    return f"{cell.text} {cell.mark}".rstrip()


def word(cell: Cell, column: str) -> str:
    """The cell as one line of text for a field; an error cell is refused."""
    if isinstance(cell, Fault):
        raise BadCell(column, "an error cell", f"the cell shows {cell.text}.")
    return " ".join(shown(cell).split())


def is_plain(text: str) -> bool:
    """Whether cleaning would change nothing but the padding: nearly all cells, told apart fast."""
    return text.isascii() and text.isprintable() and "&" not in text and "  " not in text
