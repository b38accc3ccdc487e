"""The judge of the pages judges: a fault of each kind is told, and a good page has none."""

from playwright.sync_api import Page

from tests.support import axe

GOOD = """<html lang="en"><title>Today</title><main><h1>Today</h1><p>All clear</p>{}</main>"""


def test_a_good_page_breaks_no_rule_and_a_bad_one_is_told_where(page: Page) -> None:
    page.set_content(GOOD.format(""))
    assert axe.violations(page) == []

    page.set_content(GOOD.format("<img src=x><p style='color: #ddd; background: #fff'>pale</p>"))
    assert [told.partition(":")[0] for told in axe.violations(page)] == [
        "color-contrast",
        "image-alt",
    ]
    assert [told.partition(":")[0] for told in axe.violations(page, axe.COLOURS)] == [
        "color-contrast"
    ]
