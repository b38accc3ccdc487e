"""The feed as a JSON Schema (draft 2020-12): what JSON Feed 1.1 asks, and what is ours.

docs/feed.schema.json is what this gives; a test holds them together.
"""

from collections.abc import Mapping
from typing import Any

from app.core import feeds
from connectors.sdk.records import Category, Kind

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
SAID: Schema = {"type": "string", "minLength": 1}
MAYBE: Schema = {"type": ["string", "null"]}
URL: Schema = {"type": "string", "format": "uri"}
STAMP: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
DATE: Schema = {"type": "string", "format": "date"}
FLAG: Schema = {"type": "boolean"}
LIST: Schema = {"type": "array", "items": SAID, "uniqueItems": True}


def schema() -> Schema:
    """Of the whole document. It is open: a version may get further fields."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:partner-inbox:feed:{feeds.SCHEMA}",
        "title": "The feed of Partner Inbox",
        **_object(
            {
                "version": {"const": feeds.VERSION},
                "title": SAID,
                "home_page_url": URL,
                "feed_url": URL,
                "next_url": URL,
                "icon": URL,
                "favicon": URL,
                "authors": {"type": "array", "items": _object({"name": SAID, "url": URL})},
                "language": SAID,
                "expired": FLAG,
                "_partner_inbox": _of_feed(),
                "items": {"type": "array", "items": _item()},
            },
            optional=("next_url",),
        ),
    }


def _of_feed() -> Schema:
    return _object(
        {
            "about": URL,
            "schema_version": {"const": feeds.SCHEMA},
            "revision": {
                "type": "integer",
                "description": "Counts up with every write: two pages of one are of one moment.",
            },
            "sample": {
                **FLAG,
                "description": "Whether this is the sample company, of which nothing is real.",
            },
            "sources": {
                "type": "array",
                "items": _object(
                    {
                        "name": SAID,
                        "state": SAID,
                        "stale": FLAG,
                        "as_of": _or_null(STAMP),
                        "last_success_at": _or_null(STAMP),
                    }
                ),
            },
        }
    )


def _item() -> Schema:
    return _object(
        {
            "id": SAID,
            "url": URL,
            "external_url": SAID,
            "title": TEXT,
            "content_text": SAID,
            "date_published": STAMP,
            "date_modified": STAMP,
            "tags": LIST,
            "_partner_inbox": _object(
                {
                    name: {**of, "description": feeds.ITEM_FIELDS[name]}
                    for name, of in _ours().items()
                }
            ),
        },
        optional=("external_url",),
    )


def _ours() -> Mapping[str, Schema]:
    """Each field of an item's extension."""
    whole = {"kind": {"const": "date"}, "date": DATE, "zone": SAID}
    moment = {"kind": {"const": "instant"}, "at": STAMP, "zone": SAID}
    due = [_object(one, optional=("zone",)) for one in (whole, moment)]
    amount = {"value": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}, "currency": MAYBE}
    return {
        "kind": {"enum": [str(kind) for kind in Kind]},
        "category": {"enum": [*(str(one) for one in Category), None]},
        "due": {"oneOf": [{"type": "null"}, *due]},
        "state": {"enum": list(feeds.STATES)},
        "priority": {"type": ["number", "null"]},
        "vendor": MAYBE,
        "program": MAYBE,
        "account": MAYBE,
        "reference": MAYBE,
        "status": MAYBE,
        "amount": {"oneOf": [{"type": "null"}, _object(amount)]},
        "amount_label": MAYBE,
        "owner": MAYBE,
        "changed_fields": LIST,
        "derived": FLAG,
        "facts": {"type": "object", "additionalProperties": MAYBE},
        "source": _object(
            {
                "name": SAID,
                "stream": SAID,
                "id": SAID,
                "as_of": _or_null(STAMP),
                "last_success_at": _or_null(STAMP),
                "stale": FLAG,
            }
        ),
    }


def _object(properties: Mapping[str, Any], optional: tuple[str, ...] = ()) -> Schema:
    """With at least these."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in optional],
    }


def _or_null(of: Schema) -> Schema:
    return {"oneOf": [{"type": "null"}, of]}
