"""Every page from the keyboard: nothing is skipped, nothing traps, and the focus is always seen."""

import pytest

from tests.addresses import PUBLIC

FOCUSABLE = """() => [...document.querySelectorAll("a[href], button, summary, textarea, input:not([type=hidden])")]
  .filter(e => e.checkVisibility())
  .filter(e => e.type !== "radio" || e.checked)
  .map(e => e.outerHTML.slice(0, 120))"""
FOCUSED = """() => { const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const bar = document.querySelector(".call-bar");
  const cover = bar && !bar.contains(e) && bar.getClientRects().length ? bar.getBoundingClientRect() : null;
  return { html: e.outerHTML.slice(0, 120), isBody: e === document.body,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inWindow: box.bottom > 0 && box.top < innerHeight,
    covered: !!cover && box.bottom > cover.top + 1 && box.top < cover.bottom } }"""


@pytest.mark.parametrize(
    ("path", "width"),
    [*((path, 360) for path in PUBLIC), ("/procedures/kyphoplasty/", 1280), ("/contact/", 1280)],
)
def test_tab_visits_everything_once_in_order_and_the_focus_is_seen(open_page, path, width):
    page = open_page(path, width=width, height=740)
    wanted = page.evaluate(FOCUSABLE)
    visited = []
    for _ in wanted:
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUSED)
        visited.append(focus["html"])
        assert focus["ring"], focus["html"]
        assert focus["inWindow"], focus["html"]
        assert not focus["covered"], focus["html"]
    assert visited == wanted
    assert "skip-link" in visited[0]


def test_going_back_up_the_focus_is_never_under_the_bar(open_page):
    page = open_page("/procedures/kyphoplasty/", width=360, height=740)
    page.keyboard.press("Control+End")
    page.locator("footer a").last.focus()
    for _ in page.evaluate(FOCUSABLE)[1:]:
        page.keyboard.press("Shift+Tab")
        focus = page.evaluate(FOCUSED)
        assert not focus["covered"], focus["html"]


def test_the_skip_link_leads_past_the_header(open_page):
    page = open_page("/procedures/kyphoplasty/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")


def test_the_menu_link_of_a_phone_leads_to_all_pages(open_page):
    page = open_page("/", width=360, height=740)
    page.get_by_role("link", name="Menu").click()
    assert page.get_by_role("navigation", name="All pages").bounding_box()["y"] < 740
