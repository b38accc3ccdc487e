"""What the sandbox answers for Microsoft Graph is what Microsoft's own client library reads.

Only the library's models and its addresses: a sandbox with a mistake of the connector's in it would
not be read by them. There is no such library for Partner Center and referrals.
"""

import json
import warnings
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl

import pytest

from connectors.sdk.sandbox import Asked
from tests.connectors.microsoft.conftest import NAME, Desk

GENERATED = "msgraph.generated"
RELATIONSHIPS = "tenant_relationships.delegated_admin_relationships"
LISTS = {
    "admin_relationships": (
        "models.delegated_admin_relationship_collection_response",
        "DelegatedAdminRelationshipCollectionResponse",
        f"{RELATIONSHIPS}.delegated_admin_relationships_request_builder",
        "DelegatedAdminRelationshipsRequestBuilder",
    ),
    "messages": (
        "models.service_update_message_collection_response",
        "ServiceUpdateMessageCollectionResponse",
        "admin.service_announcement.messages.messages_request_builder",
        "MessagesRequestBuilder",
    ),
}
DOCUMENTED_BEYOND_THE_LIBRARY = {"@odata.etag", "expiryDateTime"}


class Library:
    """Microsoft's library, imported when it is used: it is large."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # it warns of a class of its own
            self.node = import_module("kiota_serialization_json.json_parse_node").JsonParseNode
            self.lists = {
                stream: (
                    getattr(import_module(f"{GENERATED}.{models}"), kind),
                    getattr(import_module(f"{GENERATED}.{builders}"), builder),
                )
                for stream, (models, kind, builders, builder) in LISTS.items()
            }

    def rows(self, stream: str, body: bytes) -> list[Any]:
        node = self.node(json.loads(body))
        kind = self.lists[stream][0]
        return node.get_object_value(kind.create_from_discriminator_value(node)).value or []

    def address(self, stream: str) -> tuple[str, set[str]]:
        """The path of a list, and the parameters that it may be asked with."""
        path, _, query = self.lists[stream][1](object(), {}).url_template.partition("{?")
        names = query.rstrip("}").replace("%24", "$").split(",")
        return path.replace("{+baseurl}", "/graph/v1.0"), set(names)


@pytest.fixture(scope="module")
def library() -> Library:
    return Library()


class Heard:
    """What was asked of Graph, and what it answered, as the library reads it."""

    def __init__(self, desk: Desk, library: Library, stream: str) -> None:
        self.asked: list[Asked] = []
        self.rows: list[Any] = []

        def hear(asked: Asked, _type: str, body: bytes) -> bytes:
            if "/graph/" in asked.path:
                self.asked.append(asked)
                self.rows += library.rows(stream, body)
            return body

        desk.host.rewrite(NAME, hear)
        self.records = desk.read(stream).records
        desk.host.rewrite(NAME, None)


@pytest.mark.parametrize("stream", LISTS)
def test_the_library_reads_every_field_of_every_row(
    desk: Desk, library: Library, stream: str
) -> None:
    heard = Heard(desk, library, stream)

    assert [row.id for row in heard.rows] == list(heard.records)
    unknown = {name for row in heard.rows for name in row.additional_data}
    assert unknown <= DOCUMENTED_BEYOND_THE_LIBRARY


def test_relationships_end_and_stand_as_the_library_reads_them(
    desk: Desk, library: Library
) -> None:
    heard = Heard(desk, library, "admin_relationships")

    for row in heard.rows:
        record = heard.records[row.id]
        assert record.status == row.status.value
        assert (record.due.at if record.due else None) == row.end_date_time
        assert record.account == row.customer.display_name
        assert ("does not extend" in record.summary) is (not row.auto_extend_duration)


def test_messages_ask_for_action_as_the_library_reads_them(desk: Desk, library: Library) -> None:
    heard = Heard(desk, library, "messages")

    for row in heard.rows:
        record = heard.records[row.id]
        due = getattr(record, "due", None)
        assert (due.at if due else None) == row.action_required_by_date_time
        assert record.title == row.title
        assert row.severity
        assert row.category


@pytest.mark.parametrize("stream", LISTS)
def test_what_is_asked_for_is_an_address_of_the_library(
    desk: Desk, library: Library, stream: str
) -> None:
    path, documented = library.address(stream)

    for asked in Heard(desk, library, stream).asked:
        assert asked.path == path
        # The token of a next page is in Graph's links and documents, not in the library.
        assert {name for name, _ in parse_qsl(asked.query)} <= documented | {"$skiptoken"}
