from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from contact import spam
from contact.forms import InquiryForm
from contact.models import Alert, Inquiry, Practice
from tests.contact.sending import act, make_inquiry, payload, send, token

pytestmark = pytest.mark.usefixtures("content")
TEXT = "Hello dear owner, I can bring you many new patients."


def held_for(client, **overrides):
    response = send(client, **overrides)
    assert response.status_code == 302
    inquiry = Inquiry.objects.newest_first()[0]
    assert (inquiry.status == "quarantined") is bool(inquiry.suspicions)
    return inquiry.suspicions


def test_a_person_is_not_suspected(client):
    assert held_for(client, message="I found you at example.com. My back hurts, please call.") == []


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        ({"token": token(age=0)}, "too_fast"),
        ({"token": token(age=25 * 3600)}, "too_old"),
        ({"token": ""}, "not_our_form"),
        ({"token": token() + "x"}, "not_our_form"),
        ({"website": "https://spam.example"}, "decoy"),
        ({"name": "Win now https://spam.example"}, "link_in_name"),
        ({"name": "www.spam.example"}, "link_in_name"),
        ({"helper_name": "cheap-pills.com"}, "link_in_name"),
    ],
)
def test_a_sign_of_spam_holds_the_request_with_its_reason(client, overrides, reason):
    overrides = overrides | ({"token": token(age=0)} if reason == "too_fast" else {})
    assert held_for(client, **overrides) == [reason]


def test_a_decoy_that_is_left_out_is_a_sign_too(client):
    sent = payload()
    del sent["website"]
    client.post("/contact/", sent)
    assert Inquiry.objects.get().suspicions == ["decoy"]


def test_the_decoy_is_a_field_of_the_form_that_no_person_sees(read):
    assert spam.DECOY in InquiryForm.base_fields
    field = read("/contact/").find(attrs={"name": spam.DECOY})
    assert field["tabindex"] == "-1" and field["autocomplete"] == "off"
    assert field.find_parent(class_="decoy")["aria-hidden"] == "true"


def test_a_clock_that_was_set_back_makes_nobody_a_suspect(client):
    assert held_for(client, token=token(age=-3600)) == []


def test_the_same_text_from_many_is_held_from_the_fourth_on(client):
    for number in range(3):
        assert held_for(client, name=f"Bot {number}", message=TEXT) == []
    assert held_for(client, name="Bot 4", message=f"  {TEXT.upper()}\n") == ["same_text"]


def test_short_texts_are_alike_by_chance(client):
    for _ in range(4):
        assert held_for(client, message="Back pain.") == []


@pytest.mark.parametrize("name", ["St. John", "J.R. Smith", "Ana M.", "Dr. Li", "O’Brien.", "Ng"])
def test_a_name_with_dots_is_a_name(client, name):
    assert held_for(client, name=name) == []


def test_the_sender_sees_the_same_receipt_and_staff_are_alerted(client, read):
    plain = read(send(client)["Location"])
    held = read(send(client, name="Bea", website="x")["Location"])
    without_reference = [
        page.main.text.replace(page.find(class_="reference").text, "") for page in (plain, held)
    ]
    assert without_reference[0] == without_reference[1]
    assert Alert.objects.filter(inquiry__status="quarantined", kind="staff").exists()


def test_staff_see_what_is_held_and_why_and_accept_it_with_one_click(client, admin_client, admin_user):
    send(client, website="x", name="www.spam.example")
    inquiry = Inquiry.objects.get()
    desk = BeautifulSoup(admin_client.get("/admin/").content, "html.parser")
    note = desk.find(string="held: may be spam").find_parent("li")
    assert note.find(class_="figure-number").text == "1"
    queue = BeautifulSoup(admin_client.get(note.a["href"]).content, "html.parser")
    button = queue.select_one("#result_list button[value=new]")
    assert button.text.startswith("Accept")
    record = admin_client.get(f"/admin/contact/inquiry/{inquiry.pk}/change/").content.decode()
    assert "a field that people do not see was filled in or left out; a link in a name" in record
    admin_client.post(button["formaction"], {"move": "new"})
    inquiry.refresh_from_db()
    assert inquiry.status == "new" and inquiry.suspicions
    assert [(event.kind, event.status, event.by) for event in inquiry.events.all()][1:] == [
        ("moved", "new", admin_user)
    ]


def test_the_desk_sees_by_when_a_held_request_was_promised_a_call_and_that_it_is_overdue(admin_client):
    now = timezone.now()
    late = make_inquiry(status="quarantined", suspicions=["too_old"], call_by=now - timedelta(days=2))
    later = make_inquiry(status="quarantined", suspicions=["too_old"], call_by=now + timedelta(days=9))
    make_inquiry(status="quarantined", suspicions=["too_old"])
    desk = BeautifulSoup(admin_client.get("/admin/").content, "html.parser")
    held = desk.find(string="held: may be spam").find_parent("li")
    assert held["class"] == ["figure-wrong"] and "1 overdue." in held.text
    listed = BeautifulSoup(admin_client.get(held.a["href"]).content, "html.parser")
    dues = {row.select_one(".note").text: row.td.text for row in listed.select("#result_list tbody tr")}
    assert dues[late.reference].startswith("Overdue since")
    assert dues[later.reference].startswith("Due ")
    assert sorted(dues.values())[0] == "-"


def test_no_stranger_is_mailed_before_staff_accept_a_suspect(client, admin_client):
    Practice.objects.update(acknowledges_by_email=True)
    send(client, website="x", email="victim@example.com")
    inquiry = Inquiry.objects.get()
    assert not inquiry.alerts.filter(kind="acknowledgement").exists()
    act(admin_client, inquiry, move="new")
    assert inquiry.alerts.filter(kind="acknowledgement").count() == 1
