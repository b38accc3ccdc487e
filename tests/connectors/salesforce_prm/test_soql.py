"""Every SOQL that can be asked, parsed and held against the field metadata of a real org.

The parser is the sandbox's and the metadata Salesforce's own; nothing of the connector judges
itself. What a user may not see is taken out of the metadata, field by field.
"""

import json
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connectors.salesforce_prm.config import MANIFEST, SalesforcePrmConfig
from connectors.salesforce_prm.metadata import Describe, SObject, sobject
from connectors.salesforce_prm.portal import Portal
from connectors.salesforce_prm.sandbox_objects import objects
from connectors.salesforce_prm.sandbox_soql import Query, fits, parse
from connectors.salesforce_prm.soql import Hidden, Statement, statement
from connectors.salesforce_prm.streams import source

ACCOUNT = "001Hs00003ABCDEIA5"
DEALS = {
    "leads": {"deal_object": "Lead", "deal_expires": "ConvertedDate"},
    "leads with a time": {"deal_object": "Lead", "deal_expires": "EmailBouncedDate"},
    "leads with fields of their own": {
        "deal_object": "Lead",
        "deal_expires": "ConvertedDate",
        "deal_number": "lwrfileupload__SICCode__c",
        "deal_status": "lwrfileupload__Primary__c",
        "deal_amount": "lwrfileupload__NumberofLocations__c",
    },
    "opportunities": {
        "deal_object": "Opportunity",
        "deal_expires": "CloseDate",
        "deal_number": "lwrfileupload__OrderNumber__c",
    },
}
STREAMS = [spec.name for spec in MANIFEST.streams if spec.name != "deal_registrations"]
ASKED = [(name, {}) for name in STREAMS] + [("deal_registrations", more) for more in DEALS.values()]
IDS = [*STREAMS, *DEALS]


class Org:
    """An org by the files of Salesforce's own tools; ``without`` are fields nobody shows."""

    def __init__(self, folder: Path, without: frozenset[str] = frozenset()) -> None:
        self.folder = folder
        self.without = without

    def raw(self, name: str) -> dict[str, Any] | None:
        found = _raw(self.folder, name)
        if found is None or name in self.without:
            return None
        fields = [f for f in found["fields"] if f"{name}.{f['name']}" not in self.without]
        return {**found, "fields": fields}

    def describe(self, name: str) -> SObject | None:
        body = self.raw(name)
        return None if body is None else sobject(body, name)

    def field(self, name: str, path: str) -> dict[str, Any]:
        """The field at a path, told from the files alone."""
        *steps, last = path.split(".")
        for step in steps:
            body = self.raw(name)
            assert body is not None, f"{name} in {path}"
            [found] = [f for f in body["fields"] if f["relationshipName"] == step]
            [name] = found["referenceTo"]
        body = self.raw(name)
        assert body is not None, f"{name} in {path}"
        [field] = [f for f in body["fields"] if f["name"] == last]
        return field  # type: ignore[no-any-return]  # as JSON gives it


@cache
def _raw(folder: Path, name: str) -> dict[str, Any] | None:
    file = folder / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


@pytest.fixture
def folder(specs: Path) -> Path:
    return specs / "salesforce-prm/soqlMetadata"


def portal(**more: Any) -> Portal:
    config = SalesforcePrmConfig(
        vendor="Acme",
        base_url="https://acme.my.salesforce.com",
        consumer_key="key",
        client_secret="secret",
        **more,
    )
    return Portal(config=config, today=date(2026, 3, 2))


def asked(
    describe: Describe, stream: str, more: dict[str, str], *, account: str | None = None
) -> Statement:
    return statement(source(stream, portal(**more)).selection, describe, account=account)


def holds(org: Org, query: Query) -> None:
    """Fails unless the org understands the query."""
    for path in query.fields:
        org.field(query.object, path)
    for condition in query.where:
        field = org.field(query.object, condition.path)
        assert field["filterable"], condition.path
        assert fits(condition, field["type"]), condition
    if query.order:
        assert org.field(query.object, query.order)["sortable"]


@pytest.mark.parametrize(("stream", "more"), ASKED, ids=IDS)
def test_a_real_org_understands_what_is_asked(
    folder: Path, stream: str, more: dict[str, str]
) -> None:
    org = Org(folder)
    wanted = asked(org.describe, stream, more)

    listing, counting = parse(wanted.rows), parse(wanted.count)

    holds(org, listing)
    holds(org, counting)
    assert listing.fields == wanted.fields
    assert counting.fields == ()
    assert counting.where == listing.where
    assert len(wanted.rows) < 4_000


@pytest.mark.parametrize("stream", STREAMS)
def test_all_that_is_wanted_of_salesforces_own_objects_is_there(folder: Path, stream: str) -> None:
    """A name that is misspelt would be left out without a word."""
    wanted = asked(Org(folder).describe, stream, {})
    assert set(wanted.hidden) <= {"CurrencyIsoCode"}


@pytest.mark.parametrize(("stream", "more"), ASKED, ids=IDS)
def test_a_field_that_is_hidden_is_not_asked_for(
    folder: Path, stream: str, more: dict[str, str]
) -> None:
    whole = parse(asked(Org(folder).describe, stream, more).rows)
    steps = {path.partition(".")[0] for path in whole.paths if "." in path}
    body = Org(folder).raw(whole.object)
    assert body is not None
    references = {f["name"] for f in body["fields"] if f["relationshipName"] in steps}
    for name in {path for path in whole.paths if "." not in path and path != "Id"} | references:
        org = Org(folder, frozenset({f"{whole.object}.{name}"}))
        with suppress(Hidden):
            holds(org, parse(asked(org.describe, stream, more).rows))


@pytest.mark.parametrize(("stream", "more"), ASKED, ids=IDS)
def test_a_parent_that_is_hidden_is_not_asked_for(
    folder: Path, stream: str, more: dict[str, str]
) -> None:
    whole = parse(asked(Org(folder).describe, stream, more).rows)
    parents = {f.stem for f in folder.glob("*.json")} - {whole.object}
    org = Org(folder, frozenset(parents))
    try:
        wanted = asked(org.describe, stream, more)
    except Hidden:
        assert stream == "contacts"  # the owner is a parent, and all there is to say
        return
    holds(org, parse(wanted.rows))
    assert not [path for path in wanted.fields if "." in path]


@pytest.mark.parametrize("stream", STREAMS)
def test_one_account_only_is_a_condition_that_a_real_org_understands(
    folder: Path, stream: str
) -> None:
    org = Org(folder)
    query = parse(asked(org.describe, stream, {}, account=ACCOUNT).rows)
    holds(org, query)
    assert [c.value for c in query.where if c.kind == "text"] == [ACCOUNT]


def test_without_the_field_that_tells_whose_a_row_is_nothing_is_asked(folder: Path) -> None:
    """Not everybody's rows in its place."""
    org = Org(folder, frozenset({"PartnerFundClaim.ChannelPartnerId"}))
    with pytest.raises(Hidden, match="ChannelPartnerId"):
        asked(org.describe, "fund_claims", {}, account=ACCOUNT)
    assert asked(org.describe, "fund_claims", {}).conditions == ()


def test_a_field_that_is_no_date_is_no_end_of_a_registration(folder: Path) -> None:
    mapped = {"deal_object": "Lead", "deal_expires": "lwrfileupload__SICCode__c"}
    with pytest.raises(Hidden, match="is no date"):
        asked(Org(folder).describe, "deal_registrations", mapped)


def test_a_field_that_rows_cannot_be_chosen_by_is_none_either(folder: Path) -> None:
    mapped = {"deal_object": "Lead", "deal_expires": "Description"}
    with pytest.raises(Hidden, match="does not let the user choose"):
        asked(Org(folder).describe, "deal_registrations", mapped)


def test_a_fields_kind_decides_how_its_date_is_written(folder: Path) -> None:
    org = Org(folder)
    dated = asked(org.describe, "deal_registrations", DEALS["leads"])
    timed = asked(org.describe, "deal_registrations", DEALS["leads with a time"])
    assert dated.conditions == ("ConvertedDate >= 2025-12-02",)
    assert timed.conditions == ("EmailBouncedDate >= 2025-12-02T00:00:00Z",)


def test_the_sandboxes_metadata_is_that_of_a_real_org(folder: Path) -> None:
    compared = 0
    same = ("type", "nillable", "filterable", "sortable", "custom", "referenceTo")
    for name, fields in objects(several_currencies=False).items():
        real = _raw(folder, name)
        assert real is not None, name
        by_name = {field["name"]: field for field in real["fields"]}
        for field in fields.values():
            if field["name"].endswith("__c"):
                continue
            theirs = by_name[field["name"]]
            assert set(field) <= set(theirs)
            assert {key: field[key] for key in same} == {key: theirs[key] for key in same}, (
                name,
                field["name"],
            )
            assert field["relationshipName"] == theirs["relationshipName"]
            compared += 1
    assert compared > 100
