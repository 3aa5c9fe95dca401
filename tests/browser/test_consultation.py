"""A patient asks for a consultation; the front desk reads it and calls."""

import pytest


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def focused(page):
    return page.evaluate("document.activeElement.id")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_request_written_with_the_keyboard_alone_reaches_the_desk(open_page, sign_in, javascript):
    name = f"Keyboard {javascript}"
    page = open_page("/procedures/kyphoplasty/", width=360, height=740, java_script_enabled=javascript)
    page.get_by_role("link", name="Fill out the online form").focus()
    press(page, "Enter")
    page.wait_for_url("**/contact/?about=kyphoplasty")
    page.get_by_label("Your name").focus()
    page.keyboard.type(name)
    press(page, "Tab")
    page.keyboard.type("504-249-PAIN ext 12")
    press(page, "Tab")
    page.keyboard.type("ana@example.com")
    press(page, "Tab", "ArrowDown", "Tab")
    page.keyboard.type("My back hurts.")
    press(page, "Tab", "Enter")
    page.wait_for_url("**/contact/sent/")
    assert page.inner_text("h1") == "We have your request"
    page.reload()
    assert page.inner_text("h1") == "We have your request"

    desk = sign_in("/admin/contact/inquiry/")
    desk.get_by_role("link", name=name).click()
    words = desk.inner_text("#content")
    assert all(w in words for w in ("(504) 249-7246 ext. 12", "504-249-PAIN ext 12", "ana@example.com"))
    assert all(w in words for w in ("Morning", "My back hurts.", "Kyphoplasty"))


def test_a_mistake_moves_the_focus_to_the_summary_and_from_there_to_the_field(open_page):
    page = open_page("/contact/")
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Phone number").fill("249-7576")
    page.get_by_role("button", name="Send my request").click()
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    press(page, "Tab", "Enter")
    assert focused(page) == "id_phone"
    assert page.input_value("#id_phone") == "249-7576"
    assert page.input_value("#id_name") == "Ana"


def test_the_form_leaves_one_cookie_and_the_receipt_one_more(open_page):
    page = open_page("/contact/")
    assert [cookie["name"] for cookie in page.context.cookies()] == ["csrftoken"]
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Phone number").fill("504 249 7576")
    page.get_by_role("button", name="Send my request").click()
    page.wait_for_url("**/contact/sent/")
    assert {cookie["name"] for cookie in page.context.cookies()} == {"csrftoken", "request_sent"}
