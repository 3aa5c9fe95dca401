"""The staff desk in a browser, under the strict Content-Security-Policy."""

import pytest

from tests.browser.accessibility import SMALL_TARGETS, problems
from tests.browser.test_consultation import SECONDS_TO_WRITE

SCREENS = [
    "/admin/",
    "/admin/contact/inquiry/",
    "/admin/contact/inquiry/1/change/",
    "/admin/contact/inquiry/1/print/",
    "/admin/contact/inquiry/add/",
    "/admin/contact/inquiry/export/",
    "/admin/contact/inquiry/?status=quarantined",
    "/admin/contact/accessevent/",
    "/admin/contact/alert/",
    "/admin/contact/alert/1/change/",
    "/admin/contact/closure/",
    "/admin/contact/closure/add/",
    "/admin/contact/practice/1/change/",
    "/admin/procedures/page/",
    "/admin/procedures/page/7/change/",
    "/admin/procedures/section/1/change/",
    "/admin/procedures/revision/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/staff/account/",
    "/staff/account/password/",
]


def send_request(open_page, name, seconds_to_write=0):
    page = open_page("/contact/")
    page.get_by_label("Patient’s name").fill(name)
    page.get_by_label("Phone number").fill("504 249 7576")
    page.wait_for_timeout(seconds_to_write * 1000)
    page.get_by_role("button", name="Send my request").click()
    page.wait_for_url("**/contact/sent/*/")


@pytest.mark.parametrize("path", SCREENS)
def test_no_screen_breaks_the_policy_or_asks_anyone_else(sign_in, served, path):
    page = sign_in(path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("violations") == []
    assert [text for text in page.complaints if "Content Security Policy" in text] == []
    assert all(address.startswith(served.url + "/") for address in page.requested)


def test_one_click_moves_a_request_without_javascript_too(open_page, sign_in):
    send_request(open_page, "One click", SECONDS_TO_WRITE)
    desk = sign_in("/admin/contact/inquiry/", java_script_enabled=False)
    desk.get_by_label("Find a request").fill("one click")
    desk.get_by_role("button", name="Search").click()
    assert "click" not in desk.url
    desk.get_by_role("link", name="One click").click()
    desk.get_by_label("Note").fill("Rang eight times.")
    desk.get_by_role("button", name="No answer").click()
    assert "It is now “Call again”." in desk.inner_text(".messagelist")
    assert "Rang eight times." in desk.inner_text(".events")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_signing_in_is_as_good(open_page, scheme):
    page = open_page("/admin/login/", color_scheme=scheme)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert problems(page) == []
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", SCREENS)
def test_the_desk_fits_a_phone_and_a_thumb(open_page, sign_in, path):
    send_request(open_page, "A" * 200)
    page = sign_in(path)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(SMALL_TARGETS) == []


def test_a_list_of_several_pages_fits_a_phone_and_a_thumb(sign_in, served):
    page = sign_in("/admin/")
    for _ in range(51):  # each leaves an entry in the access log
        page.request.get(f"{served.url}/admin/contact/inquiry/1/change/")
    page.goto(f"{served.url}/admin/contact/accessevent/")
    assert page.locator(".paginator a").count()
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(SMALL_TARGETS) == []
        assert problems(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", SCREENS)
def test_axe_finds_nothing_at_the_desk(open_page, sign_in, path, scheme):
    send_request(open_page, "Colours")
    page = sign_in(path, color_scheme=scheme)
    assert problems(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert problems(page) == []
