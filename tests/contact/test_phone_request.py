from bs4 import BeautifulSoup

from contact.models import Inquiry
from tests.contact.test_record import address, record

ADD = "/admin/contact/inquiry/add/"


def test_a_request_taken_by_phone_joins_the_queue_marked_so(content, admin_client, admin_user):
    page = BeautifulSoup(admin_client.get(ADD).content, "html.parser")
    token = page.find("input", attrs={"name": "token"})["value"]
    sent = {
        "token": token,
        "name": "Earl",
        "phone": "504 555 0123 x4",
        "about": "Kyphoplasty",
        "other_need": "Quiet",
    }
    first, again = admin_client.post(ADD, sent), admin_client.post(ADD, sent)
    inquiry = Inquiry.objects.get()
    assert first["Location"] == again["Location"] == address(inquiry)
    assert (inquiry.source, inquiry.status, inquiry.name, inquiry.about) == (
        "phone",
        "new",
        "Earl",
        "Kyphoplasty",
    )
    assert inquiry.access_needs == {"other": "Quiet"} and inquiry.due_at
    page = record(admin_client, inquiry)
    assert "Taken by phone" in page.find(class_="record-facts").text
    assert "Taken by phone, by admin" in " ".join(page.find(class_="events").text.split())


def test_a_mistake_keeps_what_was_typed(content, admin_client):
    response = admin_client.post(ADD, {"name": "Earl", "phone": "12", "message": "Since Monday."})
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 422 and not Inquiry.objects.exists()
    assert page.find("input", attrs={"name": "name"})["value"] == "Earl"
    assert page.find("textarea").text.strip() == "Since Monday."
    assert page.select_one("[role=alert] a")["href"] == "#id_phone"


def test_no_browser_offers_or_keeps_what_staff_type_of_a_patient(content, admin_client):
    page = BeautifulSoup(admin_client.get(ADD).content, "html.parser")
    typed = page.select("form.record-form input[type=text], form.record-form input[type=email], textarea")
    assert typed and all(field["autocomplete"] == "off" for field in typed)
