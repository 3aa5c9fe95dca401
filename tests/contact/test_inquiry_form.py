import re
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from contact import receipt, spam
from contact.models import Inquiry
from tests.contact.sending import send

pytestmark = pytest.mark.usefixtures("content")


def refused(client, **overrides):
    response = send(client, **overrides)
    assert response.status_code == 200
    assert not Inquiry.objects.exists()
    return BeautifulSoup(response.content, "html.parser")


def test_a_request_is_stored_as_written_and_answered_by_a_redirect(client):
    response = send(
        client,
        asking_for="someone_else",
        helper_name="Rosa Núñez",
        helper_may_speak="on",
        phone="504-249-PAIN x12",
        voicemail_ok="on",
        email="ana@example.com",
        best_time="morning",
        message="My back hurts.\r\nSince Monday.",
        access_needs=["interpreter", "mobility"],
        language="Vietnamese",
        about="kyphoplasty",
    )
    inquiry = Inquiry.objects.get()
    assert (response.status_code, response["Location"]) == (302, receipt.address(inquiry))
    assert inquiry.name == "Ana Núñez"
    assert (inquiry.phone, inquiry.phone_uri) == ("504-249-PAIN x12", "tel:+1-504-249-7246;ext=12")
    assert inquiry.voicemail_ok
    assert (inquiry.email, inquiry.best_time) == ("ana@example.com", "morning")
    assert inquiry.message == "My back hurts.\nSince Monday."
    assert inquiry.asking_for == "someone_else"
    assert (inquiry.helper_name, inquiry.helper_may_speak) == ("Rosa Núñez", True)
    assert inquiry.access_needs == {"interpreter": "Vietnamese", "mobility": ""}
    assert (inquiry.about, inquiry.status) == ("Kyphoplasty", "new")


def test_name_and_phone_are_enough(client):
    assert send(client).status_code == 302
    inquiry = Inquiry.objects.get()
    assert (inquiry.best_time, inquiry.asking_for) == ("any", "self")
    assert (inquiry.voicemail_ok, inquiry.helper_may_speak, inquiry.access_needs) == (False, False, {})


def test_a_detail_counts_though_its_box_is_not_ticked(client):
    send(client, language="Spanish", other_need="A quiet room")
    assert Inquiry.objects.get().access_needs == {"interpreter": "Spanish", "other": "A quiet room"}


def test_a_helpers_name_is_kept_but_no_consent_that_the_patient_can_no_longer_see(client):
    send(client, asking_for="self", helper_name="Rosa", helper_may_speak="on")
    inquiry = Inquiry.objects.get()
    assert (inquiry.helper_name, inquiry.helper_may_speak) == ("Rosa", False)


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
        ("name", "  ", "Enter the patient’s name."),
        ("name", "A" * 201, "Enter the name in 200 characters or fewer."),
        ("phone", "", "Enter a phone number, so that we can call you."),
        ("phone", "911", "This is an emergency number."),
        ("phone", "5" * 201, "This is too long for a phone number."),
        ("email", "ana@", "Enter an e-mail address like name@example.com"),
        ("email", "a" * 250 + "@example.com", "Enter an e-mail address of 254 characters or fewer."),
        ("best_time", "midnight", "Choose any time, morning or afternoon."),
        ("asking_for", "nobody", "Choose yourself or someone you are helping."),
        ("helper_name", "A" * 201, "Enter your own name in 200 characters or fewer."),
        ("phone", "000-000-0000", "There is no such number. Check its digits."),
        ("phone", "5042", "This number is too short."),
        ("access_needs", "wings", "Choose from the list."),
        ("language", "A" * 201, "Enter the language in 200 characters or fewer."),
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
    radio = refused(client, best_time="midnight").find("input", attrs={"name": "best_time"})
    assert radio.find_parent("fieldset")["aria-describedby"] == "id_best_time_helptext id_best_time_error"


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
        "token",
        "about",
        "asking_for",
        "helper_name",
        "helper_may_speak",
        "name",
        "phone",
        "voicemail_ok",
        "email",
        "best_time",
        "message",
        "access_needs",
        "language",
        "other_need",
        "website",
    }


def test_every_question_says_why_it_is_asked(read):
    form = read("/contact/").form
    asked = {field["name"]: field for field in form.select("input:not([type=hidden]), textarea")}
    explained = {
        name
        for name, field in asked.items()
        if field.get("aria-describedby") or field.find_parent("fieldset", attrs={"aria-describedby": True})
    }
    assert set(asked) - explained == {spam.DECOY}


def test_the_folded_part_is_open_when_something_in_it_matters(client, read):
    assert not read("/contact/").form.details.has_attr("open")
    page = refused(client, phone="", language="Spanish")
    assert page.form.details.has_attr("open")
    assert page.find(id="id_language")["value"] == "Spanish"


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
    assert [legend.text for legend in form.find_all("legend")] == [
        "Who needs the consultation?",
        "When is the best time to call?",
        "What should we prepare?",
    ]


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
    inquiry = Inquiry(reference="K7Q-4XM", name="Ana", phone="1", phone_uri="tel:1")
    assert str(inquiry) == "Inquiry K7Q-4XM"
