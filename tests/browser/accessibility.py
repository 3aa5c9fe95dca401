"""axe, asked for more than WCAG's level AA."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}},
}

# What is smaller than 44 by 44 pixels; a tick box or radio button counts with the row that it stands in.
SMALL_TARGETS = """() => [...document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")]
  .filter(e => e.checkVisibility() && !e.matches(".skip-link"))
  .filter(e => !(e.tagName === "A" && getComputedStyle(e).display === "inline"))
  .map(e => [e.outerHTML.slice(0, 80), (["radio", "checkbox"].includes(e.type) ? e.parentElement : e).getBoundingClientRect()])
  .filter(([_, box]) => box.height < 44 || box.width < 44)
  .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""


def problems(page: Page, **options) -> list[str]:
    """What axe finds wrong on the whole page at its present width, a line each.

    The window is made as high as the page: what scrolls under a phone's call bar at this moment is not too small,
    and test_keyboard.py shows that the bar never covers the focus.
    """
    size = page.viewport_size
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
    found = Axe().run(page, options=OPTIONS | options)
    page.set_viewport_size(size)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
