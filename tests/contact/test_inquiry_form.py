import re
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from contact.models import Inquiry

pytestmark = pytest.mark.usefixtures("content")


def payload(**overrides):
    return {"name": "Ana Núñez", "phone": "504-249-PAIN x12"} | overrides


def send(client, **overrides):
    return client.post("/contact/", payload(**overrides))


def refused(client, **overrides):
    response = send(client, **overrides)
    assert response.status_code == 200
    assert not Inquiry.objects.exists()
    return BeautifulSoup(response.content, "html.parser")


def test_a_request_is_stored_as_written_and_answered_by_a_redirect(client):
    response = send(
        client,
        email="ana@example.com",
        best_time="morning",
        message="My back hurts.\r\nSince Monday.",
        about="kyphoplasty",
    )
    assert (response.status_code, response["Location"]) == (302, "/contact/sent/")
    inquiry = Inquiry.objects.get()
    assert inquiry.name == "Ana Núñez"
    assert (inquiry.phone, inquiry.phone_uri) == ("504-249-PAIN x12", "tel:+1-504-249-7246;ext=12")
    assert (inquiry.email, inquiry.best_time) == ("ana@example.com", "morning")
    assert inquiry.message == "My back hurts.\nSince Monday."
    assert (inquiry.about, inquiry.status) == ("Kyphoplasty", "new")


def test_name_and_phone_are_enough(client):
    assert send(client).status_code == 302
    assert Inquiry.objects.get().best_time == "any"


def test_it_works_with_the_csrf_cookie_and_token_a_browser_has():
    browser = Client(enforce_csrf_checks=True)
    page = BeautifulSoup(browser.get("/contact/").content, "html.parser")
    token = page.find("input", attrs={"name": "csrfmiddlewaretoken"})["value"]
    assert send(browser, csrfmiddlewaretoken=token).status_code == 302


@pytest.mark.parametrize("name", ["X", "O’Brien-Smith", "Đặng Thị Ánh", "李", "عائشة", "Ana " * 40])
def test_any_name_is_a_name(client, name):
    assert send(client, name=name).status_code == 302
    assert Inquiry.objects.get().name == name.strip()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "  ", "Enter your name."),
        ("name", "A" * 201, "Enter your name in 200 characters or fewer."),
        ("phone", "", "Enter a phone number, so that we can call you."),
        ("phone", "911", "This is an emergency number."),
        ("phone", "5" * 201, "This is too long for a phone number."),
        ("email", "ana@", "Enter an e-mail address like name@example.com"),
        ("best_time", "midnight", "Choose any time, morning or afternoon."),
        ("message", "A" * 2001, "Your message has 2001 characters. Shorten it to 2000 or fewer."),
    ],
)
def test_a_mistake_is_told_at_the_field_and_above_the_title_with_a_link(client, field, value, message):
    page = refused(client, **{field: value})
    summary = page.find(class_="error-summary")
    link = summary.find("a", string=re.compile(re.escape(message[:40])))
    target = page.find(id=link["href"].removeprefix("#"))
    assert target["name"] == field
    assert message in page.find(id=f"id_{field}_error").text
    assert summary.find_next("h1")
    assert summary.has_attr("autofocus") and summary["tabindex"] == "-1"
    assert page.title.text.startswith("Error: ")


def test_the_field_points_to_its_help_and_its_error(client):
    page = refused(client, phone="")
    field = page.find(id="id_phone")
    assert field["aria-describedby"] == "id_phone_helptext id_phone_error"
    assert field["aria-invalid"] == "true"
    fieldset = refused(client, best_time="midnight").find("fieldset")
    assert fieldset["aria-describedby"] == "id_best_time_error"


def test_what_was_typed_survives_a_mistake(client):
    long = "A long story. " * 200
    page = refused(
        client,
        name="Ana",
        phone="12",
        email="ana@",
        best_time="morning",
        message=long,
        about="cancer",
    )
    assert [page.find(id=f"id_{name}")["value"] for name in ("name", "phone", "email", "about")] == [
        "Ana",
        "12",
        "ana@",
        "cancer",
    ]
    assert page.find(id="id_message").text.strip() == long.strip()
    assert page.find("input", checked=True)["value"] == "morning"
    assert "You are asking about: Cancer" in " ".join(page.text.split())


def test_the_length_of_a_message_counts_a_new_line_once(client):
    assert send(client, message="\r\n".join(["x"] * 1000)).status_code == 302


def test_the_form_asks_what_a_first_call_needs_and_nothing_more(read):
    fields = read("/contact/").form.find_all(["input", "textarea", "select"])
    assert {field["name"] for field in fields} == {
        "csrfmiddlewaretoken",
        "about",
        "name",
        "phone",
        "email",
        "best_time",
        "message",
    }


def test_the_browser_is_told_how_to_help_and_not_to_judge(read):
    form = read("/contact/").form
    assert form.has_attr("novalidate") and form["method"] == "post"
    hints = {name: form.find(id=f"id_{name}") for name in ("name", "phone", "email")}
    assert {name: field["autocomplete"] for name, field in hints.items()} == {
        "name": "name",
        "phone": "tel",
        "email": "email",
    }
    assert (hints["phone"]["inputmode"], hints["email"]["inputmode"]) == ("tel", "email")
    assert all(field.get("type") for field in form.find_all("input"))
    assert not form.find_all(maxlength=True) and not form.find_all(required=True)


def test_every_field_has_its_label_and_the_radios_their_question(read):
    form = read("/contact/").form
    for field in form.select("input:not([type=hidden]), textarea"):
        assert form.find("label", attrs={"for": field["id"]}).text.strip()
    assert form.fieldset.legend.text == "When is the best time to call you?"


def test_emergencies_are_sent_to_911_before_the_first_field(read):
    warning = read("/contact/").find(class_="emergency")
    assert warning.find("a", href="tel:911")
    assert warning.find_next("form")


@pytest.mark.parametrize("about", ["nonsense", "privacy", "<script>", "kyphoplasty'--", "%00", "x" * 5000])
def test_an_unknown_page_of_interest_is_ignored(client, read, about):
    assert "You are asking about" not in read(f"/contact/?about={about}").text
    assert send(client, about=unquote(about)).status_code == 302
    assert Inquiry.objects.get().about == ""


def test_the_page_of_interest_is_shown_in_words(read):
    text = " ".join(read("/contact/?about=kyphoplasty").text.split())
    assert "You are asking about: Kyphoplasty" in text


def test_form_and_receipt_stay_out_of_shared_caches(client):
    for path in ("/contact/", "/contact/sent/"):
        cache_control = client.get(path)["Cache-Control"]
        assert "private" in cache_control and "no-store" in cache_control


def test_the_name_of_a_record_says_nothing_of_the_person():
    inquiry = Inquiry(pk=7, name="Ana", phone="1", phone_uri="tel:1")
    assert str(inquiry) == "Inquiry 7"
