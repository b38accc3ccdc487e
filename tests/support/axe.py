"""axe-core, as its package brings it: what WCAG 2.2 asks of a page, judged by others than us."""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
EVERYTHING = {"runOnly": {"type": "tag", "values": list(TAGS)}, "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
TELL = """async (options) => {
  const found = await axe.run(document, options);
  const told = (rule) => (node) => `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`;
  return found.violations.flatMap((rule) => rule.nodes.map(told(rule)));
}"""


@cache
def script() -> str:
    """The library's source. Asked for as text: the site's own policy lets no foreign script in."""
    return (files("axe_playwright_python") / "axe.min.js").read_text()


def violations(page: Page, options: dict[str, Any] = EVERYTHING) -> list[str]:
    """One sentence for each place where the page breaks a rule."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(script())
    found: list[str] = page.evaluate(TELL, options)
    return found
