"""The small coloured tile that stands for a vendor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.tiles import PALETTE, tile_for


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ingram Micro", "IM"),
        ("ingram micro xvantage", "IM"),
        ("Cisco", "CI"),
        ("3M", "3M"),
        ("AT&T", "AT"),
        ("O'Reilly", "OR"),
        ("TD_SYNNEX", "TS"),
        ("Über GmbH", "ÜG"),
        ("U\N{COMBINING DIAERESIS}ber", "ÜB"),
        ("ßeta", "SS"),
        ("X", "X"),
        ("", "?"),
        ("🎉", "?"),
        ("-- --", "?"),
        ("你好 世界", "你世"),
    ],
)
def test_one_or_two_letters_stand_for_a_name(name: str, letters: str) -> None:
    assert tile_for(name).letters == letters


@given(st.text(max_size=40))
def test_any_name_has_a_readable_tile(name: str) -> None:
    tile = tile_for(name)

    assert 1 <= len(tile.letters) <= 2
    assert tile.letters.strip() == tile.letters
    assert tile.colour in PALETTE


def test_a_name_keeps_its_tile_from_one_release_to_the_next() -> None:
    assert tile_for("Cisco").colour == "#166534"
    assert tile_for("CISCO") == tile_for("Cisco") == tile_for(" cisco ")


def test_names_do_not_all_look_alike() -> None:
    assert len({tile_for(f"Vendor {number}").colour for number in range(60)}) == len(PALETTE)


@pytest.mark.parametrize("colour", PALETTE)
def test_white_letters_are_readable_on_every_colour(colour: str) -> None:
    parts = (int(colour[spot : spot + 2], 16) / 255 for spot in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert 1.05 / (luminance + 0.05) >= 4.5
