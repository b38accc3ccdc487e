"""The app's secret, a refresh token that rotates, rights that are missing, limits."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.microsoft.config import MicrosoftConfig
from connectors.microsoft.connector import Microsoft
from connectors.microsoft.sandbox_gate import REFRESH_TOKEN
from connectors.sdk.connector import CheckState, InMemory, NotOffered
from connectors.sdk.errors import AuthFailed, ConfigInvalid, Incomplete
from connectors.sdk.sandbox import Fault, FaultKind
from tests.connectors.microsoft.conftest import NAME, Desk, Reading

GRAPH, CENTER, PERSON = (
    "Sign-in to Microsoft Graph",
    "Sign-in to Partner Center",
    "Sign-in for referrals",
)
TITLES = {spec.name: spec.title for spec in Microsoft.manifest.streams}


class Killed(Exception):
    """The process ended here."""


class DiesWhileStoring(InMemory):
    """Between Microsoft's answer and the storing of the new refresh token the process ends."""

    def replace(self, name: str, *, used: str, new: str) -> None:
        raise Killed


class TestTheRefreshToken:
    def test_each_new_one_is_stored_and_used_at_the_next_sync(self, desk: Desk) -> None:
        desk.sandbox.gate.strict = True

        first, second = desk.read("referrals"), desk.read("referrals")

        assert first.records == second.records
        assert first.end is not None
        assert second.end is not None
        (stored,) = desk.sandbox.gate.refreshes
        assert desk.secrets.current("refresh_token") == stored != REFRESH_TOKEN

    def test_one_lost_between_answer_and_storing_asks_for_a_sign_in_and_not_again_and_again(
        self, desk: Desk
    ) -> None:
        desk.sandbox.gate.strict = True
        kept, desk.secrets = desk.secrets, DiesWhileStoring()
        with pytest.raises(Killed):
            desk.read("referrals")
        desk.secrets = kept
        before = len(desk.asked())

        reading = desk.read("referrals")

        assert isinstance(reading.error, AuthFailed)
        assert "refresh token" in reading.error.message
        assert "multi-factor" in reading.error.remedy
        assert [status for _, _, status in desk.asked()[before:]] == [400]

    def test_nothing_is_read_before_the_new_one_is_stored(self, desk: Desk) -> None:
        desk.secrets = DiesWhileStoring()
        with pytest.raises(Killed):
            desk.read("referrals")

        assert not desk.asked("/referrals/")

    def test_one_that_another_process_replaced_meanwhile_is_no_trouble(self, desk: Desk) -> None:
        desk.sandbox.gate.strict = True
        desk.sandbox.gate.refreshes = {"0.newer"}
        desk.secrets.replace("refresh_token", used=REFRESH_TOKEN, new="0.newer")

        assert desk.read("referrals").end is not None

    def test_it_never_leaves_for_another_place_than_the_sign_in(self, desk: Desk) -> None:
        desk.read("referrals")

        assert {path for method, path, _ in desk.asked() if method == "POST"} == {
            "/login/contoso-partner.onmicrosoft.com/oauth2/token"
        }

    def test_partner_center_may_be_read_as_the_person_too(self, desk: Desk) -> None:
        desk.sandbox.gate.strict = True
        by_the_app = desk.read("subscriptions").records
        desk.settings["partner_center_sign_in"] = "person"

        by_the_person = desk.read("subscriptions")

        assert by_the_person.end is not None
        assert by_the_person.records == by_the_app
        (stored,) = desk.sandbox.gate.refreshes
        assert desk.secrets.current("refresh_token") == stored != REFRESH_TOKEN
        assert desk.read("referrals").end is not None  # with the same, replaced once more
        assert {check.state for check in desk.check().values()} == {CheckState.OK}

    def test_without_one_nobody_can_sign_in_to_partner_center_as_a_person(self, desk: Desk) -> None:
        settings = {**desk.settings, "partner_center_sign_in": "person", "refresh_token": None}

        with pytest.raises(ValidationError, match="let the app sign in"):
            MicrosoftConfig.model_validate(settings)

    def test_a_connection_without_one_reads_all_else_and_says_what_it_does_not(
        self, desk: Desk
    ) -> None:
        desk.settings["refresh_token"] = None

        found, reading = desk.check(), desk.read("referrals")

        assert PERSON not in found
        assert found["Referrals"].state is CheckState.WARN
        assert "no refresh token is set" in found["Referrals"].text
        assert {check.state for name, check in found.items() if name != "Referrals"} == {
            CheckState.OK
        }
        assert isinstance(reading.end, NotOffered)
        assert "no refresh token is set" in reading.end.why
        assert not desk.asked("/referrals/")

    def test_referrals_that_were_read_before_grow_old_without_one(self, desk: Desk) -> None:
        state = desk.read("referrals").state
        desk.settings["refresh_token"] = None

        error = desk.read("referrals", state).error

        assert isinstance(error, Incomplete)
        assert "stays as it was" in error.message
        assert "Enter a refresh token" in error.remedy

    def test_referrals_that_are_switched_off_are_no_warning(self, desk: Desk) -> None:
        desk.settings |= {"refresh_token": None, "read_referrals": False}

        assert desk.check()["Referrals"].state is CheckState.OK


def test_what_is_switched_off_is_known_of_stored_settings_without_their_secrets(
    desk: Desk,
) -> None:
    stored = {k: v for k, v in desk.settings.items() if k not in ("client_secret", "refresh_token")}
    stored |= {"read_messages": False, "promotions_country": None}

    named = MicrosoftConfig.model_construct(**stored).named_streams()

    assert [spec.name for spec in named] == [
        "admin_relationships",
        "subscriptions",
        "security_score",
        "referrals",
    ]


def test_a_stream_that_is_switched_off_says_so_when_it_is_asked_for(desk: Desk) -> None:
    desk.settings["read_messages"] = False

    reading = desk.read("messages")

    assert isinstance(reading.error, ConfigInvalid)
    assert reading.error.message == "Message centre: this connection does not read them."
    assert not desk.asked()


def test_a_connection_that_would_read_nothing_is_refused_in_the_form(desk: Desk) -> None:
    switches = [name for name in MicrosoftConfig.model_fields if name.startswith("read_")]
    settings = {**desk.settings, **dict.fromkeys(switches, False), "promotions_country": ""}

    with pytest.raises(ValidationError, match="at least one thing"):
        MicrosoftConfig.model_validate(settings)


@pytest.mark.parametrize(
    ("setting", "value", "fix"),
    [
        ("client_secret", "not-this-one", "the secret's value, not its ID"),
        ("client_id", "00000000-0000-0000-0000-000000000000", "application ID again"),
        ("tenant_id", "elsewhere.example", "tenant again"),
    ],
)
def test_a_sign_in_that_is_wrong_says_which_setting_to_correct(
    desk: Desk, setting: str, value: str, fix: str
) -> None:
    desk.settings[setting] = value

    found = desk.check()

    for name in (GRAPH, CENTER, PERSON):
        assert found[name].state is CheckState.FAIL
        assert fix in found[name].fix
    assert not set(TITLES.values()) & found.keys()
    assert value not in str(found)


@pytest.mark.parametrize(
    ("right", "streams"),
    [
        ("DelegatedAdminRelationship.Read.All", ["admin_relationships"]),
        ("ServiceMessage.Read.All", ["messages"]),
        ("PartnerSecurity.Read.All", ["security_score"]),
        ("Partner Center", ["subscriptions", "promotions"]),
        ("Referrals user", ["referrals"]),
    ],
)
def test_a_right_that_is_missing_fails_its_own_part_only_and_is_named(
    desk: Desk, right: str, streams: list[str]
) -> None:
    desk.sandbox.gate.rights.discard(right)

    found = desk.check()

    failed = {name for name, check in found.items() if check.state is CheckState.FAIL}
    assert failed == {TITLES[stream] for stream in streams}
    for stream in streams:
        assert right in found[TITLES[stream]].fix
        reading = desk.read(stream)
        assert isinstance(reading.error, AuthFailed)
        assert reading.error.status == 403
        assert reading.error.remedy == found[TITLES[stream]].fix


def test_a_good_connection_is_good_in_every_point(desk: Desk) -> None:
    found = desk.check()

    assert list(found) == [
        GRAPH,
        *(TITLES[name] for name in ("admin_relationships", "messages", "security_score")),
        CENTER,
        *(TITLES[name] for name in ("subscriptions", "promotions")),
        PERSON,
        TITLES["referrals"],
    ]
    assert {check.state for check in found.values()} == {CheckState.OK}


def test_a_token_that_one_api_never_takes_is_not_a_loop(desk: Desk) -> None:
    desk.host.plan(NAME, Fault(kind=FaultKind.UNAUTHORIZED, path="/partner-center/", times=99))

    reading = desk.read("subscriptions")

    assert isinstance(reading.error, AuthFailed)
    assert "App management" in reading.error.remedy
    assert len(desk.asked("/partner-center/")) == 2


def test_the_apps_token_is_asked_for_once_for_each_audience(desk: Desk) -> None:
    with desk.session() as http:
        for stream in TITLES:
            assert (
                Reading().take(Microsoft().read(stream, desk.config, desk.context(http))).end
                is not None
            )

    assert len(desk.asked("/oauth2/token")) == 3


class TestBeingThrottled:
    def test_the_seconds_are_heard_when_only_the_sentence_has_them(self, desk: Desk) -> None:
        desk.sandbox.gate.wordy = True
        desk.sandbox.gate.quota.limit = 1
        desk.read("promotions")
        desk.clock.move(timedelta(seconds=31))

        reading = desk.read("promotions")

        assert reading.end is not None
        assert desk.sandbox.gate.quota.refused == 1
        assert desk.slept == [pytest.approx(29.5, abs=0.5)]

    def test_with_the_documented_quota_nothing_is_refused(self, desk: Desk) -> None:
        rate = Microsoft.manifest.rate
        assert rate is not None
        assert rate.calls / rate.seconds <= desk.sandbox.gate.quota.limit / 60 / 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tenant_id", "a b"),
        ("tenant_id", "../common"),
        ("client_id", ""),
        ("client_secret", ""),
        ("promotions_country", "USA"),
        ("graph_url", "graph.microsoft.com"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused_in_the_form(
    desk: Desk, field: str, value: Any
) -> None:
    with pytest.raises(ValidationError, match=field):
        MicrosoftConfig.model_validate({**desk.settings, field: value})


def test_pasted_blanks_small_letters_and_slashes_are_forgiven(desk: Desk) -> None:
    config = MicrosoftConfig.model_validate(
        {
            **desk.settings,
            "tenant_id": " contoso.onmicrosoft.com ",
            "promotions_country": "us",
            "graph_url": "https://graph.microsoft.us/",
        }
    )

    assert (config.tenant_id, config.promotions_country, config.graph_url) == (
        "contoso.onmicrosoft.com",
        "US",
        "https://graph.microsoft.us",
    )
