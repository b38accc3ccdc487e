"""A memory of a bounded size."""

from app.services.memo import Memo


def test_what_was_asked_for_last_is_known_and_the_rest_is_bounded() -> None:
    memo, made = Memo[int](10), list[int]()

    def ask(number: int) -> int:
        return memo.get(number, lambda: made.append(number) or number)

    for number in range(100):
        assert ask(number) == number
        assert ask(0) == 0  # asked for all the time, so it is made once
    assert made == [*range(100)]
    for number in range(99, 95, -1):
        ask(number)
    assert made == [*range(100)]
    assert sum(memo.peek(number) is not None for number in range(100)) <= 10


def test_a_value_that_was_put_anew_is_the_only_one() -> None:
    memo = Memo[str](4)
    for number in range(9):
        memo.put(number % 3, str(number))
    assert [memo.peek(number) for number in range(3)] == ["6", "7", "8"]
    assert memo.peek(3) is None
