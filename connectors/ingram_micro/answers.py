"""What one of Ingram's answers holds: an object, or a list with its announced total."""

from typing import Any

from connectors.ingram_micro.fields import Row
from connectors.sdk.errors import FormatChanged
from connectors.sdk.mapping import BadField, decimal_of


def one(body: Any, what: str) -> Row:
    """An answer that is one object, also when it comes wrapped in a list of one."""
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    if not isinstance(body, dict):
        raise FormatChanged(f"Ingram Micro's {what} are not the object that its contract says.")
    return body


def rows_of(body: Any, key: str) -> list[Any]:
    """The rows of a list answer; an empty list is empty, a missing one is a changed format."""
    if body == []:
        return []
    found = one(body, key).get(key)
    if found is None and total_of(body, key) == 0:
        return []
    if not isinstance(found, list):
        raise FormatChanged(f'Ingram Micro\'s answer has no list named "{key}".')
    return found


def total_of(body: Any, key: str) -> int:
    """The announced number of rows. Without it no end of a list can be proven."""
    if body == []:
        return 0
    try:
        total = decimal_of(one(body, key).get("recordsFound"), field="recordsFound")
    except BadField as error:
        raise FormatChanged(f"Ingram Micro's {key}: {error}") from error
    if total is None:
        raise FormatChanged(f"Ingram Micro does not say how many {key} there are.")
    return int(total)
