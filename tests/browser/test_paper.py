"""Every page on paper."""

import pytest

from tests.addresses import HANDOUT, PUBLIC

HIDDEN = ["header nav", ".menu-link", ".breadcrumbs", ".contents", ".call-bar", ".footer-nav", "form"]

# What paper shows behind each link of the text: None, or the words, with attr(href) put in by hand where the
# browser tells the rule and not its value.
SPELLED_OUT = """() => Object.fromEntries([...document.querySelectorAll("main a[href]")].map(a => {
  const content = getComputedStyle(a, "::after").content, href = a.getAttribute("href");
  if (content === "none") return [href, null];
  return [href, content.replace("attr(href)", JSON.stringify(href)).replace(/" "|"/g, "")] }))"""


@pytest.mark.parametrize("path", PUBLIC)
def test_paper_shows_the_text_without_the_ways_around_it(open_page, path):
    page = open_page(path, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    for selector in HIDDEN:
        assert not any(e.is_visible() for e in page.locator(selector).all()), selector
    colours = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert page.locator("h1").is_visible()
    assert f"This page: {page.url}" in page.inner_text("footer")


def test_links_are_spelled_out_and_numbers_are_not(open_page, served):
    page = open_page("/procedures/kyphoplasty/")
    page.emulate_media(media="print")
    spelled = page.evaluate(SPELLED_OUT)
    assert spelled["/conditions/cancer/"] == " (/conditions/cancer/)"
    assert spelled["tel:+1-504-249-7576"] is None
    assert f"Addresses in brackets start with {served.url}" in page.inner_text("footer")
    # A link laid out as a box of its own would swallow the space before the bracket.
    assert page.locator(".terms dt a").first.evaluate("e => getComputedStyle(e).display") == "inline"


def test_drawings_are_printed_and_steps_are_not_torn(open_page):
    page = open_page("/procedures/kyphoplasty/")
    page.emulate_media(media="print")
    assert all(drawing.is_visible() for drawing in page.locator(".drawing svg").all())
    breaks = page.locator(".steps > li").evaluate_all("all => all.map(e => getComputedStyle(e).breakInside)")
    assert breaks == ["avoid"] * 4
    assert page.locator("h2").first.evaluate("e => getComputedStyle(e).breakAfter") == "avoid"


@pytest.mark.parametrize("media", ["screen", "print"])
def test_the_handout_is_set_in_18_points_and_leads_back_to_the_page(open_page, served, media):
    page = open_page(HANDOUT)
    page.emulate_media(media=media)
    sizes = page.locator(".page p, .page li, .page dd").evaluate_all(
        "all => all.filter(e => e.innerText).map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 24  # 18 points in CSS pixels
    assert page.locator(".handout-phone").is_visible()
    assert page.locator(".handout-code svg").is_visible()
    assert f"{served.url}/procedures/kyphoplasty/" in page.inner_text(".handout-code")
    assert page.locator(".questions-list li").count() >= 4


def test_the_questions_have_a_page_of_their_own_with_room_to_write(open_page):
    page = open_page(HANDOUT)
    page.emulate_media(media="print")
    style = "e => [getComputedStyle(e).breakBefore, getComputedStyle(e.querySelector('li')).minHeight]"
    break_before, room = page.locator(".questions").evaluate(style)
    assert break_before == "page"
    assert float(room.removesuffix("px")) >= 100
