"""The pictures of all pages, and that none is forgotten."""

from tests import screens
from tests.support.pages import pages


def test_every_page_has_its_picture_or_a_reason_for_none() -> None:
    shown = {one.route for one in screens.SCREENS}

    assert {route.path for route in pages()} == shown | set(screens.LEFT_OUT)
    assert not shown & set(screens.LEFT_OUT)


def test_the_folder_holds_the_pictures_that_its_page_shows() -> None:
    wanted = {screens.picture(one, size) for one in screens.SCREENS for size in screens.SIZES}

    assert {path.name for path in screens.FOLDER.glob("*.png")} == wanted, "run make screens"
    assert (screens.FOLDER / "README.md").read_text() == screens.index(), "run make screens"
    assert sum(path.stat().st_size for path in screens.FOLDER.iterdir()) < 6_000_000
