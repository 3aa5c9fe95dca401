import re
from datetime import timedelta
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F

from ascentpain.encrypted_fields import UNREADABLE
from contact import alerts
from contact.models import AccessEvent, Alert, Inquiry, InquiryEvent, NoteDraft, Practice
from tests.contact.sending import act, make_inquiry, search_for

WRITTEN = {
    "name": "Ana Núñez",
    "phone": "504 249 7576",
    "phone_uri": "tel:+1-504-249-7576",
    "email": "ana@example.com",
    "helper_name": "Rosa",
    "message": "My back hurts.",
    "access_needs": {"interpreter": "Vietnamese"},
}


def stored(inquiry, column, table="contact_inquiry"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [inquiry.pk])
        return cursor.fetchone()[0]


def store(inquiry, column, value, table="contact_inquiry"):
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, inquiry.pk])


@pytest.mark.parametrize("column", WRITTEN)
def test_the_database_holds_a_token_and_the_desk_reads_it(db, column):
    inquiry = make_inquiry(**WRITTEN)
    token = stored(inquiry, column)
    key_id, _, sealed = token.partition(".")
    assert len(key_id) == 8 and len(sealed) > 30
    assert getattr(Inquiry.objects.get(), column) == WRITTEN[column]


def test_a_note_is_encrypted_too(db):
    event = make_inquiry().events.create(kind="note", text="Rang.")
    assert "Rang" not in stored(event, "text", "contact_inquiryevent")
    assert InquiryEvent.objects.get().text == "Rang."


def tamperings(inquiry, other):
    token = stored(inquiry, "name")
    yield "a flipped bit", token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    yield "another column", stored(inquiry, "helper_name")
    yield "another row", stored(other, "name")
    yield "an unknown key", "00000000" + token[8:]
    yield "cut off", token[:20]
    yield "plain text", "Mallory"
    yield "a dot", "."


@pytest.mark.parametrize("how", range(7))
def test_a_value_that_was_tampered_with_cannot_be_read_and_raises_an_event(db, admin_client, caplog, how):
    inquiry, other = make_inquiry(**WRITTEN), make_inquiry(**WRITTEN)
    _, value = list(tamperings(inquiry, other))[how]
    store(inquiry, "name", value)
    queue = admin_client.get("/admin/contact/inquiry/")
    record = admin_client.get(f"/admin/contact/inquiry/{inquiry.pk}/change/")
    again = admin_client.get(f"/admin/contact/inquiry/{inquiry.pk}/change/")
    for response in (queue, record, again, admin_client.get(f"/admin/contact/inquiry/{inquiry.pk}/print/")):
        assert response.status_code == 200
        assert "(cannot be read)" in response.content.decode()
        assert value == "." or value not in response.content.decode()
    assert "Some of this request cannot be read: name." in record.content.decode()
    (event,) = AccessEvent.objects.filter(kind="unreadable")
    assert (event.inquiry_pk, event.fields) == (inquiry.pk, ["name"])
    assert f"contact_inquiry.name of row {inquiry.pk} cannot be read" in caplog.text
    assert act(admin_client, inquiry, outcome="no_answer", note="Rang.").status_code == 302
    assert stored(inquiry, "name") == value  # evidence is left as it is


def screens(inquiry):
    base = "/admin/contact/inquiry/"
    return {
        "queue": lambda client: client.get(base),
        "record": lambda client: client.get(f"{base}{inquiry.pk}/change/"),
        "print": lambda client: client.get(f"{base}{inquiry.pk}/print/"),
        "export": lambda client: list(client.post(f"{base}export/", {"reason": "quality"}).streaming_content),
    }


@pytest.mark.parametrize("screen", ["queue", "record", "print", "export"])
@pytest.mark.parametrize(
    ("table", "column", "part"),
    [
        ("contact_inquiry", "name", "name"),
        ("contact_inquiryevent", "phone_uri", "corrected number"),
        ("contact_inquiryevent", "text", "note"),
    ],
)
def test_each_screen_that_finds_a_part_unreadable_raises_an_event(
    db, admin_client, admin_user, screen, table, column, part
):
    inquiry = make_inquiry(**WRITTEN)
    correction = inquiry.events.create(kind="phone_corrected", phone="1", phone_uri="tel:+1-504-555-0123")
    note = inquiry.events.create(kind="note", text="Rang.")
    row = {"name": inquiry, "phone_uri": correction, "text": note}[column]
    store(row, column, "0badf00d.AAAA", table)
    for _ in range(2):
        screens(inquiry)[screen](admin_client)
    found = AccessEvent.objects.filter(kind="unreadable").values_list("screen", "inquiry_pk", "by", "fields")
    is_shown = part != "note" or screen in {"record", "print"}
    assert list(found) == ([(screen, inquiry.pk, admin_user.pk, [part])] if is_shown else [])


def test_it_is_told_again_the_next_day_and_at_once_of_another_part(db, admin_client, monkeypatch):
    inquiry = make_inquiry(**WRITTEN)
    look = screens(inquiry)["record"]
    store(inquiry, "name", "0badf00d.AAAA")
    look(admin_client)
    store(inquiry, "email", "0badf00d.AAAA")
    look(admin_client)
    monkeypatch.setattr("contact.access.SAID_AGAIN_AFTER", timedelta(0))
    look(admin_client)
    found = AccessEvent.objects.filter(kind="unreadable").order_by("pk")
    assert [event.fields for event in found] == [["name"], ["email"], ["name", "email"]]


def test_what_cannot_be_read_is_no_link_and_no_draft(db, admin_client, admin_user):
    inquiry = make_inquiry(**WRITTEN)
    draft = NoteDraft.objects.create(inquiry=inquiry, by=admin_user, text="Rang.")
    for row, column, table in (
        (inquiry, "email", "contact_inquiry"),
        (inquiry, "phone_uri", "contact_inquiry"),
        (draft, "text", "contact_notedraft"),
    ):
        store(row, column, "0badf00d.AAAA", table)
    for screen in ("queue", "record"):
        page = BeautifulSoup(screens(inquiry)[screen](admin_client).content, "html.parser")
        assert "(cannot be read)" in page.text
        assert not [a for a in page.find_all("a", href=True) if "cannot" in a["href"]]
        assert not page.find("a", href=re.compile("^(mailto|tel):"))
    assert not page.find("textarea").text.strip()


@pytest.mark.parametrize("column", WRITTEN)
def test_whatever_cannot_be_read_no_screen_and_no_mail_fails(
    content, admin_client, column, mailoutbox, settings
):
    settings.MAIL_IS_PRINTED = False
    Practice.objects.update(alert_addresses="desk@example.com", acknowledges_by_email=True)
    inquiry = make_inquiry(**WRITTEN)
    event = inquiry.events.create(kind="phone_corrected", phone="1", phone_uri="tel:+1-504-555-0199")
    inquiry.alerts.create(kind="acknowledgement")
    inquiry.alerts.create()
    store(inquiry, column, "0badf00d.AAAA")
    if column == "phone_uri":
        store(event, "phone_uri", "0badf00d.AAAA", "contact_inquiryevent")
    base = "/admin/contact/inquiry/"
    for path in (base, f"{base}{inquiry.pk}/change/", f"{base}{inquiry.pk}/print/", "/admin/"):
        response = admin_client.get(path)
        assert response.status_code == 200 and b"0badf00d" not in response.content
    export = b"".join(admin_client.post(f"{base}export/", {"reason": "quality"}).streaming_content)
    assert b"0badf00d" not in export and inquiry.reference.encode() in export
    alerts.send_due()
    assert not [m for m in mailoutbox if "0badf00d" in str(m.message()) or "cannot" in str(m.to)]
    assert not Alert.objects.filter(kind="staff", status="waiting").exists()


def test_what_is_empty_is_not_taken_for_tampered(db):
    inquiry = make_inquiry()
    assert Inquiry.objects.get().unreadable_fields == []
    assert (inquiry.email, inquiry.access_needs) == ("", {})


# What would part ciphertext from its row or its index is refused.


def test_it_is_written_once(db):
    inquiry = make_inquiry()
    inquiry.name = "Mallory"
    with pytest.raises(FieldError), transaction.atomic():
        inquiry.save()
    inquiry = Inquiry.objects.get()
    inquiry.save()  # what was not changed is written back as it is
    assert Inquiry.objects.get().name == "Ana Núñez"


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: Inquiry.objects.update(name="Mallory"),
        lambda: Inquiry.objects.update(name=F("helper_name")),
        lambda: Inquiry.objects.filter(name="Ana Núñez").count(),
        lambda: Inquiry.objects.filter(name__startswith="A").count(),
        lambda: Inquiry.objects.bulk_update([_named(Inquiry.objects.get(), "Mallory")], ["name"]),
    ],
    ids=["update", "copy", "filter", "startswith", "bulk_update"],
)
def test_bulk_changes_and_comparisons_are_refused(db, attempt):
    make_inquiry()
    with pytest.raises(FieldError, match="is encrypted"), transaction.atomic():
        attempt()
    assert Inquiry.objects.get().name == "Ana Núñez"


def _named(inquiry, name):
    inquiry.name = name
    return inquiry


def test_a_copy_from_before_a_rotation_does_not_undo_it(db):
    inquiry, sealed_anew = make_inquiry(), Inquiry.objects.get()
    field = Inquiry._meta.get_field("name")
    token = field.sealed("Ana Núñez", sealed_anew)
    Inquiry.objects.update(name=token)
    inquiry.save()
    assert stored(inquiry, "name") == token.token


def test_what_cannot_be_read_is_no_need_that_nobody_has(db):
    inquiry = make_inquiry(access_needs={"relay": ""})
    store(inquiry, "access_needs", "0badf00d.AAAA")
    assert Inquiry.objects.get().access_needs_in_words == [UNREADABLE]


def test_several_stored_at_once_are_encrypted_as_well(db):
    Inquiry.objects.bulk_create(
        [
            Inquiry(request_id=str(n), reference=f"AAA-AA{n}", name="Ana", phone="1", phone_uri="tel:1")
            for n in range(2)
        ]
    )
    assert "Ana" not in stored(Inquiry.objects.first(), "name")
    assert [inquiry.name for inquiry in Inquiry.objects.all()] == ["Ana", "Ana"]


def test_a_raw_value_shows_nothing_in_print(db):
    make_inquiry()
    for row in (Inquiry.objects.values().get(), Inquiry.objects.values_list("name", "message")[0]):
        assert "." not in str(row["name"] if isinstance(row, dict) else row[0])


def test_it_is_not_dumped(db):
    make_inquiry(**WRITTEN)
    said = StringIO()
    with pytest.raises(CommandError, match="cannot be dumped"):
        call_command("dumpdata", "contact", stdout=said)
    assert "Ana" not in said.getvalue() and UNREADABLE not in said.getvalue()


def test_two_who_are_looked_for_at_once_are_both_found_by_index(db, admin_client):
    make_inquiry(name="Bea")
    make_inquiry(name="Ana")
    assert b"Bea" in search_for(admin_client, "bea").content
