"""A stored zone of any kind is a zone: one person's setting stops nothing (P9)."""

import pytest

from app.core.zones import zone_of


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Argentina/Ushuaia", "UTC"])
def test_a_zone_is_found_by_its_name(name: str) -> None:
    assert zone_of(name).key == name


@pytest.mark.promise("P9")
@pytest.mark.parametrize(
    "name",
    [
        *("", "Mars/Olympus", "europe-berlin", "CEST+2", "\0", "../../etc/passwd", "/etc/passwd"),
        pytest.param("America", id="a folder of zones"),
        pytest.param("x" * 5000, id="longer than any file name"),
    ],
)
def test_what_is_no_zone_here_is_utc(name: str) -> None:
    assert zone_of(name).key == "UTC"
