"""What a token looks like, and which ones cannot be ours."""

import random

from app.core import token_text

MADE = token_text.made(random.Random(7).choice)


def test_a_token_is_well_formed_and_every_slip_in_it_is_seen() -> None:
    assert token_text.well_formed(MADE)
    assert len(MADE) == 44
    for place in range(len(MADE)):
        other = "x" if MADE[place] != "x" else "y"
        assert not token_text.well_formed(MADE[:place] + other + MADE[place + 1 :]), place
    for wrong in ("", MADE[:-1], MADE + "0", MADE.upper(), MADE.replace("live", "test"), "pi_0000"):
        assert not token_text.well_formed(wrong), wrong


def test_the_check_is_the_crc_32_of_the_random_part_in_base_62() -> None:
    # As secret scanners compute it: CRC-32 of "123456789" is 0xCBF43926 = 3421780262.
    told = token_text.check_of("123456789")
    value = 0
    for digit in told:
        value = value * 62 + token_text.DIGITS.index(digit)
    assert (len(told), value) == (6, 0xCBF43926)


def test_tokens_of_before_had_no_check() -> None:
    assert token_text.well_formed("pi_" + "aB3_-" * 8 + "xyz")
    assert not token_text.well_formed("pi_" + "aB3_-" * 8)
