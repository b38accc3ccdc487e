"""What addresses and forms may bring, for every page alike."""

from collections.abc import AsyncIterator, Iterable
from typing import Annotated, Any

from fastapi import Depends, Form
from pydantic import Field
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from app import ids
from app.core.storable import is_text
from app.core.whole import MOST
from app.errors import Invalid

Text = Annotated[str, Form()]
Tick = Annotated[bool, Form()]
Id = Annotated[int, Field(ge=0, le=MOST)]
"""The number of a row, as a form sends it."""


ids.register()

LONGEST_PART = 32 * 1_048_576
"""Bytes of one field: pasted rows are as long as a file. ``security.BodyLimit`` stops earlier."""


async def submitted(request: Request) -> AsyncIterator[FormData]:
    """The whole form, whatever its fields are called; its files are closed afterwards."""
    async with request.form(max_part_size=LONGEST_PART) as form:
        yield form


Submitted = Annotated[FormData, Depends(submitted)]


async def only_text(request: Request) -> AsyncIterator[None]:
    """Goes on only when all that was sent is text that a database can hold.

    Raises ``Invalid`` for a NUL and for half of a surrogate pair, wherever they stand.
    """
    sent: list[Any] = [*request.path_params.values(), *_flat(request.query_params.multi_items())]
    if request.headers.get("content-type", "").startswith(FORMS):
        async with request.form(max_part_size=LONGEST_PART) as form:
            _check([*sent, *_told(form)])
            yield
    else:
        _check(sent)
        yield


FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def _flat(pairs: Iterable[tuple[str, Any]]) -> Iterable[Any]:
    return (part for pair in pairs for part in pair)


def _told(form: FormData) -> Iterable[Any]:
    """All texts of a form; of a file its name."""
    for one in _flat(form.multi_items()):
        yield one.filename if isinstance(one, UploadFile) else one


def _check(sent: Iterable[Any]) -> None:
    if not all(is_text(one) for one in sent if isinstance(one, str)):
        raise Invalid(
            "What was sent holds a character that no text has.",
            remedy="Go back, remove it and send it again.",
        )
