"""The suite passes a good connector, and each of its checks fails one that breaks its rule.

Every class here breaks one rule in the way in which real connectors do.
"""

import logging
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from pydantic import Field, SecretStr

from connectors.sdk.conformance import TITLES, Checkout, Outcome, run
from connectors.sdk.connector import Check, CheckState, Complete, Event, Page, ReadContext
from connectors.sdk.errors import ConnectorError, RateLimited
from connectors.sdk.http import Reply
from connectors.sdk.manifest import ConnectorConfig, Manifest
from connectors.sdk.records import AnyRecord, Deadline, DueDate, Money, Notice, SafeHtml
from tests.connectors.sdk.northwind.connector import Api, Northwind, NorthwindConfig
from tests.connectors.sdk.northwind.sandbox import Sandbox

GOLDEN = Path(__file__).parent / "northwind" / "golden.json"
DOCS = """# Northwind
## What you need
A client id and secret.
## Permissions
`read:renewals` and `read:notices`
## Limits
60 calls a minute.
## Removing it
Delete the client in the portal.
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    page = tmp_path / "docs/connectors/northwind.md"
    page.parent.mkdir(parents=True)
    page.write_text(DOCS)
    return Checkout(root=tmp_path, golden=GOLDEN)


@pytest.mark.parametrize("check", TITLES)
def test_a_good_connector_passes(check: str, checkout: Checkout) -> None:
    (result,) = run(Northwind(), Sandbox, only={check}, checkout=checkout)
    assert (result.outcome, result.text) == (Outcome.PASSED, "")
    assert result.title == TITLES[check]


class RenamedManifest(Northwind):
    @property
    def manifest(self) -> Manifest:
        return replace(super().manifest, id="southwind")


class ReaderOf(Northwind):
    """A connector that reads through another ``Api``."""

    kind: type[Api] = Api

    def api(self, config: NorthwindConfig, context: ReadContext) -> Api:
        return self.kind(config, context)


class Settings(Northwind):
    """A connector with other settings."""

    config: type[ConnectorConfig]

    @property
    def manifest(self) -> Manifest:
        return replace(super().manifest, config=self.config)


class BareSecretConfig(ConnectorConfig):
    base_url: str
    client_id: str
    client_secret: str


class BareSecret(Settings):
    config = BareSecretConfig


class HelplessConfig(ConnectorConfig):
    base_url: str = Field(title="Address", description="")
    client_id: str = Field(title="Client id")
    client_secret: SecretStr = Field(title="Client secret")


class HelplessForm(Settings):
    config = HelplessConfig


class RaisingCheck(Northwind):
    def check(self, config: NorthwindConfig, context: ReadContext) -> Iterator[Check]:
        api = self.api(config, context)
        yield Check(name="Sign-in", state=CheckState.OK, text=api.sign_in())


class NumbersItsRows(ReaderOf):
    class kind(Api):  # noqa: N801 - it stands for an attribute
        _number = count(1)

        def renewal(self, row: Any) -> Deadline:
            found = super().renewal(row)
            return msgspec.structs.replace(found, external_id=f"row {next(self._number)}")


class NumbersByPlace(ReaderOf):
    class kind(Api):  # noqa: N801 - it stands for an attribute
        def page(self, items: list[Any], make: Any, number: int, noun: str) -> Page:
            page = super().page(items, make, number, noun)
            found = [
                msgspec.structs.replace(record, external_id=f"{noun} {number}-{place}")
                for place, record in enumerate(page.records)
            ]
            return replace(page, records=tuple(found))


class FirstPageOnly(ReaderOf):
    class kind(Api):  # noqa: N801 - it stands for an attribute
        def renewals(self) -> Iterator[Event]:
            body = self.get("renewals", {"page": 1}).json()
            yield self.page(body["items"], self.renewal, 1, "renewal")
            yield Complete()


class SwallowsErrors(Northwind):
    def read(self, stream: str, config: NorthwindConfig, context: ReadContext) -> Iterator[Event]:
        with suppress(ConnectorError):
            for event in super().read(stream, config, context):
                if isinstance(event, Page):
                    yield event
        yield Complete()


class TrustsEveryAnswer(ReaderOf):
    class kind(Api):  # noqa: N801 - it stands for an attribute
        def renewals(self) -> Iterator[Event]:
            body = self.get("renewals", {"page": 1}).json()
            items = body.get("items", []) if isinstance(body, dict) else []
            yield self.page(items, self.renewal, 1, "renewal")
            yield Complete()


class OneBadRowForAll(ReaderOf):
    class kind(Api):  # noqa: N801 - it stands for an attribute
        def page(self, items: list[Any], make: Any, number: int, noun: str) -> Page:
            return Page(records=tuple(make(item) for item in items))


class DropsBadRows(ReaderOf):
    class kind(Api):  # noqa: N801 - it stands for an attribute
        def page(self, items: list[Any], make: Any, number: int, noun: str) -> Page:
            return replace(super().page(items, make, number, noun), quarantined=())


class OtherRecords(Northwind):
    """A connector that changes records on their way out."""

    def other(self, record: AnyRecord) -> AnyRecord:
        raise NotImplementedError

    def read(self, stream: str, config: NorthwindConfig, context: ReadContext) -> Iterator[Event]:
        for event in super().read(stream, config, context):
            if isinstance(event, Page):
                yield replace(event, records=tuple(map(self.other, event.records)))
            else:
                yield event


class InventsAZone(OtherRecords):
    def other(self, record: AnyRecord) -> AnyRecord:
        due = getattr(record, "due", None)
        if not isinstance(due, DueDate):
            return record
        return msgspec.structs.replace(record, due=msgspec.structs.replace(due, zone="EST5 or so"))


class CountsInFloats(OtherRecords):
    def other(self, record: AnyRecord) -> AnyRecord:
        amount = getattr(record, "amount", None)
        if amount is None:
            return record
        third = Money(amount.amount / 3, amount.currency)
        return msgspec.structs.replace(record, amount=third)


class TrustsHtml(OtherRecords):
    def other(self, record: AnyRecord) -> AnyRecord:
        if not isinstance(record, Notice):
            return record
        return msgspec.structs.replace(record, body=SafeHtml(f"<p onclick='x'>{record.title}</p>"))


class ForgetsWhatItKnows(Northwind):
    def read(self, stream: str, config: NorthwindConfig, context: ReadContext) -> Iterator[Event]:
        if not context.state:
            yield from (e for e in super().read(stream, config, context) if isinstance(e, Page))
        yield Complete(state={"since": context.now.isoformat()})


class Impatient(Northwind):
    def read(self, stream: str, config: NorthwindConfig, context: ReadContext) -> Iterator[Event]:
        try:
            pages = list(super().read(stream, config, context))
        except RateLimited:
            pages = list(super().read(stream, config, context))
        yield from pages


class NeverRenews(ReaderOf):
    class kind(Api):  # noqa: N801 - it stands for an attribute
        def get(self, what: str, params: dict[str, Any]) -> Reply:
            headers = self.credentials.headers()
            return self._bare.request(
                "GET", f"{self.base}/v1/{what}", params=params, headers=headers
            )

        def __init__(self, config: NorthwindConfig, context: ReadContext) -> None:
            super().__init__(config, context)
            self._bare = context.http


class PhonesHome(Northwind):
    def check(self, config: NorthwindConfig, context: ReadContext) -> Iterator[Check]:
        with suppress(OSError):
            socket.getaddrinfo("collector.invalid", 443)
        yield from super().check(config, context)


class AsksAboutEachRow(ReaderOf):
    class kind(Api):  # noqa: N801 - it stands for an attribute
        def renewal(self, row: Any) -> Deadline:
            for _ in range(5):
                self.total()
            return super().renewal(row)


class LogsItsSecret(ReaderOf):
    class kind(Api):  # noqa: N801 - it stands for an attribute
        def __init__(self, config: NorthwindConfig, context: ReadContext) -> None:
            super().__init__(config, context)
            secret = config.client_secret.get_secret_value()
            logging.getLogger(__name__).debug("signing in with %s", secret)


class AsksToTheEnd(ReaderOf):
    class kind(Api):  # noqa: N801 - it stands for an attribute
        def renewals(self) -> Iterator[Event]:
            try:
                yield from super().renewals()
            finally:
                self.total()


BROKEN: list[tuple[str, type[Northwind], str]] = [
    ("C01", RenamedManifest, "the id 'southwind' is not the folder's name"),
    ("C02", BareSecret, "setting client_secret is not a SecretStr"),
    ("C03", HelplessForm, "setting base_url has no description"),
    ("C04", RaisingCheck, "401: check() raises AuthFailed"),
    ("C04", SwallowsErrors, "401: expected AuthFailed, got Complete"),
    ("C05", NumbersItsRows, "renewals: read again, 5 ids are gone"),
    ("C06", NumbersByPlace, "renewals: shuffled, records changed"),
    ("C07", FirstPageOnly, "of 120 more rows only 5 are read"),
    ("C07", SwallowsErrors, "renewals: 500 from request 0"),
    ("C08", TrustsEveryAnswer, "renewals: /v1/renewals without its list: Complete"),
    ("C09", SwallowsErrors, "renewals: truncated from request 0"),
    ("C10", OneBadRowForAll, "the whole read fails with TypeError"),
    ("C10", DropsBadRows, "vanished without being quarantined"),
    ("C11", InventsAZone, "no such zone: 'EST5 or so'"),
    ("C12", CountsInFloats, "has more than 4 decimals"),
    ("C13", ForgetsWhatItKnows, "renewals: read from its own state: rows are missing"),
    ("C14", Impatient, "with Retry-After 7200: asked again after"),
    ("C15", NeverRenews, "a token that ends before request 1: AuthFailed"),
    ("C16", PhonesHome, "getaddrinfo to collector.invalid port 443"),
    ("C17", AsksAboutEachRow, "rows; the budget is 280"),
    ("C18", LogsItsSecret, "the log: a secret comes after …'signing in with"),
    ("C19", AsksToTheEnd, "renewals: it goes on asking when it is left"),
    ("C20", TrustsHtml, "body did not go through clean_html"),
    ("C21", InventsAZone, "due was {"),
]


@pytest.mark.parametrize(
    ("check", "connector", "text"), BROKEN, ids=[f"{c}-{k.__name__}" for c, k, _ in BROKEN]
)
def test_a_connector_that_breaks_the_rule_fails(
    check: str, connector: type[Northwind], text: str, checkout: Checkout
) -> None:
    (result,) = run(connector(), Sandbox, only={check}, checkout=checkout)
    assert result.outcome is Outcome.FAILED
    assert text in result.text


def test_every_check_but_the_docs_page_has_such_a_connector() -> None:
    assert {check for check, _, _ in BROKEN} == set(TITLES) - {"C22"}


@pytest.mark.parametrize("heading", ["need", "Permissions", "Limits", "Removing"])
def test_a_docs_page_without_one_of_its_parts_fails(heading: str, checkout: Checkout) -> None:
    page = checkout.root / "docs/connectors/northwind.md"
    page.write_text(DOCS.replace(heading, "Other"))
    (result,) = run(Northwind(), Sandbox, only={"C22"}, checkout=checkout)
    assert result.outcome is Outcome.FAILED
    assert "has no heading about" in result.text


def test_a_missing_docs_page_fails(tmp_path: Path) -> None:
    checkout = Checkout(root=tmp_path, golden=GOLDEN)
    (result,) = run(Northwind(), Sandbox, only={"C22"}, checkout=checkout)
    assert result.text == "there is no page docs/connectors/northwind.md"


def test_golden_records_are_stored_when_asked_and_compared_afterwards(tmp_path: Path) -> None:
    golden = tmp_path / "new" / "golden.json"
    look = Checkout(root=tmp_path, golden=golden)
    (missing,) = run(Northwind(), Sandbox, only={"C21"}, checkout=look)
    (stored,) = run(Northwind(), Sandbox, only={"C21"}, checkout=replace(look, update=True))
    (again,) = run(Northwind(), Sandbox, only={"C21"}, checkout=look)
    assert "there is no golden.json" in missing.text
    assert [stored.outcome, again.outcome] == [Outcome.PASSED] * 2
    assert "127.0.0.1" not in golden.read_text()


def test_without_a_checkout_its_checks_are_bypassed_and_say_why() -> None:
    results = list(run(Northwind(), Sandbox, only={"C21", "C22"}))
    assert [result.outcome for result in results] == [Outcome.BYPASSED] * 2
    assert all("repository" in result.text for result in results)


class Bypassing(Sandbox):
    bypasses: ClassVar[Mapping[str, str]] = {
        "C15": "Northwind signs each request: there is no token that could end.",
        "C14": "later",
        "C99": "A check that nobody wrote.",
    }


def test_a_bypass_needs_a_reason_and_a_check() -> None:
    results = {r.id: r for r in run(Northwind(), Bypassing, only={"C14", "C15", "C16"})}
    assert results["C15"].outcome is Outcome.BYPASSED
    assert results["C15"].text.startswith("Northwind signs each request")
    assert results["C14"].outcome is Outcome.FAILED
    assert results["C14"].text == "the bypass has no written reason: 'later'"
    assert results["C99"].outcome is Outcome.FAILED
    assert results["C16"].outcome is Outcome.PASSED


def test_a_sandbox_that_breaks_down_fails_the_check_and_not_the_run() -> None:
    class Broken(Sandbox):
        def drop(self, stream: str, count: int) -> list[str]:
            raise ZeroDivisionError("no rows")

    results = list(run(Northwind(), Broken, only={"C07", "C16"}))
    assert [result.outcome for result in results] == [Outcome.FAILED, Outcome.PASSED]
    assert results[0].text == "the check broke with ZeroDivisionError: no rows"
