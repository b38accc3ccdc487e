"""When a person is asked before anything is shown as removed (P2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.removal import MOST, SHARE, decide

pytestmark = pytest.mark.promise("P2")


@pytest.mark.parametrize(
    ("live", "missing", "removed", "held"),
    [
        pytest.param(10, 0, 0, 0, id="nothing is missing"),
        pytest.param(10, 1, 1, 0, id="one of ten"),
        pytest.param(10, 2, 2, 0, id="exactly a fifth"),
        pytest.param(10, 3, 0, 3, id="30 percent"),
        pytest.param(10, 10, 0, 10, id="everything"),
        pytest.param(1, 1, 1, 0, id="the only one: a single record never waits"),
        pytest.param(2, 2, 0, 2, id="both of two"),
        pytest.param(1000, 25, 25, 0, id="as many as may go at once"),
        pytest.param(1000, 26, 0, 26, id="one more than may go at once"),
    ],
)
def test_the_brake(live: int, missing: int, removed: int, held: int) -> None:
    verdict = decide(live=live, missing=missing)

    assert (verdict.removed, verdict.held) == (removed, held)


@given(live=st.integers(0, 5000), share=st.floats(0, 1))
def test_what_is_missing_is_either_removed_or_held_and_never_many_are_removed(
    live: int, share: float
) -> None:
    missing = int(live * share)

    verdict = decide(live=live, missing=missing)

    assert {verdict.removed, verdict.held} == {missing, 0}
    assert verdict.removed <= max(1, min(MOST, live * SHARE))
