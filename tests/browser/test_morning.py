"""The desk's first page and the export in a browser."""

import pytest

from tests.browser.accessibility import SMALL_TARGETS, problems

SCREENS = ["/admin/", "/admin/contact/inquiry/export/?status=any"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", SCREENS)
@pytest.mark.parametrize("width", [320, 1280])
def test_it_is_for_everyone_and_keeps_the_policy(sign_in, path, scheme, width):
    page = sign_in(path, color_scheme=scheme, width=width)
    for details in page.locator("details").all():
        details.locator("summary").click()
    assert problems(page) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("violations") == []


def test_the_bars_are_drawn_and_named(sign_in):
    page = sign_in("/admin/")
    chart = page.get_by_role("img", name="Requests in each of 12 weeks")
    assert chart.locator("rect").count() == 12
    boxes = [bar.bounding_box() for bar in chart.locator("rect").all()]
    assert max(box["height"] for box in boxes) > 50
    number = page.locator(".figure-number").first.evaluate("e => getComputedStyle(e).fontVariantNumeric")
    assert number == "tabular-nums"


def test_a_number_leads_to_its_list_without_javascript(sign_in):
    page = sign_in("/admin/", java_script_enabled=False)
    page.get_by_role("link", name="waiting for a call").click()
    assert page.url.endswith("/admin/contact/inquiry/")


def test_on_paper_the_numbers_and_charts_stand_without_the_lists(sign_in):
    page = sign_in("/admin/")
    page.emulate_media(media="print")
    assert page.locator(".chart").last.is_visible() and page.locator(".figures").is_visible()
    assert not page.locator("#content-main").is_visible()


def test_in_forced_colours_each_bar_has_its_outline(sign_in):
    page = sign_in("/admin/", forced_colors="active")
    outlines = page.locator(".chart rect").evaluate_all("bars => bars.map(e => getComputedStyle(e).stroke)")
    assert set(outlines) != {"none"} and len(set(outlines)) == 1


def test_the_export_asks_why_and_then_hands_over_the_file(sign_in):
    page = sign_in("/admin/contact/inquiry/export/?status=any")
    with page.expect_navigation():
        page.get_by_role("button", name="Export as CSV").click()
    assert page.title().startswith("Error: ")
    page.get_by_role("link", name="Choose why you export.").click()
    assert page.evaluate("document.activeElement.type") == "radio"
    page.get_by_label("To review how we answer").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbf")
