"""A check says what it found, or what failed and what helps."""

from datetime import UTC, datetime

import pytest

from connectors.sdk.checks import attempt, counted, on_first_page, signed_in
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import (
    AuthFailed,
    ConfigInvalid,
    ConnectorError,
    RateLimited,
    Unavailable,
)


def test_what_works_is_ok_and_says_what_was_found() -> None:
    assert attempt("Sample", lambda: "3 renewals can be read.") == Check(
        name="Sample", state=CheckState.OK, text="3 renewals can be read."
    )


def test_what_fails_says_what_helps() -> None:
    def refused() -> str:
        raise AuthFailed("The platform refused the sign-in.", remedy="Enter a new client secret.")

    assert attempt("Sign-in", refused) == Check(
        name="Sign-in",
        state=CheckState.FAIL,
        text="The platform refused the sign-in.",
        fix="Enter a new client secret.",
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (None, [("Address", "ok", ""), ("API key", "ok", "")]),
        (AuthFailed("No."), [("Address", "ok", ""), ("API key", "fail", AuthFailed.remedy)]),
        (
            RateLimited("Slow down.", until=datetime(2026, 11, 22, tzinfo=UTC)),
            [("Address", "ok", ""), ("API key", "fail", RateLimited.remedy)],
        ),
        (Unavailable("Nobody answers."), [("Address", "fail", "Look at the address.")]),
        (ConfigInvalid("Private.", remedy="Allow it."), [("Address", "fail", "Allow it.")]),
    ],
    ids=["accepted", "refused", "throttled", "unreachable", "out of bounds"],
)
def test_whether_a_platform_answers_is_told_apart_from_whether_it_accepts_the_sign_in(
    error: ConnectorError | None, told: list[tuple[str, str, str]]
) -> None:
    def act() -> str:
        if error:
            raise error
        return "It is a key of Halden."

    found = signed_in("Acme", act, name="API key", unreachable="Look at the address.")

    assert [(check.name, check.state, check.fix) for check in found] == told


def test_a_list_is_counted_or_shown_by_its_first_page() -> None:
    assert counted(3) == "3 to read."
    assert counted(0) == counted(None) == "Readable; none at present."
    assert on_first_page(iter([[1, 2], [3]])) == "2 on the first page."
    assert on_first_page(iter([])) == "Readable; none at present."
