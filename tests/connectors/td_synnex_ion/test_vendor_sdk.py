"""TD SYNNEX's own Python SDK, unmodified, as an oracle: it signs in to the sandbox as to Ion, and
has to be given what the connector reads.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from StreamOneIONSDK.client import StreamOneClient
from StreamOneIONSDK.exceptions import BadRequestError

from connectors.sdk.conformance.stage import Stage
from connectors.sdk.records import Deadline
from connectors.td_synnex_ion.sandbox import LARGEST_PAGE, Sandbox


def ion(stage: Stage) -> Sandbox:
    assert isinstance(stage.sandbox, Sandbox)
    return stage.sandbox


class Vendor:
    """The SDK with its file of settings, which it writes anew with each token."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self.file = folder / "ion.json"
        tokens = {"access_token": "none-yet", "refresh_token": ion(stage).refresh.valid}
        settings = {"v3": tokens, "accountid": stage.values["account_id"]}
        self.file.write_text(json.dumps(settings))
        self.sdk: Any = StreamOneClient(str(self.file))
        self.sdk.v3_base_url = stage.url

    @property
    def kept(self) -> str:
        return str(json.loads(self.file.read_text())["v3"]["refresh_token"])


def deadlines(stage: Stage, stream: str) -> dict[str, Deadline]:
    reading = stage.read(stream)
    assert reading.whole, reading.outcome()
    return {r.external_id: r for r in reading.records if isinstance(r, Deadline)}


def test_it_replaces_its_token_as_the_connector_does(stage: Stage, tmp_path: Path) -> None:
    vendor, before = Vendor(stage, tmp_path), ion(stage).refresh.valid

    for _ in range(2):
        list(vendor.sdk.list_customers(pageSize=4))

    assert vendor.kept == ion(stage).refresh.valid != before
    assert ion(stage).refresh.given == 1, "it asks for no other while one is good"


def test_a_token_that_was_used_is_refused_to_it_too(stage: Stage, tmp_path: Path) -> None:
    vendor = Vendor(stage, tmp_path)
    ion(stage).refresh.issue()

    with pytest.raises(BadRequestError, match="invalid_grant"):
        vendor.sdk.list_customers()


def test_it_and_the_connector_see_the_same_subscriptions(large: Stage, tmp_path: Path) -> None:
    found = deadlines(large, "subscriptions")
    renewals = {id_: record for id_, record in found.items() if ":" not in id_}

    listed = Vendor(large, tmp_path).sdk.list_subscriptions(pageSize=LARGEST_PAGE)
    seen = {row["id"]: row for row in listed}

    assert len(seen) == 130
    assert {id_: record.status for id_, record in renewals.items()} == {
        id_: row["subscriptionStatus"] for id_, row in seen.items()
    }
    assert {id_: record.account for id_, record in renewals.items()} == {
        id_: row["customerName"] for id_, row in seen.items()
    }


def test_it_and_the_connector_see_the_same_orders_on_hold(stage: Stage, tmp_path: Path) -> None:
    found = deadlines(stage, "orders_on_hold")

    sdk = Vendor(stage, tmp_path).sdk
    held = [row["name"] for row in sdk.list_account_orders(page_size=2, status="ON_HOLD")]
    names = {row["id"]: row["customerOrganization"] for row in sdk.list_customers(pageSize=4)}

    assert {name: record.account for name, record in found.items()} == {
        name: names[name.split("/")[3]] for name in held
    }
