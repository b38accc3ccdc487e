"""The one next act of an item."""

from typing import Any

import pytest

from app.core.next_act import NextAct, next_act

NOTHING: dict[str, bool] = dict.fromkeys(
    ("owned", "waiting", "unproven", "late", "url", "report"), False
)


@pytest.mark.parametrize(
    ("facts", "act"),
    [
        ({}, NextAct.TAKE),
        ({"waiting", "unproven", "late", "url", "report"}, NextAct.TAKE),
        ({"owned", "unproven", "late", "waiting", "url"}, NextAct.PROVE),
        ({"owned", "unproven", "url"}, NextAct.SOURCE),
        ({"owned", "waiting", "url"}, NextAct.ASK_AGAIN),
        ({"owned", "waiting", "report"}, NextAct.ASK_AGAIN),
        ({"owned", "url", "report"}, NextAct.SOURCE),
        ({"owned", "report", "late"}, NextAct.OPEN),
        ({"owned", "late"}, NextAct.DONE),
    ],
)
def test_the_next_act_is_what_nothing_can_go_on_without(facts: Any, act: NextAct) -> None:
    assert next_act(**(NOTHING | dict.fromkeys(facts, True))) is act
