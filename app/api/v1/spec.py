"""The OpenAPI 3.1 document of the API, made of its operations and its shapes."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from app import __version__
from app.api.asking import KINDS, LONGEST
from app.api.problems import MEDIA_TYPE as PROBLEM
from app.api.problems import PROBLEMS
from app.api.v1 import bodies, cursors, examples, operations, shapes
from app.api.v1.asked import JSON, LONGEST_KEY, TAGS
from app.api.v1.call import DEFAULT_LIMIT, Operation
from app.core.whole import MOST as LARGEST
from app.services import feeding
from app.services.pages.views import NOBODY, SORTS, STATES

Json = dict[str, Any]
HERE = "http://127.0.0.1:8000"
NUMBER = {"type": "integer", "minimum": 1, "maximum": LARGEST}
TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"^[^\x00]*\S[^\x00]*$"}
AMOUNT = {"type": "string", "pattern": r"^[0-9]{1,13}(\.[0-9]{1,4})?$"}
DAY = {"type": "string", "format": "date"}
CURSOR = {"type": "string", "pattern": cursors.PATTERN}
PARAMETERS: Mapping[str, tuple[Json, str]] = {
    "view": (NUMBER, "A saved view, by its number; beside it only paging."),
    "tab": ({"enum": [*feeding.TABS]}, "Without it everything that is open."),
    "q": (TEXT, "A search."),
    "vendor": (TEXT, "By its name; (none): what names no vendor."),
    "program": (TEXT, "By its name; (none): what names no program."),
    "kind": ({"enum": [*dict.fromkeys(KINDS)]}, "A kind, or a category of deadlines."),
    "source": (NUMBER, "The id of a source."),
    "owner": ({"anyOf": [NUMBER, {"const": NOBODY}]}, "The id of a person, or nobody."),
    "state": ({"enum": [*STATES]}, "What the team decided, or the source."),
    "currency": ({"type": "string", "pattern": "^[A-Z]{3}$"}, "Of its amount, ISO 4217."),
    "amount_from": (AMOUNT, "At least so much, each in its own currency."),
    "amount_to": (AMOUNT, "At most so much."),
    "due_from": (DAY, "Due on that day or later."),
    "due_to": (DAY, "Due on that day or before."),
    "sort": ({"enum": [*filter(None, SORTS)]}, "By due date without it."),
    "updated_since": (
        {
            "anyOf": [
                {"const": "start"},
                {"type": "string", "format": "date-time"},
                CURSOR,
            ]
        },
        "start: everything; a moment; or what next and sync hold. Beside it only limit.",
    ),
    "cursor": (CURSOR, "What next holds: follow it as it is."),
    "limit": (
        {"type": "integer", "minimum": 1, "maximum": feeding.MOST, "default": DEFAULT_LIMIT},
        "How many a page has at most.",
    ),
    "removed": ({"enum": ["true", "false"]}, "true: also what its source no longer lists."),
}
ALONE = ("view", "updated_since", "cursor")
"""No example of these goes with those of the others."""
HEADERS: Json = {
    "Idempotency-Key": (
        {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
        (
            "Any text of your own. A request that comes again with the same key is not done "
            "again: it gets the same answer, for two days."
        ),
        "5f0c9a52-close-item-17",
    ),
    "If-Match": (
        {"type": "string", "pattern": TAGS},
        "The item's etag: 412 where somebody has changed it since.",
        f'"{examples.ITEM["etag"]}"',
    ),
}
LINKS: Mapping[type[BaseModel], Json] = {
    shapes.Acted: {
        "undo": {"operationId": "undoAct", "parameters": {"act_id": "$response.body#/act/id"}},
        "item": {"operationId": "getItem", "parameters": {"item_id": "$response.body#/item/id"}},
    },
    shapes.Items: {
        "first": {
            "operationId": "getItem",
            "parameters": {"item_id": "$response.body#/items/0/id"},
        }
    },
}
REFUSALS: Mapping[int, tuple[str, str]] = {
    400: ("BadRequest", "The body is no JSON, or the host is unknown."),
    401: ("TokenNeeded", "There is no valid token."),
    403: ("NotAllowed", "The token was not made for this."),
    404: ("NotFound", "There is no such thing."),
    405: ("MethodNotAllowed", "The address does not take that method."),
    406: ("NotAcceptable", "The answer would be JSON."),
    409: ("Conflict", "It stands against what others did."),
    410: ("BeginAnew", "The cursor leads nowhere any more: drop what you have, and begin anew."),
    412: ("Changed", "The item is not as If-Match says; it is in the answer as it is."),
    413: ("TooLarge", "The body is too large."),
    415: ("NotJson", "The body is not sent as application/json."),
    422: ("NotTaken", "A parameter or a field is wrong; errors says which, and what is allowed."),
    429: ("TooMany", "Wait as long as Retry-After says."),
    500: ("Fault", "A bug of ours; the log has more under the request's number."),
    503: ("Out", "The database cannot be used just now. Try again."),
}
ALWAYS = (400, 401, 403, 405, 406, 422, 429, 500, 503)


class _Plain(GenerateJsonSchema):
    """Without the titles, which say the names once more."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@cache
def _schemas() -> Json:
    models = [one for one in {**vars(shapes), **vars(bodies)}.values() if _is_model(one)]
    _, found = models_json_schema(
        [(one, "validation") for one in models],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Plain,
    )
    return {name: _tidy(schema) for name, schema in sorted(found["$defs"].items())}


def _is_model(one: Any) -> bool:
    return isinstance(one, type) and issubclass(one, BaseModel) and one is not BaseModel


def _tidy(schema: Any) -> Any:
    """A line of description for each, and neither titles nor defaults of what need not be there."""
    if isinstance(schema, list):
        return [_tidy(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _tidy(value) for name, value in schema.items()}
    if isinstance(kept.get("title"), str):
        kept.pop("title")
    if kept.get("default") in ("", [], {}):
        kept.pop("default")
    if isinstance(kept.get("description"), str):
        kept["description"] = re.sub(r"\s+", " ", kept["description"]).replace("``", "`")
    if isinstance(kept.get("anyOf"), list) and kept.get("type") == "string":
        kept.pop("type")
    return kept


def document(home: str = HERE) -> Json:
    """The whole document, for the API at that address."""
    paths: Json = {}
    for operation in operations.ALL:
        paths.setdefault(operation.address, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Partner Inbox",
            "version": __version__,
            "description": "What vendors and distributors ask of a partner, for programs. "
            "Dates are dates, moments RFC 3339 in UTC, amounts text with their currency. Errors "
            "are problems (RFC 9457).",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": home}],
        "security": [{"token": []}],
        "tags": [{"name": one} for one in dict.fromkeys(o.tag for o in operations.ALL)],
        "paths": paths,
        "x-problems": [
            {"about": about, "status": status, "says": says}
            for about, (status, says) in PROBLEMS.items()
        ],
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of the page Settings › Outputs › Tokens, with the "
                    "scope read, act or both.",
                }
            },
            "parameters": {name: _header(name) for name in HEADERS},
            "headers": _HEADERS,
            "responses": {name: _refusal(status) for status, (name, _says) in REFUSALS.items()},
            "schemas": _schemas(),
        },
    }


def _operation(operation: Operation) -> Json:
    ids = re.findall(r"{(\w+)}", operation.path)
    parameters: list[Json] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": NUMBER,
            "example": examples.IDS[name],
        }
        for name in ids
    ]
    parameters += [_parameter(name) for name in operation.parameters]
    told: Json = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        **({"description": operation.says} if operation.says else {}),
        "x-scope": operation.scope,
        "parameters": parameters,
        "responses": _answers(operation),
    }
    if operation.body is not None:
        takes = [name for name in HEADERS if operation.of_item or name != "If-Match"]
        told["parameters"] += [{"$ref": f"#/components/parameters/{name}"} for name in takes]
        told["requestBody"] = {
            "required": operation.body.model_json_schema().get("required") is not None,
            "content": {
                JSON: {"schema": _ref(operation.body), "example": examples.BODIES[operation.id]}
            },
        }
    return told


def _parameter(name: str) -> Json:
    schema, says = PARAMETERS["updated_since" if name == "since" else name]
    return {
        "name": name,
        "in": "query",
        "description": says,
        "schema": schema,
        **({} if name in ALONE else {"example": examples.QUERY[name]}),
    }


def _header(name: str) -> Json:
    schema, says, example = HEADERS[name]
    return {"name": name, "in": "header", "description": says, "schema": schema, "example": example}


_HEADERS: Json = {
    "ETag": {"description": "Send it as If-None-Match.", "schema": {"type": "string"}},
    "Link": {"description": "next and first (RFC 8288).", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left (a draft).", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "How often one may ask.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    "Idempotent-Replayed": {
        "description": "The request came before: this is what it was answered.",
        "schema": {"const": "true"},
    },
    "X-Request-ID": {"description": "Its number in our log.", "schema": {"type": "string"}},
}


def _told(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _answers(operation: Operation) -> Json:
    acts = operation.body is not None
    headers = ["RateLimit", "RateLimit-Policy", "X-Request-ID"]
    headers += ["Idempotent-Replayed"] if acts else ["ETag"]
    headers += ["Link"] if "limit" in operation.parameters else []
    good: Json = {
        "description": "What was done." if acts else "What was asked for.",
        "headers": _told(*sorted(headers)),
        "content": {
            JSON: {"schema": _ref(operation.gives), "example": examples.ANSWERS[operation.id]}
        },
        **({"links": LINKS[operation.gives]} if operation.gives in LINKS else {}),
    }
    refused = {*ALWAYS}
    refused |= {404} if "{" in operation.path or "view" in operation.parameters else set()
    refused |= {410} if operation.parameters else set()
    refused |= {409, 413, 415} if acts else set()
    refused |= {412} if acts and operation.of_item else set()
    same: Json = {} if acts else {"304": {"description": "As the ETag says: it is the same."}}
    return {
        "200": good,
        **same,
        **{
            str(status): {"$ref": f"#/components/responses/{REFUSALS[status][0]}"}
            for status in sorted(refused)
        },
    }


def _refusal(status: int) -> Json:
    names = ["X-Request-ID", *(["Retry-After"] if status in (429, 503) else [])]
    return {
        "description": REFUSALS[status][1],
        "headers": _told(*names),
        "content": {PROBLEM: {"schema": _ref(shapes.Problem), "example": examples.problem(status)}},
    }


def _ref(shape: type[BaseModel]) -> Json:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}
