from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.utils import timezone

from contact import alerts, receipt
from contact.models import Closure, Inquiry, OpeningHours, Practice
from tests.contact.sending import payload, send

pytestmark = pytest.mark.usefixtures("content")


def send_and_follow(client, **overrides):
    response = send(client, **overrides)
    assert response.status_code == 302
    return response["Location"]


def test_the_receipt_gives_the_reference_and_says_what_happens_next(client, read):
    page = read(send_and_follow(client))
    assert page.h1.text == "We have your request"
    assert page.find(class_="reference").text == Inquiry.objects.get().reference
    text = " ".join(page.main.text.split())
    assert "the number that ends in 7576" in text
    assert "A list of the medicines you take." in text
    assert "We call the number in it" in text
    assert page.find(class_="emergency").find("a", href="tel:911")


def test_nothing_is_claimed_to_a_browser_that_sent_nothing(client, read):
    address = send_and_follow(client)
    response = Client().get(address)
    assert (response.status_code, response["Location"]) == (302, "/contact/sent/")
    page = read("/contact/sent/")
    assert page.h1.text == "After you send a request"
    assert page.main.find("a", href="/contact/")


def test_reload_keeps_the_receipt_and_stores_nothing(client, read):
    address = send_and_follow(client)
    for _ in range(2):
        assert read(address).h1.text == "We have your request"
    assert Inquiry.objects.count() == 1


def test_a_second_tab_has_a_receipt_of_its_own(client, read):
    first, second = (send_and_follow(client, name=name) for name in ("Ana", "Bea"))
    assert first != second
    for address, inquiry in zip((first, second), Inquiry.objects.order_by("pk"), strict=True):
        assert read(address).find(class_="reference").text == inquiry.reference


def cookie_of(response):
    (cookie,) = [c for name, c in response.cookies.items() if name.startswith(receipt.COOKIE)]
    return cookie


def test_nothing_of_the_person_is_in_the_cookie_or_the_address(client):
    response = send(client)
    inquiry = Inquiry.objects.get()
    cookie = cookie_of(response)
    assert cookie.value.split(":")[0] == inquiry.request_id
    assert (cookie["path"], cookie["max-age"]) == ("/contact/", 1800)
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    for part in (inquiry.request_id, inquiry.reference, "7576", "Ana", f"/{inquiry.pk}/"):
        assert part not in response["Location"]
    assert not [part for part in (inquiry.reference, "7576", "Ana") if part in str(response.cookies)]


def test_the_cookie_of_an_https_site_travels_over_https_only(client, settings):
    assert not cookie_of(send(client))["secure"]
    settings.SITE_IS_HTTPS = True
    assert cookie_of(send(client))["secure"]


def test_a_forged_or_old_cookie_opens_nothing(client, monkeypatch):
    address = send_and_follow(client)
    monkeypatch.setattr(receipt, "AGE", -1)
    assert client.get(address).status_code == 302
    monkeypatch.undo()
    (name,) = [name for name in client.cookies if name.startswith(receipt.COOKIE)]
    client.cookies[name] = f"{Inquiry.objects.get().request_id}:forged:signature"
    assert client.get(address).status_code == 302
    assert "See the receipt" not in client.get("/contact/").content.decode()


def test_back_at_the_form_who_has_sent_a_request_is_told_so(client, read):
    assert "See the receipt" not in read("/contact/").text
    address = send_and_follow(client)
    form_page = read("/contact/")
    for notice in (form_page.find(class_="notice"), form_page.form.find(class_="notice")):
        assert "You have just sent a request, and we have it." in notice.text
        assert notice.find("a", href=address).text.endswith(Inquiry.objects.get().reference)
    assert form_page.find("button", attrs={"name": "send"}).text == "Send a new request"
    assert "See the receipt" not in Client().get("/contact/").content.decode()


def test_the_receipt_stays_out_of_search_engines_and_shared_caches(client, read):
    for address in (send_and_follow(client), "/contact/sent/"):
        assert read(address).find("meta", attrs={"name": "robots"})["content"] == "noindex"
        cache_control = client.get(address)["Cache-Control"]
        assert "private" in cache_control and "no-store" in cache_control


def open_all_week():
    Practice.objects.filter(pk=1).update(callback_hours=1)
    for weekday in range(7):
        OpeningHours.objects.create(weekday=weekday, opens="00:00", closes="23:59")


def test_without_hours_no_time_is_promised(client, read):
    assert "by " not in read("/contact/").find(class_="lead").text
    assert "We will call you." in read(send_and_follow(client)).find(class_="lead").text


def test_with_hours_the_form_and_the_receipt_say_by_when(client, read):
    open_all_week()
    for path in ("/contact/", send_and_follow(client)):
        assert "Central time" in read(path).find(class_="lead").strong.text


def test_a_closure_after_the_promise_makes_it_later(client, read):
    open_all_week()
    address = send_and_follow(client)
    before = read(address).find(class_="lead").strong.text
    Closure.objects.create(ends_at=timezone.now() + timedelta(days=3))
    assert read(address).find(class_="lead").strong.text != before


def test_a_longer_response_time_leaves_the_promise_that_was_made(client, read):
    open_all_week()
    address = send_and_follow(client)
    before = read(address).find(class_="lead").text
    Practice.objects.update(callback_hours=40)
    assert read(address).find(class_="lead").text == before


def test_a_promise_that_has_passed_is_not_made_again(client, read):
    open_all_week()
    address = send_and_follow(client)
    long_ago = timezone.now() - timedelta(days=3)
    Inquiry.objects.update(sent_at=long_ago, call_by=long_ago + timedelta(hours=1))
    lead = " ".join(read(address).find(class_="lead").text.split())
    assert "We promised to call you by" in lead and "If we have not, please call us" in lead


def correct(client, address, phone="504 555 0199"):
    return client.post(address, {"phone": phone})


def test_a_corrected_number_is_added_and_the_first_one_stays(client, read):
    address = send_and_follow(client)
    response = correct(client, address)
    assert (response.status_code, response["Location"]) == (302, address)
    inquiry = Inquiry.objects.get()
    assert (inquiry.phone, inquiry.phone_uri) == ("504 249 7576", "tel:+1-504-249-7576")
    assert inquiry.current_phone_uri == "tel:+1-504-555-0199"
    assert [event.kind for event in inquiry.events.all()] == ["received", "phone_corrected"]
    text = " ".join(read(address).main.text.split())
    assert "Thank you for the right number." in text and "ends in 0199, as you corrected it" in text


def test_a_correction_alerts_staff_again_though_they_called_and_a_second_click_does_not(client, mailoutbox):
    Practice.objects.update(alert_addresses="desk@example.com")
    address = send_and_follow(client)
    alerts.send_due()
    Inquiry.objects.update(status=Inquiry.Status.CONTACTED)
    for _ in range(2):
        correct(client, address)
    alerts.send_due()
    inquiry = Inquiry.objects.get()
    first, second = mailoutbox
    assert second.subject == f"Consultation request {inquiry.reference}: phone number corrected"
    assert second.to == first.to and inquiry.reference in second.body
    assert "0199" not in second.body and "7576" not in second.body
    assert len(inquiry.corrections) == 1


def test_a_number_with_a_mistake_is_kept_and_explained(client):
    address = send_and_follow(client)
    response = correct(client, address, "555-0199")
    page = BeautifulSoup(response.content, "html.parser")
    assert page.find(id="id_phone")["value"] == "555-0199"
    assert "no area code" in page.find(id="id_phone_error").text
    assert page.title.text.startswith("Error: ")


def test_a_number_is_corrected_for_half_an_hour_and_three_times(client, read):
    address = send_and_follow(client)
    answers = [correct(client, address, f"504 555 010{last}") for last in range(4)]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 410]
    assert len(Inquiry.objects.get().corrections) == 3
    assert "It can no longer be corrected here" in read(address).main.text
    later = send_and_follow(client, name="Bea")
    inquiry = Inquiry.objects.newest_first().first()
    Inquiry.objects.filter(pk=inquiry.pk).update(sent_at=timezone.now() - timedelta(minutes=31))
    assert_not_taken(correct(client, later))
    assert not inquiry.corrections
    assert "It can no longer be corrected here" in read(later).main.text


def assert_not_taken(response):
    page = BeautifulSoup(response.content, "html.parser")
    summary = page.find(class_="error-summary")
    assert response.status_code == 410
    assert "We did not change the number" in summary.text
    assert "504 555 0199" in summary.text and summary.find("a", href="tel:+1-504-249-7576")


def test_without_the_cookie_the_number_is_not_taken_and_the_page_says_so(client):
    address = send_and_follow(client)
    assert_not_taken(correct(Client(), address))
    assert_not_taken(correct(Client(enforce_csrf_checks=True), address))
    assert not Inquiry.objects.get().corrections


@pytest.mark.django_db(transaction=True)
def test_corrections_at_once_are_one_and_never_more_than_three(client):
    address = send_and_follow(client)
    cookies = client.cookies

    def correct_to(phone):
        browser = Client()
        browser.cookies = cookies
        response = correct(browser, address, phone)
        connection.close()
        return response.status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(correct_to, ["504 555 0199"] * 8)) == {302}
    inquiry = Inquiry.objects.get()
    assert (len(inquiry.corrections), inquiry.alerts.count()) == (1, 2)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(correct_to, [f"504 555 010{last}" for last in range(8)]))
    assert sorted(answers) == [302] * 2 + [410] * 6
    assert len(Inquiry.objects.get().corrections) == 3


def test_a_fourth_number_is_told_apart_whatever_else_is_wrong_with_it(client):
    address = send_and_follow(client)
    for last in range(3):
        correct(client, address, f"504 555 010{last}")
    for typed in ("555-0199", "504 555 0199"):
        response = correct(client, address, typed)
        assert response.status_code == 410 and typed in response.content.decode()


def test_the_page_that_asks_to_call_names_the_number_that_staff_last_entered(client):
    address = send_and_follow(client)
    Practice.objects.update(telephone="tel:+1-985-555-0199")
    response = correct(Client(), address)
    assert b"(985) 555-0199" in response.content and b"249-7576" not in response.content


def test_our_own_mistake_keeps_the_number_that_was_typed(client, monkeypatch):
    address = send_and_follow(client)
    monkeypatch.setattr("contact.intake.correct_phone", lambda *args: 1 / 0)
    response = correct(client, address)
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 500
    assert page.find(id="id_phone")["value"] == "504 555 0199"


@pytest.mark.parametrize("enforces_csrf", [True, False])
@pytest.mark.parametrize(
    "mistake", ["contact.views.Practice.objects.current", "contact.callback.standing_promise"]
)
def test_our_own_mistake_on_the_receipt_keeps_the_number(client, monkeypatch, mistake, enforces_csrf):
    address = send_and_follow(client)
    browser = Client(enforce_csrf_checks=enforces_csrf)
    browser.cookies = client.cookies
    monkeypatch.setattr(mistake, lambda *args: 1 / 0)
    monkeypatch.setattr("contact.intake.correct_phone", lambda *args: 1 / 0)
    response = correct(browser, address)
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 500
    assert page.find(id="id_phone")["value"] == "504 555 0199"
    assert page.find(class_="error-summary").find("a", href="tel:+1-504-249-7576")


def test_a_correction_without_its_csrf_cookie_keeps_the_number_and_stores_nothing():
    browser = Client(enforce_csrf_checks=True)
    page = BeautifulSoup(browser.get("/contact/").content, "html.parser")
    csrf = page.find("input", attrs={"name": "csrfmiddlewaretoken"})["value"]
    address = browser.post("/contact/", payload(csrfmiddlewaretoken=csrf))["Location"]
    del browser.cookies["csrftoken"]
    response = correct(browser, address)
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 403
    assert page.find(id="id_phone")["value"] == "504 555 0199"
    assert "Please send it once more" in page.text
    assert not Inquiry.objects.get().corrections
