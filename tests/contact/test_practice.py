import pytest
from django.db import IntegrityError
from django.urls import reverse

from contact.models import Practice

CHANGE = "/admin/contact/practice/1/change/"


def details(**overrides):
    return {
        "name": "Ascent Pain",
        "telephone": "(504) 249-7576",
        "email": "",
        "address": "",
        "hours_note": "",
        "callback_hours": "",
        "alert_addresses": "",
        "opening_hours-TOTAL_FORMS": "0",
        "opening_hours-INITIAL_FORMS": "0",
    } | overrides


def test_the_practice_starts_with_its_name_and_number_and_nothing_invented(db):
    practice = Practice.objects.get()
    assert (practice.name, practice.telephone_display) == ("Ascent Pain", "(504) 249-7576")
    assert (practice.address, practice.email, practice.hours_note) == ("", "", "")
    assert (practice.callback_hours, practice.alert_addresses) == (None, "")
    assert not practice.acknowledges_by_email


def test_there_is_one_row(db):
    with pytest.raises(IntegrityError):
        Practice.objects.create(id=2)


def test_its_list_is_the_row_itself(db, admin_client):
    assert admin_client.get(reverse("admin:contact_practice_changelist"))["Location"] == CHANGE


def test_staff_type_the_number_as_they_write_it_and_every_page_shows_it(content, admin_client, client):
    assert b'value="(504) 249-7576"' in admin_client.get(CHANGE).content
    admin_client.post(CHANGE, details(telephone="504.555.0199 ext 2"))
    body = client.get("/").content.decode()
    assert 'href="tel:+1-504-555-0199;ext=2"' in body and "(504) 555-0199 ext. 2" in body
    assert "249-7576" not in body


def test_a_number_that_cannot_be_dialled_is_refused_and_kept_in_the_form(db, admin_client):
    response = admin_client.post(CHANGE, details(telephone="249-7576"))
    assert b"no area code" in response.content and b'value="249-7576"' in response.content
    assert Practice.objects.get().telephone == "tel:+1-504-249-7576"


def test_a_number_that_nobody_can_have_is_refused(db, admin_client):
    response = admin_client.post(CHANGE, details(telephone="000-000-0000"))
    assert b"There is no such number" in response.content


def test_it_is_neither_added_nor_deleted(db, admin_client):
    assert admin_client.post(reverse("admin:contact_practice_add"), details()).status_code == 403
    assert admin_client.post(reverse("admin:contact_practice_delete", args=[1])).status_code == 403
