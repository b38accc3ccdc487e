"""What programs send to the API: a body is read by its shape, and the shape is its description."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.api.v1.shapes import Id, Shape
from app.core.storable import is_text
from app.services import acts, attachments, comments


def _text(text: str) -> str:
    if not is_text(text):
        raise PydanticCustomError("text", "It holds a character that no text has")
    return text


Text = Annotated[str, AfterValidator(_text)]


class Nothing(Shape):
    """No more needs to be said."""


class DoneBody(Shape):
    """``proof``: a link that proves it; what is mandatory needs one."""

    proof: Annotated[Text, Field(max_length=attachments.LONGEST_URL)] | None = Field(
        default=None, json_schema_extra={"format": "uri"}
    )


class SnoozeBody(Shape):
    """Until that day's morning (a date), that moment (with its offset), or, with null, until its
    source changes it."""

    until: Text | None = Field(
        json_schema_extra={
            "anyOf": [
                {"type": "string", "format": "date"},
                {"type": "string", "format": "date-time"},
                {"type": "null"},
            ]
        }
    )


class DeclineBody(Shape):
    """Why it is nothing for this team."""

    reason: Annotated[Text, Field(min_length=1, max_length=acts.LONGEST_REASON)]


class AssignBody(Shape):
    """To whom; null: to nobody."""

    owner_id: Id | None


class NoteBody(Shape):
    """What is written; a name with @ before it tells that person."""

    text: Annotated[Text, Field(min_length=1, max_length=comments.LONGEST)]
