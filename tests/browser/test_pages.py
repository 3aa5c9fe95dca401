"""What a browser makes of every public page."""

import pytest

from tests.addresses import HANDOUT, PUBLIC
from tests.browser.accessibility import SMALL_TARGETS, problems

EVERY = [*PUBLIC, HANDOUT, "/no-such-page/"]
# A link counts as one in running text, and may be smaller, only if other words stand around it.
INLINE_LINK_OUTSIDE_TEXT = """() => [...document.querySelectorAll("a[href]")]
  .filter(e => e.checkVisibility() && getComputedStyle(e).display === "inline")
  .filter(e => e.parentElement.innerText.trim() === e.innerText.trim())
  .map(e => e.outerHTML)"""
SMALL_TEXT = """() => [...document.body.querySelectorAll("*")]
  .filter(e => e.innerText && e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 18)
  .map(e => e.outerHTML.slice(0, 80))"""
# WCAG 1.4.12, as a reader's own style sheet would set it.
TEXT_SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }"""
SET_TEXT_SPACING = """css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet] }"""
BLOCKS = "main h1, main h2, main h3, main p, main li, main dt, main figcaption, main label, main legend"
BLOCKS_OF_THE_TEXT = (
    "main h1, main h2, main section > p, main section > ul > li > p, main .steps p, main .timeline p"
)
OUT_OF_ORDER = """selector => { const blocks = [...document.querySelectorAll(selector)]
    .filter(e => e.checkVisibility()).map(e => [e.getBoundingClientRect().top, e.innerText.slice(0, 40)]);
  return blocks.filter(([top], i) => i && top < blocks[i - 1][0] - 1) }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", EVERY)
def test_axe_finds_nothing(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme)
    for width in (320, 360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert problems(page) == []


def form_with_mistakes(page):
    with page.expect_navigation():
        page.get_by_role("button", name="Send my request").click()
    assert page.title().startswith("Error: ")


def receipt(page):
    page.get_by_label("Patient’s name").fill("Ana")
    page.get_by_label("Phone number").fill("504 249 7576")
    with page.expect_navigation():
        page.get_by_role("button", name="Send my request").click()
    assert page.inner_text("h1") == "We have your request"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("reach", [form_with_mistakes, receipt])
def test_what_follows_the_form_is_as_good(open_page, reach, scheme):
    page = open_page("/contact/", color_scheme=scheme)
    reach(page)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert problems(page) == []
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", EVERY)
def test_axe_finds_nothing_in_forced_colours_or_wide_spacing(open_page, path):
    assert problems(open_page(path, width=360, forced_colors="active")) == []
    page = open_page(path, width=360)
    page.evaluate(SET_TEXT_SPACING, TEXT_SPACING)
    assert problems(page) == []


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


@pytest.mark.parametrize("path", EVERY)
def test_no_page_scrolls_sideways_at_any_width_zoom_or_spacing(open_page, path):
    page = open_page(path)
    # The last is 1280 by 1024 at 400 %.
    for width, height in ((320, 640), (360, 740), (768, 1024), (1280, 900), (320, 256)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(SET_TEXT_SPACING, TEXT_SPACING)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("path", EVERY)
def test_every_target_is_as_large_as_a_thumb_and_text_as_large_as_tired_eyes_need(open_page, path):
    page = open_page(path)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate(INLINE_LINK_OUTSIDE_TEXT) == []
        assert page.evaluate(SMALL_TEXT) == []


@pytest.mark.parametrize("path", EVERY)
def test_what_is_read_first_stands_first(open_page, path):
    page = open_page(path, width=360)
    assert page.evaluate(OUT_OF_ORDER, BLOCKS) == []
    # Wide, the drawings and the way around the page stand beside the text.
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.evaluate(OUT_OF_ORDER, BLOCKS_OF_THE_TEXT) == []


@pytest.mark.parametrize("path", PUBLIC)
def test_every_page_reads_the_same_without_javascript(open_page, path):
    with_it = open_page(path).inner_text("body")
    assert open_page(path, java_script_enabled=False).inner_text("body") == with_it


@pytest.mark.parametrize("path", EVERY)
def test_nothing_moves_while_a_page_loads(open_page, path):
    page = open_page(path, width=360)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("shifted") == 0


@pytest.mark.parametrize("path", EVERY)
def test_without_css_everything_is_still_there_in_its_order(open_page, path):
    page = open_page(path, width=360)
    styled = page.inner_text("main").split()
    page.route("**/*.css", lambda route: route.abort())
    page.reload()
    plain = page.inner_text("main").split()
    assert [word for word in styled if word not in plain] == []
    assert page.evaluate(OUT_OF_ORDER, BLOCKS) == []
    assert all(
        page.locator("svg").evaluate_all("all => all.map(e => e.getBoundingClientRect().width <= 360)")
    )


def test_drawings_stand_out_in_forced_colours(open_page):
    page = open_page("/procedures/kyphoplasty/", forced_colors="active")
    faint = page.evaluate(
        """() => { const ground = getComputedStyle(document.body).backgroundColor;
        return [...document.querySelectorAll("svg path:not(.disc, .tube-core)")]
          .filter(e => [getComputedStyle(e).stroke, getComputedStyle(e).fill].every(c => [ground, "none"].includes(c)))
          .map(e => e.outerHTML) }"""
    )
    assert faint == []


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_by_itself(open_page, motion):
    page = open_page("/procedures/kyphoplasty/", reduced_motion=motion)
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_title_lead_and_at_a_glance_share_the_first_phone_screen(open_page):
    page = open_page("/procedures/kyphoplasty/", width=360, height=740)
    bar = page.locator(".call-bar").bounding_box()
    glance = page.locator(".section-facts").bounding_box()
    assert bar["y"] + bar["height"] == 740
    assert glance["y"] + glance["height"] <= bar["y"]


def test_the_way_around_the_page_folds_on_phones_and_stands_beside_the_text_on_wide_screens(open_page):
    page = open_page("/procedures/kyphoplasty/", width=360, height=740)
    link = page.get_by_role("link", name="Benefits of Kyphoplasty")
    assert not link.is_visible()
    page.get_by_text("On this page").first.focus()
    page.keyboard.press("Enter")
    link.click()
    assert page.url.endswith("#benefits")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("document.querySelector('.contents').open = false")
    assert link.is_visible()
    assert link.bounding_box()["x"] > page.locator(".lead").bounding_box()["x"] + 500
