"""The browser that the pages are tested in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

FORBIDDEN_STYLE = (
    """<meta http-equiv="Content-Security-Policy" content="style-src 'none'">"""
    """<p style="color: red">red</p>"""
)


def test_a_page_opens_in_chromium(page: Page) -> None:
    page.set_content("<h1>Today</h1>")

    assert page.get_by_role("heading").inner_text() == "Today"


def test_a_visitor_can_come_without_javascript(new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    page.set_content("<p>read</p><script>document.body.textContent = 'written'</script>")

    assert page.locator("p").inner_text() == "read"


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        ("<script>throw new Error('broken')</script>", "broken"),
        (
            FORBIDDEN_STYLE,
            "Content Security Policy",
        ),
    ],
    ids=["script error", "breach of the policy"],
)
def test_a_page_that_complains_fails_its_test(
    page: Page, complaints: list[str], markup: str, complaint: str
) -> None:
    page.set_content(markup)

    assert complaint in complaints.pop()
