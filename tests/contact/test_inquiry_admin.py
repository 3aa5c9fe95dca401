import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError
from django.urls import reverse

from contact.models import Inquiry

QUEUE = "/admin/contact/inquiry/"


def make_inquiry(**overrides):
    fields = {"name": "Ana Núñez", "phone": "504 249 7576", "phone_uri": "tel:+1-504-249-7576"}
    return Inquiry.objects.create(**(fields | overrides))


def rows(client, query=""):
    page = BeautifulSoup(client.get(QUEUE + query).content, "html.parser")
    return [row.find(class_="field-name").text for row in page.select("#result_list tbody tr")]


def move(client, inquiry, to, query=""):
    address = reverse("admin:contact_inquiry_move", args=[inquiry.pk])
    return client.post(f"{address}{query}", {"to": to})


def test_the_newest_request_is_first(db, admin_client):
    for name in ("First", "Second", "Third"):
        make_inquiry(name=name)
    assert rows(admin_client) == ["Third", "Second", "First"]


@pytest.mark.parametrize(
    "word", ["núñez", "249 7576", "+1-504", "ana@", "5042497576", "+15042497576", "(504) 249-7576"]
)
def test_search_finds_a_request_by_name_phone_or_mail(db, admin_client, word):
    make_inquiry(name="Ana núñez", email="ana@example.com")
    make_inquiry(name="Other", phone="1", phone_uri="tel:+1-225-555-0123")
    assert rows(admin_client, f"?q={word.replace('+', '%2B')}") == ["Ana núñez"]


def test_filters_narrow_the_list(db, admin_client):
    make_inquiry(name="Waiting")
    make_inquiry(name="Done", status="closed", about="Kyphoplasty")
    assert rows(admin_client, "?status__exact=new") == ["Waiting"]
    assert rows(admin_client, "?about=Kyphoplasty") == ["Done"]


def test_one_click_moves_a_request_and_comes_back_to_the_filtered_list(db, admin_client):
    inquiry = make_inquiry()
    page = BeautifulSoup(admin_client.get(f"{QUEUE}?status__exact=new").content, "html.parser")
    button = page.find("button", value="contacted")
    assert button.find_parent("form")["method"] == "post"
    response = admin_client.post(button["formaction"], {"to": "contacted"}, follow=True)
    assert response.redirect_chain == [(f"{QUEUE}?status__exact=new", 302)]
    assert "is now contacted" in response.content.decode()
    inquiry.refresh_from_db()
    assert inquiry.status == "contacted"


def test_a_move_is_recorded_by_number_never_by_name(db, admin_client, admin_user):
    inquiry = make_inquiry()
    move(admin_client, inquiry, "scheduled")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (admin_user, f"Inquiry {inquiry.pk}")
    assert entry.change_message == "Moved to Scheduled."


def test_an_unknown_status_moves_nothing(db, admin_client):
    inquiry = make_inquiry()
    assert move(admin_client, inquiry, "lost").status_code == 400
    inquiry.refresh_from_db()
    assert inquiry.status == "new"


def test_the_database_itself_refuses_an_unknown_status(db):
    with pytest.raises(IntegrityError):
        make_inquiry(status="lost")


def test_only_who_may_change_a_request_may_move_it(db, client):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_inquiry"))
    client.force_login(viewer)
    inquiry = make_inquiry()
    assert move(client, inquiry, "closed").status_code == 403
    assert client.get(reverse("admin:contact_inquiry_move", args=[inquiry.pk])).status_code == 405
    inquiry.refresh_from_db()
    assert inquiry.status == "new"


def test_who_may_only_look_sees_no_buttons(db, client):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_inquiry"))
    client.force_login(viewer)
    make_inquiry()
    assert b"formaction" not in client.get(QUEUE).content


def test_the_patients_words_are_read_only(db, admin_client):
    inquiry = make_inquiry(message="<b>My back</b> hurts")
    address = reverse("admin:contact_inquiry_change", args=[inquiry.pk])
    page = BeautifulSoup(admin_client.get(address).content, "html.parser")
    assert "<b>My back</b> hurts" in page.text
    form = page.find("form", id="inquiry_form")
    assert {field["name"] for field in form.find_all(["select", "textarea"])} == {"status"}
    admin_client.post(address, {"status": "closed", "message": "changed", "name": "changed"})
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.message, inquiry.name) == (
        "closed",
        "<b>My back</b> hurts",
        "Ana Núñez",
    )


def test_nothing_is_added_or_deleted(db, admin_client):
    inquiry = make_inquiry()
    assert admin_client.post(reverse("admin:contact_inquiry_add"), {"name": "x"}).status_code == 403
    assert admin_client.post(reverse("admin:contact_inquiry_delete", args=[inquiry.pk])).status_code == 403
    admin_client.post(QUEUE, {"action": "delete_selected", "_selected_action": inquiry.pk, "post": "yes"})
    assert Inquiry.objects.count() == 1


def test_the_number_is_a_link_that_dials(db, admin_client):
    inquiry = make_inquiry(phone_uri="tel:+1-504-249-7576;ext=12")
    for address in (QUEUE, reverse("admin:contact_inquiry_change", args=[inquiry.pk])):
        page = BeautifulSoup(admin_client.get(address).content, "html.parser")
        assert page.find("a", href="tel:+1-504-249-7576;ext=12").text == "(504) 249-7576 ext. 12"
