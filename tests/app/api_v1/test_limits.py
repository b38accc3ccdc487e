"""How often a program may ask."""

from app.services import tokens
from tests.app.api_v1.program import Program, problem


def test_who_asks_too_often_is_told_how_long_to_wait(company: Program) -> None:
    limits = company.client.app.state.limits  # type: ignore[attr-defined]  # Starlette's own
    limits.per_minute = 3
    told = [company.get("/me").headers for _ in range(3)]
    assert [one["ratelimit"] for one in told] == [
        '"minute";r=2;t=20',
        '"minute";r=1;t=40',
        '"minute";r=0;t=60',
    ]
    assert told[0]["ratelimit-policy"] == '"minute";q=3;w=60'
    for answer in (company.get("/items"), company.post("/items/1/done")):
        assert answer.headers["retry-after"] == "20"
        assert answer.headers["ratelimit"].startswith('"minute";r=0')
        problem(answer, 429)
    company.world.clock.forward(seconds=20)
    assert company.get("/me").status_code == 200
    assert company.get("/me").status_code == 429
    company.world.clock.forward(minutes=5)
    assert [company.get("/me").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_tokens_that_nobody_knows_are_counted_by_address(company: Program) -> None:
    limits = company.client.app.state.limits  # type: ignore[attr-defined]  # Starlette's own
    mine = company.token
    company.token = "pi_live_nobody"
    answers = [company.get("/me").status_code for _ in range(40)]
    assert answers == [401] * 30 + [429] * 10
    company.token = mine
    assert company.get("/me").status_code == 200
    limits.per_minute = 0
    assert "ratelimit" not in company.get("/me").headers


def test_what_a_token_may_not_do_is_counted_too(company: Program) -> None:
    limits = company.client.app.state.limits  # type: ignore[attr-defined]  # Starlette's own
    limits.per_minute = 3
    with company.world.database.write() as session:
        company.token = tokens.add_token(
            session, name="Reads", scope="read", user_id=company.person, now=company.world.clock()
        )
    answers = [company.post("/items/1/done").status_code for _ in range(5)]
    assert answers == [403] * 3 + [429] * 2
