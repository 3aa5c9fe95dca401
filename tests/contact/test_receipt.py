import pytest

from contact import views

pytestmark = pytest.mark.usefixtures("content")


def send(client):
    return client.post("/contact/", {"name": "Ana", "phone": "504 249 7576"})


def test_the_receipt_says_what_happens_next(client, read):
    send(client)
    page = read("/contact/sent/")
    assert page.h1.text == "We have your request"
    assert "We call you on the number you gave us" in page.main.text
    assert page.find(class_="emergency").find("a", href="tel:911")


def test_nothing_is_claimed_to_a_browser_that_sent_nothing(read):
    page = read("/contact/sent/")
    assert page.h1.text == "After you send a request"
    assert page.main.find("a", href="/contact/")


def test_reload_keeps_the_receipt_and_stores_nothing(client, read):
    from contact.models import Inquiry

    send(client)
    for _ in range(2):
        assert read("/contact/sent/").h1.text == "We have your request"
    assert Inquiry.objects.count() == 1


def test_nothing_of_the_request_is_in_the_cookie_or_the_address(client):
    response = send(client)
    cookie = response.cookies[views.SENT_COOKIE]
    assert cookie.value.startswith("yes:")
    assert (cookie["path"], cookie["max-age"]) == ("/contact/sent/", 1800)
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert response["Location"] == "/contact/sent/"


def test_the_cookie_of_an_https_site_travels_over_https_only(client, settings):
    assert not send(client).cookies[views.SENT_COOKIE]["secure"]
    settings.SITE_IS_HTTPS = True
    assert send(client).cookies[views.SENT_COOKIE]["secure"]


def test_a_forged_or_old_cookie_claims_nothing(client, read, monkeypatch):
    client.cookies[views.SENT_COOKIE] = "yes:forged:signature"
    assert read("/contact/sent/").h1.text == "After you send a request"
    send(client)
    monkeypatch.setattr(views, "SENT_COOKIE_AGE", -1)
    assert read("/contact/sent/").h1.text == "After you send a request"


def test_the_receipt_stays_out_of_search_engines(read):
    assert read("/contact/sent/").find("meta", attrs={"name": "robots"})["content"] == "noindex"
