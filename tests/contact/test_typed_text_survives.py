"""Whatever goes wrong, what was typed is in the form again: nowhere else, and nothing is stored."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client
from django.utils import timezone

from contact import request_token, throttle
from contact.models import Closure, Inquiry
from contact.models.practice import PracticeManager
from tests.contact.sending import payload, send, token

pytestmark = pytest.mark.usefixtures("content")
TYPED = {"name": "Ana Núñez", "phone": "504 249 7576", "message": "My <b>back</b> hurts."}


def page_of(response, status):
    assert response.status_code == status
    return BeautifulSoup(response.content, "html.parser")


def assert_typed(page):
    assert page.find(id="id_name")["value"] == TYPED["name"]
    assert page.find(id="id_phone")["value"] == TYPED["phone"]
    assert page.find(id="id_message").text.strip() == TYPED["message"]
    assert page.title.text.startswith("Error: ")
    assert page.find(class_="error-summary").has_attr("autofocus")


def browser_with_form():
    browser = Client(enforce_csrf_checks=True)
    page = BeautifulSoup(browser.get("/contact/").content, "html.parser")
    return browser, page.find("input", attrs={"name": "csrfmiddlewaretoken"})["value"]


@pytest.mark.parametrize("state", ["missing", "expired", "no token"])
def test_a_missing_or_expired_csrf_cookie_shows_the_form_again_with_a_fresh_one(state):
    browser, csrf = browser_with_form()
    sent = payload(**TYPED, csrfmiddlewaretoken=csrf)
    if state == "missing":
        del browser.cookies["csrftoken"]
    elif state == "expired":
        browser.cookies["csrftoken"] = "x" * 32
    else:
        del sent["csrfmiddlewaretoken"]
    response = browser.post("/contact/", sent)
    page = page_of(response, 403)
    assert_typed(page)
    assert "we did not take it this time" in page.find(class_="error-summary").text
    assert "private" in response["Cache-Control"] and "no-store" in response["Cache-Control"]
    assert not Inquiry.objects.exists()
    again = sent | {
        name: page.find("input", attrs={"name": name})["value"] for name in ("csrfmiddlewaretoken", "token")
    }
    assert browser.post("/contact/", again).status_code == 302
    assert Inquiry.objects.get().name == TYPED["name"]


def test_shown_again_it_is_still_the_same_request():
    browser, csrf = browser_with_form()
    sent = payload(**TYPED)
    assert browser.post("/contact/", sent | {"csrfmiddlewaretoken": csrf}).status_code == 302
    page = page_of(browser.post("/contact/", sent), 403)
    assert page.find("input", attrs={"name": "token"})["value"] == sent["token"]


def test_before_it_was_sent_it_is_still_the_same_request_too():
    browser, _ = browser_with_form()
    sent = payload(**TYPED, token=browser.cookies["request_token"].value)
    page = page_of(browser.post("/contact/", sent), 403)
    assert page.find("input", attrs={"name": "token"})["value"] == sent["token"]


def test_a_token_that_another_site_posts_is_not_taken_over():
    theirs, victim = token(age=600), Client(enforce_csrf_checks=True)
    response = victim.post("/contact/", payload(token=theirs), headers={"origin": "https://evil.example"})
    shown = page_of(response, 403).find("input", attrs={"name": "token"})["value"]
    assert shown != theirs and 600 <= request_token.read(shown, "").age < 700
    assert "request_token" not in victim.cookies
    own = BeautifulSoup(victim.get("/contact/").content, "html.parser")
    assert own.find("input", attrs={"name": "token"})["value"] != theirs


def test_a_post_without_csrf_leaves_the_token_of_an_open_form_alone():
    browser, _ = browser_with_form()
    before = browser.cookies["request_token"].value
    browser.post("/contact/", payload())
    assert browser.cookies["request_token"].value == before


MISTAKES = [
    "contact.callback.promise",
    "contact.models.practice.PracticeManager.current",
    "procedures.models.revision.RevisionQuerySet.public_title",
    "contact.models.Practice.reopening_in_words",
    "contact.views.intake.find",
]


def mistaken(*args, **kwargs):
    raise ZeroDivisionError


@pytest.mark.parametrize("mistake", MISTAKES)
def test_our_own_mistake_keeps_the_words_wherever_it_is(client, monkeypatch, mistake):
    client.get("/contact/")
    PracticeManager._last_known.coming_closures = [Closure(ends_at=timezone.now() + timedelta(days=1))]
    Closure.objects.create(ends_at=timezone.now() + timedelta(days=1))
    monkeypatch.setattr(mistake, property(mistaken) if "reopening" in mistake else mistaken)
    response = client.post("/contact/", payload(**TYPED, about="kyphoplasty"))
    if response.status_code != 302:  # a page's title is worth no request
        page = page_of(response, 500)
        assert_typed(page)
        assert page.find(class_="error-summary").find("a", href="tel:+1-504-249-7576")


@pytest.mark.parametrize("mistake", MISTAKES)
def test_our_own_mistake_keeps_the_words_without_a_csrf_cookie_too(monkeypatch, mistake):
    browser, _ = browser_with_form()
    Closure.objects.create(ends_at=timezone.now() + timedelta(days=1))
    monkeypatch.setattr(mistake, property(mistaken) if "reopening" in mistake else mistaken)
    response = browser.post("/contact/", payload(**TYPED, about="kyphoplasty"))
    assert response.status_code in {403, 500}
    assert_typed(page_of(response, response.status_code))
    assert not Inquiry.objects.exists()


def test_a_mistake_in_it_is_told_at_the_same_time():
    browser, _ = browser_with_form()
    page = page_of(browser.post("/contact/", payload(phone="249-7576")), 403)
    assert "no area code" in page.find(id="id_phone_error").text
    assert [summary.h2.text for summary in page.find_all(class_="error-summary")] == [
        "Please send it once more",
        "There is a problem",
    ]


def test_over_the_throttle_the_form_says_when_to_try_again(client):
    for number in range(settings.REQUESTS_PER_NETWORK):
        assert send(client, name=f"Person {number}").status_code == 302
    response = send(client, **TYPED)
    page = page_of(response, 429)
    assert_typed(page)
    assert 0 < int(response["Retry-After"]) <= throttle.WINDOW
    summary = page.find(class_="error-summary")
    assert "in 10 minutes" in summary.text and summary.find("a", href="tel:+1-504-249-7576")
    assert Inquiry.objects.count() == settings.REQUESTS_PER_NETWORK


def test_a_message_that_is_far_too_long_comes_back_whole(client):
    story = "A long story. " * 100_000
    page = page_of(send(client, message=story), 200)
    assert page.find(id="id_message").text.strip() == story.strip()


def test_nothing_typed_is_kept_in_a_cookie_or_an_address(client):
    response = send(client, **TYPED, email="ana@example.com")
    told = response["Location"] + str(response.cookies)
    assert not any(word in told for word in ("Ana", "7576", "back", "example"))
