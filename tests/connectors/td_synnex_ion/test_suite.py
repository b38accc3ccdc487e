"""What this platform asks of the suite: tokens for one use, and fields that may be missing."""

from connectors.sdk.conformance import Outcome, run
from connectors.sdk.conformance.stage import Stage
from connectors.sdk.errors import AuthFailed
from connectors.sdk.sandbox import Fault, FaultKind
from connectors.td_synnex_ion.connector import TdSynnexIon
from connectors.td_synnex_ion.sandbox import Sandbox


class Unnamed(Sandbox):
    """It does not say that a subscription need not have the day until which it can be cancelled."""

    optional = "(?!)"


def test_a_record_may_go_with_its_field_only_where_the_sandbox_says_so() -> None:
    (result,) = run(TdSynnexIon(), Unnamed, only={"C10"})

    assert result.outcome is Outcome.FAILED
    assert "cancellationAllowedUntilDate" in result.text
    assert "vanished without being quarantined" in result.text


def test_after_a_lost_token_somebody_signs_in_anew_and_the_next_check_means_something(
    stage: Stage,
) -> None:
    whole = stage.read("subscriptions").hashes
    stage.plan(Fault(kind=FaultKind.GZIP_CUT, path="/oauth/token"))
    assert isinstance(stage.read("subscriptions").error, AuthFailed)
    stage.plan()

    assert stage.read("subscriptions").hashes == whole
