"""What a request brings beside its address: what it accepts, its body, its conditions."""

import re
from typing import Any

import orjson
from fastapi import Request
from pydantic import BaseModel, ValidationError

from app.api.problems import Problem

JSON = "application/json"
LONGEST_KEY = 255
_TAG = '(W/)?"[!#-~]{1,200}"'
TAGS = rf"^(\*|{_TAG}(, ?{_TAG}){{0,9}})$"


def acceptable(request: Request) -> None:
    """Go on only for whoever takes JSON; raises ``Problem``."""
    accept = request.headers.get("accept", "*/*").lower()
    kinds = (one.partition(";")[0].strip() for one in accept.split(","))
    if not any(kind in ("*/*", "application/*", JSON, "") for kind in kinds):
        raise Problem(406, "Not acceptable", "The API answers in application/json.", about="accept")


def sent(request: Request, raw: bytes, shape: type[BaseModel]) -> BaseModel:
    """The body as that shape; an empty one says nothing. Raises ``Problem``."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if raw and kind != JSON:
        raise Problem(
            415, "Not JSON", "Send the body as Content-Type: application/json.", about="media-type"
        )
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Problem(415, "Packed", "Send the body unpacked.", about="media-type")
    try:
        given = orjson.loads(raw) if raw else {}
    except orjson.JSONDecodeError:
        raise Problem(400, "Not JSON", "The body is no JSON.", about="body") from None
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise wrong_body({_pointer(one["loc"]): _sentence(one) for one in _errors(error)}) from None


def _errors(error: ValidationError) -> list[Any]:
    return list(error.errors(include_url=False, include_input=False))


def wrong_body(fields: dict[str, str], detail: str = "") -> Problem:
    """What is wrong with which field of the body."""
    told = " ".join(f"{pointer or 'The body'}: {text}" for pointer, text in fields.items())
    return Problem(422, "The body cannot be taken", detail or told, about="body", fields=fields)


def _pointer(place: tuple[int | str, ...]) -> str:
    parts = (str(one).replace("~", "~0").replace("/", "~1") for one in place)
    return "".join(f"/{one}" for one in parts)


def _sentence(error: dict[str, Any]) -> str:
    match error["type"]:
        case "missing":
            return "It is missing."
        case "extra_forbidden":
            return "There is no such field."
        case "model_type" | "model_attributes_type":
            return "An object is needed."
    return f"{error['msg']}."


def key_of(request: Request) -> str:
    """The Idempotency-Key; "" without one. Raises ``Problem``."""
    given = request.headers.getlist("idempotency-key")
    if not given:
        return ""
    key = given[0].strip()
    if (
        len(given) > 1
        or not 0 < len(key) <= LONGEST_KEY
        or not (key.isascii() and key.isprintable())
    ):
        text = f"One of 1 to {LONGEST_KEY} printable ASCII characters."
        raise wrong_header("Idempotency-Key", text)
    return key


def condition_of(request: Request) -> str | None:
    """If-Match; None without it. Raises ``Problem``."""
    given = request.headers.get("if-match")
    if given is not None and not re.fullmatch(TAGS, given.strip()):
        text = 'The etag of an item in quotation marks, or *: such as "0f3a9c51d2b87e4466".'
        raise wrong_header("If-Match", text)
    return given


def wrong_header(name: str, text: str) -> Problem:
    """What is wrong with a header."""
    return Problem(
        422,
        "The request cannot be taken",
        f"{name}: {text}",
        about="header",
        wrong={name: text},
    )


def fits(condition: str, tag: str) -> bool:
    """Whether ``If-Match`` names the item as it is: by its own tag, or by its page's."""
    given = (one.strip().removeprefix("W/").strip('"') for one in condition.split(","))
    return any(one == "*" or one.partition(".")[0] == tag for one in given)
