"""A check says what it found, or what failed and what helps."""

from connectors.sdk.checks import attempt
from connectors.sdk.connector import Check, CheckState
from connectors.sdk.errors import AuthFailed


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
