"""A patient asks for a consultation; the front desk reads it and calls."""

import pytest

from tests.browser.accessibility import SMALL_TARGETS, problems
from tests.sender import Sender

SECONDS_TO_WRITE = 2.1  # faster than this is held as possible spam


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def focused(page):
    return page.evaluate("document.activeElement.id")


def fill_in(page, name="Ana", phone="504 249 7576", message=""):
    page.get_by_label("Patient’s name").fill(name)
    page.get_by_label("Phone number").fill(phone)
    page.get_by_label("What would you like us to know?").fill(message)


def press_send(page):
    """A click alone waits for the answer's first bytes only."""
    with page.expect_navigation():
        page.get_by_role("button", name="Send my request").click()


def send(open_page, **typed):
    page = open_page("/contact/")
    fill_in(page, **typed)
    press_send(page)
    page.wait_for_url("**/contact/sent/*/")
    return page


@pytest.mark.parametrize("javascript", [True, False])
def test_a_request_written_with_the_keyboard_alone_reaches_the_desk(open_page, sign_in, javascript):
    name = f"Keyboard {javascript}"
    page = open_page("/procedures/kyphoplasty/", width=360, height=740, java_script_enabled=javascript)
    page.get_by_role("link", name="Fill out the online form").focus()
    press(page, "Enter")
    page.wait_for_url("**/contact/?about=kyphoplasty")
    page.wait_for_timeout(SECONDS_TO_WRITE * 1000)
    page.get_by_role("radio", name="I do").focus()
    press(page, "ArrowDown", "Tab")
    page.keyboard.type("Rosa")
    press(page, "Tab", "Space", "Tab")
    page.keyboard.type(name)
    press(page, "Tab")
    page.keyboard.type("504-249-PAIN ext 12")
    press(page, "Tab", "Space", "Tab")
    page.keyboard.type("ana@example.com")
    press(page, "Tab", "ArrowDown", "Tab")
    page.keyboard.type("My back hurts.")
    press(page, "Tab", "Enter", "Tab", "Space", "Tab", "Tab", "Tab", "Tab")
    page.keyboard.type("Vietnamese")
    press(page, "Tab", "Tab", "Enter")
    page.wait_for_url("**/contact/sent/*/")
    assert page.inner_text("h1") == "We have your request"
    reference = page.inner_text(".reference")
    page.reload()
    assert page.inner_text(".reference") == reference

    desk = sign_in("/admin/contact/inquiry/?status=any")
    desk.get_by_role("link", name=name).click()
    words = desk.inner_text("#content")
    assert all(w in words for w in ("(504) 249-7246 ext. 12", "504-249-PAIN ext 12", "ana@example.com"))
    assert all(w in words for w in ("Morning", "My back hurts.", "Kyphoplasty", "Rosa", reference))
    assert "An interpreter: Vietnamese" in words


def test_a_mistake_moves_the_focus_to_the_summary_and_from_there_to_the_field(open_page):
    page = open_page("/contact/")
    fill_in(page, phone="249-7576")
    press_send(page)
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    press(page, "Tab", "Enter")
    assert focused(page) == "id_phone"
    assert page.input_value("#id_phone") == "249-7576"
    assert page.input_value("#id_name") == "Ana"


def test_the_form_leaves_two_cookies_and_the_receipt_takes_the_place_of_one(open_page):
    page = open_page("/contact/")
    assert sorted(cookie["name"] for cookie in page.context.cookies()) == ["csrftoken", "request_token"]
    fill_in(page)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    press_send(page)
    page.wait_for_url("**/contact/sent/*/")
    names = sorted(cookie["name"] for cookie in page.context.cookies())
    assert names == ["csrftoken", f"receipt_{page.url.split('/')[-2]}"]
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("javascript", [True, False])
def test_a_double_click_is_one_request(open_page, sign_in, javascript):
    name = f"Double {javascript}"
    page = open_page("/contact/", java_script_enabled=javascript)
    fill_in(page, name=name)
    page.get_by_role("button", name="Send my request").dblclick()
    page.wait_for_url("**/contact/sent/*/")
    assert page.inner_text("h1") == "We have your request"
    desk = sign_in("/admin/contact/inquiry/?status=any")
    assert desk.get_by_role("link", name=name).count() == 1


def test_refresh_and_back_send_nothing_again(open_page, sign_in):
    page = send(open_page, name="Back and forth")
    page.reload()
    reference = page.inner_text(".reference")
    page.go_back()
    page.wait_for_url("**/contact/")
    assert "You have just sent a request" in page.inner_text("form .notice")
    # The browser has put the words back into the fields; they are sent again as they stand.
    fill_in(page, name="Back and forth")
    page.get_by_role("button", name="Send a new request").click()
    page.wait_for_url("**/contact/sent/*/")
    assert page.inner_text(".reference") == reference
    desk = sign_in("/admin/contact/inquiry/?status=any")
    assert desk.get_by_role("link", name="Back and forth").count() == 1


def test_after_a_lost_answer_the_form_is_the_same_request(open_page, sign_in, served):
    page = open_page("/contact/")
    # What the browser sent arrived; the answer, with its cookies, did not.
    patient = Sender(served.port, "198.51.100.7")
    typed = {"name": "Lost answer", "phone": "504 249 7576", "website": ""}
    assert patient.send(patient.open_form() | typed | {"token": page.input_value("[name=token]")})
    page.goto(f"{served.url}/contact/")
    fill_in(page, name="Lost answer")
    press_send(page)
    page.wait_for_url("**/contact/sent/*/")
    desk = sign_in("/admin/contact/inquiry/?status=any")
    assert desk.get_by_role("link", name="Lost answer").count() == 1


def test_a_sent_form_that_is_changed_offers_its_receipt_and_a_new_request(open_page):
    page = open_page("/contact/")
    fill_in(page, name="Changed")
    token = page.input_value("[name=token]")
    press_send(page)
    page.wait_for_url("**/contact/sent/*/")
    reference = page.inner_text(".reference")
    page.go_back()
    page.wait_for_url("**/contact/")
    fill_in(page, name="Changed", message="It got worse.")
    # As a browser that keeps the whole page sends it.
    page.evaluate("token => { document.querySelector('[name=token]').value = token }", token)
    page.get_by_role("button", name="Send a new request").click()
    assert page.inner_text("#trouble-title") == "We already have your request"
    assert reference in page.inner_text(".error-summary")
    page.get_by_role("button", name="Send a new request").click()
    page.wait_for_url("**/contact/sent/*/")
    assert page.inner_text(".reference") != reference


def test_two_tabs_keep_two_receipts(open_page):
    first = send(open_page, name="First tab")
    second = first.context.new_page()
    second.goto(first.url.split("/contact/")[0] + "/contact/")
    fill_in(second, name="Second tab")
    second.get_by_role("button", name="Send a new request").click()
    second.wait_for_url("**/contact/sent/*/")
    references = [page.inner_text(".reference") for page in (first, second)]
    for page, reference in zip((first, second), references, strict=True):
        page.reload()
        assert page.inner_text(".reference") == reference
    assert references[0] != references[1]


def test_two_tabs_that_are_opened_before_either_is_sent_are_two_requests(open_page):
    first = open_page("/contact/")
    second = first.context.new_page()
    second.goto(first.url)
    fill_in(first, name="Mother")
    fill_in(second, name="Father", phone="504 555 0111")
    for page in (first, second):
        press_send(page)
    assert second.inner_text("#trouble-title") == "This request is not sent yet"
    assert second.input_value("#id_name") == "Father"
    check(second)
    second.get_by_role("button", name="Send a new request").click()
    for page in (first, second):
        page.wait_for_url("**/contact/sent/*/")
    references = {page.inner_text(".reference") for page in (first, second)}
    assert len(references) == 2


def test_the_form_again_without_its_cookie_keeps_the_words(open_page):
    page = open_page("/contact/")
    fill_in(page, name="No cookie", message="My back hurts.")
    page.context.clear_cookies()
    press_send(page)
    assert page.inner_text("#trouble-title") == "Please send it once more"
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.input_value("#id_message") == "My back hurts."
    press_send(page)
    page.wait_for_url("**/contact/sent/*/")


def test_the_number_is_corrected_on_the_receipt(open_page, sign_in):
    page = send(open_page, name="Wrong number", phone="504 249 7576")
    page.get_by_label("The right phone number").fill("504 555 0199")
    page.keyboard.press("Enter")
    page.get_by_text("as you corrected it").wait_for()
    assert "0199" in page.inner_text(".receipt-facts")
    desk = sign_in("/admin/contact/inquiry/?status=any")
    row = desk.locator("#result_list tr", has_text="Wrong number")
    assert "(504) 555-0199\ncorrected by the sender" in row.inner_text()


def test_the_questions_to_a_helper_show_when_they_matter(open_page):
    page = open_page("/contact/", java_script_enabled=False)
    assert not page.get_by_label("Your own name").is_visible()
    page.get_by_label("Someone I am helping").check()
    assert page.get_by_label("Your own name").is_visible()
    assert not page.locator("[name=website]").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_form_and_receipt_are_as_good_in_every_state(open_page, scheme):
    page = open_page("/contact/", color_scheme=scheme)
    page.get_by_label("Someone I am helping").check()
    page.get_by_text("Do you need an interpreter").click()
    check(page)
    fill_in(page, phone="249-7576")
    press_send(page)
    page.get_by_text("There is a problem").wait_for()
    check(page)
    page.get_by_label("Phone number").fill("504 249 7576")
    page.context.clear_cookies()
    press_send(page)
    page.get_by_text("Please send it once more").wait_for()
    check(page)
    press_send(page)
    page.wait_for_url("**/contact/sent/*/")
    check(page)
    page.get_by_role("button", name="Correct the number").click()
    page.get_by_text("There is a problem").wait_for()
    check(page)


def check(page):
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert problems(page) == []
        assert page.evaluate(SMALL_TARGETS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_receipt_is_whole_on_paper(open_page):
    page = send(open_page, name="Paper")
    page.emulate_media(media="print")
    assert page.locator(".reference").is_visible()
    assert not page.locator(".phone-correction").is_visible()
    assert not page.locator("form").is_visible()
