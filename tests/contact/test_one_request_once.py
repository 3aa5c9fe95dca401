"""A double click, a refresh, Back and send again, a retry after a dropped connection: one request."""

import threading
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.db import IntegrityError, connection
from django.test import Client

from contact import reference, request_token
from contact.models import Alert, Inquiry, InquiryEvent
from contact.reference import ALPHABET, make_reference
from tests.contact.sending import make_inquiry, payload, send, token

pytestmark = pytest.mark.usefixtures("content")


def token_in_form(client):
    page = BeautifulSoup(client.get("/contact/").content, "html.parser")
    return page.find("input", attrs={"name": "token"})["value"]


def test_every_browser_has_a_token_of_its_own():
    tokens = [token_in_form(Client()) for _ in range(2)]
    assert tokens[0] != tokens[1]
    assert request_token.read(tokens[0], "").age < 5


def test_a_form_that_is_opened_again_is_the_same_request_until_its_receipt_came(client):
    first = token_in_form(client)
    assert token_in_form(client) == first
    send(client, token=first)
    assert token_in_form(client) != first


def test_back_after_an_answer_that_never_came_sends_the_same_request(client):
    first = token_in_form(client)
    lost = Client().post("/contact/", payload(token=first, message="My back hurts."))  # no cookie arrived
    again = client.post("/contact/", payload(token=token_in_form(client), message="My back hurts."))
    assert again["Location"] == lost["Location"]
    assert Inquiry.objects.count() == 1


def test_an_old_or_forged_cookie_gives_no_token(client, monkeypatch):
    client.cookies["request_token"] = "forged"
    first = token_in_form(client)
    assert first != "forged"
    monkeypatch.setattr(request_token, "COOKIE_AGE", -1)
    assert token_in_form(client) != first


def test_the_same_request_again_is_the_same_inquiry_and_the_same_receipt(client):
    sent = payload()
    answers = [client.post("/contact/", sent) for _ in range(3)]
    assert len({answer["Location"] for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {302}
    assert (Inquiry.objects.count(), Alert.objects.count(), InquiryEvent.objects.count()) == (1, 1, 1)


def test_it_is_the_same_from_another_browser_and_after_a_day(client):
    sent = payload(token=token(age=24 * 3600))
    locations = {Client().post("/contact/", sent)["Location"] for _ in range(2)}
    assert len(locations) == 1 and Inquiry.objects.count() == 1


def test_the_same_words_in_a_new_form_of_the_same_browser_are_the_same_request(client):
    first = client.post("/contact/", payload(message="My back hurts."))
    again = client.post("/contact/", payload(message="My back hurts."))  # Back, and Send
    assert again["Location"] == first["Location"]
    other_browser = Client().post("/contact/", payload(message="My back hurts."))
    assert other_browser["Location"] != first["Location"]
    assert client.post("/contact/", payload(message="It got worse."))["Location"] != first["Location"]
    assert Inquiry.objects.count() == 3


def test_the_same_words_about_another_page_are_another_request(client):
    for about in ("kyphoplasty", "osteoporosis"):
        send(client, about=about)
    assert set(Inquiry.objects.values_list("about", flat=True)) == {"Kyphoplasty", "Osteoporosis"}


def test_the_same_words_after_a_corrected_number_are_another_request(client):
    address = send(client)["Location"]
    client.post(address, {"phone": "504 555 0199"})
    assert send(client)["Location"] != address


def test_the_same_words_after_staff_have_dealt_with_them_are_another_request(client):
    address = send(client)["Location"]
    Inquiry.objects.update(status="closed")
    assert send(client)["Location"] != address
    assert Inquiry.objects.filter(status="new").count() == 1


def test_a_refreshed_409_page_asks_for_nothing_that_we_have(client):
    sent = payload(message="My back hurts.")
    client.post("/contact/", sent)
    changed = sent | {"message": "It got worse."}
    page = BeautifulSoup(client.post("/contact/", changed).content, "html.parser")
    fresh = page.find("input", attrs={"name": "token"})["value"]
    second = client.post("/contact/", changed | {"token": fresh})
    assert client.post("/contact/", changed)["Location"] == second["Location"]
    assert Inquiry.objects.count() == 2


def test_spaces_and_invisible_characters_do_not_make_it_another(client):
    sent = payload(message="My back hurts.")
    first = client.post("/contact/", sent)
    again = client.post("/contact/", sent | {"name": " Ana\u200b Núñez ", "message": "My back hurts.\r\n"})
    assert again["Location"] == first["Location"]


def test_a_repeated_token_gets_its_receipt_before_the_throttle_counts_it(client):
    sent = payload()
    receipts = {client.post("/contact/", sent)["Location"] for _ in range(settings.REQUESTS_PER_NETWORK + 5)}
    assert len(receipts) == 1
    for number in range(settings.REQUESTS_PER_NETWORK - 1):
        assert send(client, name=f"Person {number}").status_code == 302
    assert send(client, name="One more").status_code == 429
    assert client.post("/contact/", sent)["Location"] in receipts


@pytest.mark.parametrize("change", [{"message": "It got worse."}, {"phone": "12"}, {"name": ""}])
def test_other_words_under_a_used_token_change_nothing_and_are_offered_as_a_new_request(client, change):
    sent = payload(message="My back hurts.")
    receipt = client.post("/contact/", sent)["Location"]
    response = client.post("/contact/", sent | change)
    page = BeautifulSoup(response.content, "html.parser")
    inquiry = Inquiry.objects.get()
    assert response.status_code == 409
    assert (inquiry.message, inquiry.phone, inquiry.name) == ("My back hurts.", "504 249 7576", "Ana Núñez")
    assert inquiry.reference in page.find(class_="error-summary").text
    assert page.find(class_="error-summary").find("a", href=receipt)
    assert page.find("button", attrs={"name": "send"}).text == "Send a new request"
    for name, value in (sent | change).items():
        field = page.find(attrs={"name": name})
        if name != "token":
            assert (field.get("value") or field.text.strip()) == value


def trouble_of(response):
    page = BeautifulSoup(response.content, "html.parser")
    return page.find(id="trouble-title").text, page.find("input", attrs={"name": "token"})["value"]


@pytest.mark.parametrize("other", [{"name": "Father"}, {"phone": "504 555 0111"}])
def test_two_tabs_that_were_opened_before_either_was_sent_are_two_requests(client, other):
    client.cookies["request_token"] = token()
    tabs = [token_in_form(client) for _ in range(2)]
    mother, father = payload(token=tabs[0], name="Mother"), payload(token=tabs[1], name="Mother") | other
    receipt = client.post("/contact/", mother)["Location"]
    response = client.post("/contact/", father)
    title, fresh = trouble_of(response)
    assert (response.status_code, title) == (409, "This request is not sent yet")
    assert receipt in response.content.decode()  # this browser holds it
    second = client.post("/contact/", father | {"token": fresh})
    assert second.status_code == 302 and second["Location"] != receipt
    assert Inquiry.objects.count() == 2 and not Inquiry.objects.quarantined().exists()


def test_after_a_lost_answer_the_next_person_at_the_browser_gets_nobodys_receipt(client):
    sent = payload(token=token_in_form(client), name="Ana")
    lost = Client().post("/contact/", sent)  # no cookie arrived
    response = client.post("/contact/", sent | {"name": "Bea", "phone": "504 555 0111"})
    assert trouble_of(response)[0] == "This request is not sent yet"
    assert lost["Location"] not in response.content.decode()
    assert Inquiry.objects.get().reference not in response.content.decode()
    assert client.get(lost["Location"]).status_code == 302


def test_after_a_lost_answer_the_same_person_gets_the_receipt_under_other_words_too(client):
    sent = payload(token=token_in_form(client))
    lost = Client().post("/contact/", sent)  # no cookie arrived
    response = client.post("/contact/", sent | {"message": "It got worse."})
    assert trouble_of(response)[0] == "We already have your request"
    assert client.get(lost["Location"]).status_code == 200


@pytest.mark.parametrize("change", [{"name": "x", "phone": "1"}, {"message": "It got worse."}])
def test_who_holds_a_token_alone_gets_no_receipt(client, change):
    sent, stranger = payload(), Client()
    receipt = client.post("/contact/", sent)["Location"]
    response = stranger.post("/contact/", sent | change)
    assert trouble_of(response)[0] == "This request is not sent yet"
    assert receipt not in response.content.decode()
    assert stranger.get(receipt).status_code == 302
    assert stranger.post(receipt, {"phone": "504 555 0666"}).status_code == 410


def test_a_number_that_is_written_otherwise_is_the_same_number(client):
    sent = payload()
    first = client.post("/contact/", sent)
    assert client.post("/contact/", sent | {"phone": "(504) 249-7576"})["Location"] == first["Location"]
    assert send(client, phone="+1 504.249.7576")["Location"] == first["Location"]
    assert Inquiry.objects.get().phone == "504 249 7576"


def test_the_new_request_is_stored_beside_the_first(client):
    sent = payload(message="My back hurts.")
    client.post("/contact/", sent)
    changed = sent | {"message": "It got worse."}
    page = BeautifulSoup(client.post("/contact/", changed).content, "html.parser")
    fresh = page.find("input", attrs={"name": "token"})["value"]
    assert fresh != sent["token"]
    assert client.post("/contact/", changed | {"token": fresh}).status_code == 302
    assert not Inquiry.objects.quarantined().exists()  # there was nothing left to type, so it came at once
    assert {inquiry.message for inquiry in Inquiry.objects.all()} == {"My back hurts.", "It got worse."}


def test_a_mistake_keeps_the_token(client):
    sent = payload(phone="12")
    page = BeautifulSoup(client.post("/contact/", sent).content, "html.parser")
    assert page.find("input", attrs={"name": "token"})["value"] == sent["token"]


def test_back_to_the_mistake_after_it_was_mended_says_that_the_request_arrived(client):
    mistaken = payload(token=token_in_form(client), phone="911")
    client.post("/contact/", mistaken)
    assert client.post("/contact/", mistaken | {"phone": "504 249 7576"}).status_code == 302
    page = BeautifulSoup(client.post("/contact/", mistaken).content, "html.parser")
    assert "We already have your request" in page.main.text and "not sent yet" not in page.main.text
    other = BeautifulSoup(client.post("/contact/", mistaken | {"name": "Bea"}).content, "html.parser")
    assert "This request is not sent yet" in other.main.text


def test_the_database_itself_refuses_a_second_row(db):
    make_inquiry(request_id="once")
    with pytest.raises(IntegrityError):
        make_inquiry(request_id="once")


def test_a_request_without_a_readable_token_is_one_request_too(client):
    sent = payload(token="forged")
    assert client.post("/contact/", sent)["Location"] == client.post("/contact/", sent)["Location"]
    assert send(client, token="forged", name="Bea").status_code == 302
    assert Inquiry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_one(client):
    sent, answers = payload(message="Please call me, my back hurts."), []
    at_once = threading.Barrier(20)

    def post():
        at_once.wait()
        answers.append(Client(raise_request_exception=False).post("/contact/", sent))
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [302] * 20
    assert len({answer["Location"] for answer in answers}) == 1
    assert (Inquiry.objects.count(), Alert.objects.count(), InquiryEvent.objects.count()) == (1, 1, 1)


def test_a_reference_can_be_read_over_the_phone():
    assert not set("01OILZS25B8U") & set(ALPHABET)
    references = {make_reference() for _ in range(200)}
    assert len(references) == 200
    assert all(len(r) == 7 and r[3] == "-" and set(r) <= {*ALPHABET, "-"} for r in references)


def test_a_reference_that_is_taken_is_drawn_again(client, monkeypatch):
    make_inquiry(reference="AAA-AAA")
    drawn = iter("A" * 6 + "C" * 6)
    monkeypatch.setattr(reference, "secrets", SimpleNamespace(choice=lambda letters: next(drawn)))
    assert send(client).status_code == 302
    assert set(Inquiry.objects.values_list("reference", flat=True)) == {"AAA-AAA", "CCC-CCC"}
