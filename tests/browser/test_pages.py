"""What a browser makes of every public page."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.addresses import PUBLIC

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALL_TARGETS = """() => [
    ...document.querySelectorAll("a[href], button, input:not([type=hidden]), textarea")]
  .filter(e => !(e.tagName === "A" && getComputedStyle(e).display === "inline"))
  .filter(e => !e.matches(".skip-link") && e.getClientRects().length)
  .map(e => [e.outerHTML.slice(0, 80), (e.type === "radio" ? e.parentElement : e).getBoundingClientRect()])
  .filter(([_, box]) => box.height < 44 || box.width < 44)
  .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""
INLINE_LINK_OUTSIDE_TEXT = """() => [...document.querySelectorAll("main a[href], footer a[href]")]
  .filter(e => getComputedStyle(e).display === "inline" &&
    e.parentElement.innerText.trim() === e.innerText.trim())
  .map(e => e.outerHTML)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PUBLIC)
def test_axe_finds_nothing(open_page, path, width, scheme):
    page = open_page(path, width=width, color_scheme=scheme)
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", PUBLIC)
def test_the_browser_asks_this_site_only_and_complains_of_nothing(open_page, served, path):
    page = open_page(path)
    page.wait_for_load_state("networkidle")
    assert all(address.startswith(served.url + "/") for address in page.requested)
    assert page.evaluate("violations") == []
    assert page.complaints == []


@pytest.mark.parametrize("path", sorted(set(PUBLIC) - {"/contact/"}))
def test_reading_leaves_nothing_in_the_browser(open_page, path):
    page = open_page(path)
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("path", PUBLIC)
def test_no_page_scrolls_sideways(open_page, path, width):
    page = open_page(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", PUBLIC)
def test_every_target_is_as_large_as_a_thumb(open_page, path):
    page = open_page(path, width=360)
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(INLINE_LINK_OUTSIDE_TEXT) == []


@pytest.mark.parametrize("path", PUBLIC)
def test_text_is_18_px_or_more(open_page, path):
    page = open_page(path, width=360)
    sizes = page.evaluate(
        "() => [...document.body.querySelectorAll('*')].filter(e => e.innerText)"
        ".map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 18


@pytest.mark.parametrize("path", PUBLIC)
def test_every_page_reads_the_same_without_javascript(open_page, path):
    with_it = open_page(path).inner_text("body")
    assert open_page(path, java_script_enabled=False).inner_text("body") == with_it


def test_the_skip_link_is_first_and_leads_past_the_header(open_page):
    page = open_page("/procedures/kyphoplasty/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")
