"""Tokens, headers, limits and refusals, as a person meets them."""

from datetime import timedelta

import pytest

from connectors.sdk.connector import CheckState
from connectors.sdk.errors import AuthFailed, ConfigInvalid, RateLimited
from connectors.sdk.sandbox import Fault, FaultKind
from tests.connectors.ingram_micro.conftest import NAME, START, Desk

NAMES = [
    "Address",
    "Sign-in",
    "Customer number",
    "Special bids",
    "Renewals",
    "Quotes",
    "Invoices",
    "Orders on hold",
    "Calls left",
]


def test_a_token_that_ends_in_the_middle_of_a_list_is_renewed_once(large: Desk) -> None:
    whole = large.read("renewals").records
    large.sandbox.gate.tokens.uses = 2
    tokens = large.sandbox.gate.tokens.issued

    reading = large.read("renewals")

    assert reading.error is None
    assert reading.end is not None
    assert reading.records == whole
    assert large.sandbox.gate.tokens.issued - tokens == 2


def test_a_sign_in_that_is_refused_again_and_again_is_not_a_loop(desk: Desk) -> None:
    desk.host.plan(NAME, Fault(kind=FaultKind.UNAUTHORIZED, path="/resellers/", times=99))

    reading = desk.read("renewals")

    assert isinstance(reading.error, AuthFailed)
    assert len(desk.asked("/resellers/")) == 2


def test_ingrams_thirty_days_are_not_believed(desk: Desk) -> None:
    """The token says 30 days and lives for 24 hours; one session may live longer than that."""
    from connectors.ingram_micro.client import Ingram
    from connectors.ingram_micro.connector import IngramMicro
    from connectors.sdk.connector import ReadContext

    config = IngramMicro.manifest.config.model_validate(desk.settings)
    with desk.session() as http:
        for _ in range(3):
            Ingram(config, ReadContext(http=http, now=desk.clock.now())).sign_in()
            desk.clock.move(timedelta(hours=23, minutes=1))

    assert desk.sandbox.gate.tokens.issued == 3


def test_wrong_credentials_say_where_the_right_ones_are(desk: Desk) -> None:
    desk.settings["client_secret"] = "not-this-one"

    reading = desk.read("renewals")

    assert isinstance(reading.error, AuthFailed)
    assert "My Apps" in reading.error.remedy
    assert "not-this-one" not in f"{reading.error} {reading.error.remedy} {reading.error!r}"


def test_the_secret_travels_in_the_body_and_never_in_an_address(desk: Desk) -> None:
    desk.read("renewals")

    assert ("POST", "/oauth/oauth20/token", 200) in desk.asked("/oauth/")
    assert {method for method, _, _ in desk.asked("/oauth/")} == {"POST"}


def test_a_country_that_ingram_refuses_is_a_setting_to_correct(desk: Desk) -> None:
    desk.settings["country_code"] = "UU"

    reading = desk.read("invoices")

    assert isinstance(reading.error, ConfigInvalid)
    assert "country" in reading.error.message


def test_the_limit_of_sixty_calls_a_minute_is_never_met(desk: Desk) -> None:
    row = next(iter(desk.sandbox.account.deals))
    for number in range(150):
        desk.sandbox.account.deals.add({**row, "dealId": f"B{number:04d}"})

    reading = desk.read("special_bids")

    assert reading.end is not None
    assert desk.sandbox.gate.quota.refused == 0


def test_being_throttled_ends_the_read_until_ingrams_own_time(large: Desk) -> None:
    """A minute is too long to wait inside a request: what came stands, nothing is proven."""
    large.sandbox.gate.quota.limit = 2

    reading = large.read("renewals")

    assert isinstance(reading.error, RateLimited)
    assert reading.error.until == START + timedelta(seconds=60)
    assert len(reading.records) == 200
    assert reading.end is None


class TestTheCheck:
    def test_a_good_connection_is_good_in_every_point(self, desk: Desk) -> None:
        found = desk.check()

        assert list(found) == NAMES
        assert {check.state for check in found.values()} == {CheckState.OK}
        assert found["Renewals"].text == "11 to read."

    def test_an_empty_stream_is_no_failure(self, desk: Desk) -> None:
        desk.sandbox.drop("quotes", 99)
        desk.sandbox.drop("orders_on_hold", 99)

        found = desk.check()

        assert found["Quotes"].text == "Readable; none at present."
        assert found["Orders on hold"].state is CheckState.OK

    def test_a_wrong_secret_stops_at_the_sign_in(self, desk: Desk) -> None:
        desk.settings["client_secret"] = "not-this-one"

        found = desk.check()

        assert list(found) == ["Address", "Sign-in"]
        assert found["Address"].state is CheckState.OK
        assert found["Sign-in"].state is CheckState.FAIL
        assert "My Apps" in found["Sign-in"].fix

    def test_a_customer_number_of_another_app_is_named(self, desk: Desk) -> None:
        desk.settings["customer_number"] = "20-333333"

        found = desk.check()

        assert found["Customer number"].state is CheckState.FAIL
        assert "registered for" in found["Customer number"].fix
        assert list(found)[-1] == "Customer number"

    def test_a_missing_api_product_fails_its_own_stream_only(self, desk: Desk) -> None:
        desk.host.plan(NAME, Fault(kind=FaultKind.FORBIDDEN, path="/quotes/search", times=9))

        found = desk.check()

        assert found["Quotes"].state is CheckState.FAIL
        assert "API products" in found["Quotes"].fix
        assert found["Invoices"].state is CheckState.OK

    def test_a_platform_that_is_down_is_an_address_to_look_at(self, desk: Desk) -> None:
        desk.host.plan(NAME, Fault(kind=FaultKind.BROKEN, path="/oauth/", times=99))

        found = desk.check()

        assert list(found) == ["Address"]
        assert found["Address"].state is CheckState.FAIL
        assert "every night" in found["Address"].fix

    def test_few_calls_left_are_a_warning(self, desk: Desk) -> None:
        desk.sandbox.gate.quota.limit = 2

        found = desk.check()

        assert found["Calls left"].state is CheckState.WARN
        assert "app of its own" in found["Calls left"].fix


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("customer_number", "20222222"),
        ("country_code", "USA"),
        ("customer_contact", "jane"),
        ("currency", "dollars"),
        ("base_url", "api.ingrammicro.com"),
        ("client_id", ""),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused_in_the_form(
    desk: Desk, field: str, value: str
) -> None:
    from pydantic import ValidationError

    from connectors.ingram_micro.connector import IngramMicro

    with pytest.raises(ValidationError, match=field):
        IngramMicro.manifest.config.model_validate({**desk.settings, field: value})


def test_pasted_blanks_and_small_letters_are_forgiven(desk: Desk) -> None:
    from connectors.ingram_micro.config import IngramMicroConfig

    config = IngramMicroConfig.model_validate(
        {**desk.settings, "customer_number": " 20-222222 ", "country_code": "us", "currency": " "}
    )

    assert (config.customer_number, config.country_code) == ("20-222222", "US")
    assert config.currency is None
