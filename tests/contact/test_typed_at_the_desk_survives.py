"""Whatever goes wrong, what staff typed is in its field again, and nothing of it is stored twice."""

import urllib.parse
from datetime import timedelta
from io import StringIO
from unittest import mock

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from contact.models import AccessEvent, Inquiry, NoteDraft, RequestDraft
from tests.contact.sending import act, make_inquiry, token
from tests.contact.test_record import address, record
from tests.staff import make_staff, sign_in

ADD = "/admin/contact/inquiry/add/"
NOTE = "Rang <b>eight</b> times."
SAID = {
    "name": "Earl",
    "phone": "504 555 0123 x4",
    "message": "Since Monday.",
    "voicemail_ok": "on",
    "asking_for": "someone_else",
    "about": "Kyphoplasty",
    "access_needs": ["interpreter", "mobility"],
    "language": "Vietnamese",
}
NO_DATABASE = mock.patch("django.db.backends.utils.CursorWrapper.execute", side_effect=DatabaseError)


def page_of(response, status):
    assert response.status_code == status
    assert "no-store" in response["Cache-Control"]
    return BeautifulSoup(response.content, "html.parser")


def told(page):
    return page.find(role="alert").text


def form_on(page):
    """What the browser would send, without a button."""
    form, sent = page.select_one("form.record-form"), {}
    for field in form.select("input, textarea, select"):
        kind = field.get("type")
        if kind in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        value = field.get("value", "on" if kind == "checkbox" else "")
        if field.name == "textarea":
            value = field.text.removeprefix("\n")
        if field.name == "select":
            value = (field.select_one("option[selected]") or {"value": ""})["value"]
        sent.setdefault(field["name"], []).append(value)
    return sent


def assert_said(page):
    sent = form_on(page)
    for name, value in SAID.items():
        assert sent[name] == (value if isinstance(value, list) else [value]), name


def leave(client, minutes=16):
    session = client.session
    for name in ("active_at", "signed_in_at"):
        session[name] -= minutes * 60
    session.save()


def next_of(response):
    return urllib.parse.unquote(response["Location"].partition("next=")[2])


# A note


@pytest.mark.parametrize("pressed", [{"hold": "on"}, {"owner": "me"}, {"outcome": "no_answer"}])
def test_a_note_is_stored_with_whatever_button_is_pressed(db, admin_client, pressed):
    inquiry = make_inquiry()
    assert act(admin_client, inquiry, note=NOTE, **pressed).status_code == 302
    assert [event.text for event in inquiry.events.all()] == [NOTE]
    assert NOTE in record(admin_client, inquiry).find(class_="event-note").text


def test_a_note_is_stored_when_a_suspect_is_accepted(db, admin_client):
    inquiry = make_inquiry(status="quarantined")
    act(admin_client, inquiry, move="new", note=NOTE)
    assert inquiry.events.get().text == NOTE


@pytest.mark.parametrize("step", ["hold", "record_call", "add_note", "give"])
def test_a_database_that_does_not_store_gives_the_record_with_the_note(db, admin_client, step):
    inquiry = make_inquiry()
    buttons = {
        "hold": {"hold": "on"},
        "record_call": {"outcome": "reached"},
        "add_note": {"add_note": "yes"},
        "give": {"owner": "me"},
    }
    with mock.patch(f"contact.desk.{step}", side_effect=DatabaseError):
        page = page_of(act(admin_client, inquiry, note=NOTE, **buttons[step]), 503)
    assert "could not save this" in told(page) and page.h1.text == "Ana Núñez"
    assert page.find("textarea").text.strip() == NOTE


def test_where_the_record_cannot_be_read_the_note_is_on_a_page_of_its_own(db, admin_client):
    inquiry = make_inquiry()
    with mock.patch("contact.admin.record.get_object_or_404", side_effect=DatabaseError):
        response = act(admin_client, inquiry, outcome="no_answer", note=NOTE)
    page = page_of(response, 503)
    assert page.find("textarea").text.strip() == NOTE and "Ana" not in page.text
    action = page.select_one("form.record-form")["action"]
    assert admin_client.post(action, form_on(page))["Location"] == address(inquiry)
    event = inquiry.events.get()
    assert (event.outcome, event.text) == ("no_answer", NOTE)


@pytest.mark.parametrize("failure", ["no database", "mistake"])
def test_where_nothing_works_the_note_is_still_in_its_field(db, admin_client, failure):
    inquiry = make_inquiry()
    inquiry.refresh_from_db()
    admin_client.raise_request_exception = False
    mistake = mock.patch("contact.desk.record_call", side_effect=RuntimeError)
    sent = {"version": 0, "note": NOTE, "outcome": "no_answer"}
    with NO_DATABASE if failure == "no database" else mistake:
        page = page_of(admin_client.post(f"/admin/contact/inquiry/{inquiry.pk}/act/", sent), 500)
    assert page.find("textarea").text.strip() == NOTE
    assert form_on(page)["outcome"] == ["no_answer"]


@pytest.mark.parametrize("has_token", [True, False])
def test_a_note_of_who_was_signed_out_comes_back_and_shows_nothing_else(db, admin_user, has_token):
    inquiry, client = make_inquiry(), Client(enforce_csrf_checks=not has_token)
    page = page_of(act(client, inquiry, outcome="no_answer", note=NOTE), 403)
    assert "you are signed out" in told(page)
    assert page.find("textarea").text.strip() == NOTE and "Ana" not in page.text
    assert not AccessEvent.objects.exists() and not inquiry.events.exists()


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_what_another_site_filled_in_does_not_come_back_with_a_button(db, admin_user, headers):
    inquiry, client = make_inquiry(), Client(enforce_csrf_checks=True)
    forged = {"outcome": "closed", "version": 0, "note": "Close it"}
    for path in (f"/admin/contact/inquiry/{inquiry.pk}/act/", ADD):
        page = page_of(client.post(path, forged | SAID, headers=headers), 403)
        assert not page.main.find("form") and "Earl" not in page.text


def test_a_stranger_who_sends_no_note_is_led_to_the_sign_in(db, client):
    assert act(client, make_inquiry(), outcome="no_answer").status_code == 302


# A note that was kept


def test_a_kept_note_is_not_dropped_by_who_did_not_see_it(db, admin_client, admin_user):
    inquiry = make_inquiry(status="quarantined")
    admin_client.post(f"/admin/contact/inquiry/{inquiry.pk}/draft/", {"note": NOTE})
    listed = BeautifulSoup(
        admin_client.get("/admin/contact/inquiry/?status=quarantined").content, "html.parser"
    )
    admin_client.post(listed.select_one("button[value=new]")["formaction"], {"move": "new"})
    inquiry.refresh_from_db()
    assert inquiry.status == "new" and NoteDraft.objects.get().text == NOTE
    assert record(admin_client, inquiry).find("textarea").text.strip() == NOTE


def test_a_kept_note_that_was_changed_in_its_field_or_cleared_is_not_shown_again(db, admin_client):
    for words in ("Something else.", ""):
        inquiry = make_inquiry()
        admin_client.post(f"/admin/contact/inquiry/{inquiry.pk}/draft/", {"note": NOTE})
        sent = form_on(record(admin_client, inquiry)) | {"note": words, "outcome": "reached"}
        # Somebody was faster: the answer still knows what was seen.
        stale = sent | {"version": "9"}
        page = page_of(admin_client.post(f"/admin/contact/inquiry/{inquiry.pk}/act/", stale), 409)
        sent = form_on(page) | {"outcome": "reached"}
        assert admin_client.post(f"/admin/contact/inquiry/{inquiry.pk}/act/", sent).status_code == 302
        assert not NoteDraft.objects.exists()


def test_a_button_of_the_list_that_comes_too_late_leaves_a_kept_note(db, admin_client, admin_user):
    inquiry = make_inquiry(status="quarantined")
    admin_client.post(f"/admin/contact/inquiry/{inquiry.pk}/draft/", {"note": NOTE})
    leave(admin_client)
    act(admin_client, inquiry, move="new")
    assert NoteDraft.objects.get().text == NOTE


@pytest.mark.parametrize("minutes", [16, 14 * 60])
def test_the_script_of_a_page_that_slept_still_keeps_the_note(db, admin_client, admin_user, minutes):
    inquiry = make_inquiry()
    leave(admin_client, minutes)
    for ask in (admin_client.get, admin_client.post):
        assert ask("/staff/session/").json() == {"ends_in": 0}
    assert admin_client.post(f"/admin/contact/inquiry/{inquiry.pk}/draft/", {"note": NOTE}).status_code == 302
    assert admin_client.get("/admin/").status_code == 302  # over it is all the same
    page = record(sign_in(admin_client, admin_user), inquiry)
    assert page.find("textarea").text.strip() == NOTE


# A request taken by phone


def test_its_words_outlive_a_csrf_token_that_is_no_longer_good(content, admin_user):
    client = sign_in(Client(enforce_csrf_checks=True), admin_user)
    page = page_of(client.post(ADD, SAID | {"token": token()}), 403)
    assert "open for too long" in told(page)
    assert_said(page)
    assert not Inquiry.objects.exists()
    assert client.post(ADD, form_on(page)).status_code == 302
    assert Inquiry.objects.get().message == "Since Monday."


@pytest.mark.parametrize("what", ["contact.intake.receive", "contact.access.record"])
def test_its_words_outlive_a_database_that_does_not_store(content, admin_client, what):
    with mock.patch(what, side_effect=DatabaseError):
        page = page_of(admin_client.post(ADD, SAID | {"token": token()}), 503)
    assert "could not save this" in told(page)
    assert_said(page)
    assert not Inquiry.objects.exists()
    assert admin_client.post(ADD, form_on(page)).status_code == 302
    assert Inquiry.objects.get().events.get().in_words == "taken by phone"


@pytest.mark.parametrize("failure", ["no database", "mistake"])
def test_its_words_outlive_everything(content, admin_client, failure):
    admin_client.raise_request_exception = False
    mistake = mock.patch("contact.intake.receive", side_effect=RuntimeError)
    with NO_DATABASE if failure == "no database" else mistake:
        page = page_of(admin_client.post(ADD, SAID | {"token": token()}), 500)
    assert_said(page)
    assert admin_client.post(ADD, form_on(page)).status_code == 302


def test_its_words_come_back_to_who_was_signed_out(content, client):
    page = page_of(client.post(ADD, SAID | {"token": token()}), 403)
    assert "you are signed out" in told(page)
    assert_said(page)
    assert not Inquiry.objects.exists() and not RequestDraft.objects.exists()


@pytest.mark.parametrize("path", [ADD, f"{ADD}draft/"])
def test_what_is_sent_too_late_is_in_the_form_after_signing_in_again(content, admin_client, admin_user, path):
    leave(admin_client)
    sent = SAID | {"token": token()}
    assert next_of(admin_client.post(path, sent)) == ADD
    assert not Inquiry.objects.exists()
    page = page_of(sign_in(admin_client, admin_user).get(ADD), 200)
    assert "was not stored: you had been signed out" in page.find(class_="record-notice").text
    assert not page.find(role="alert")
    assert_said(page)
    assert admin_client.post(ADD, form_on(page)).status_code == 302
    assert not RequestDraft.objects.exists() and Inquiry.objects.get().access_needs == {
        "interpreter": "Vietnamese",
        "mobility": "",
    }


def test_the_script_keeps_it_for_its_writer_alone_and_encrypted(content, admin_client, client):
    assert admin_client.post(f"{ADD}draft/", SAID).status_code == 204
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM contact_requestdraft")
        assert "Earl" not in str(cursor.fetchall())
    sign_in(client, make_staff("rosa", "Front desk"))
    assert "Earl" not in client.get(ADD).content.decode()
    assert "Earl" in admin_client.get(ADD).content.decode()


def test_it_can_be_dropped_and_another_form_does_not_drop_it(content, admin_client):
    admin_client.post(f"{ADD}draft/", SAID | {"token": token()})
    other = {"token": token(), "name": "Bea", "phone": "504 555 0124"}
    assert admin_client.post(ADD, other).status_code == 302
    assert_said(page_of(admin_client.get(ADD), 200))
    assert admin_client.post(ADD, {"empty": "yes"})["Location"] == ADD
    assert "Earl" not in admin_client.get(ADD).content.decode()


def test_a_request_that_cannot_be_read_any_more_leaves_an_empty_form(content, admin_client):
    admin_client.post(f"{ADD}draft/", SAID)
    RequestDraft.objects.update(row_id="moved")
    assert "Earl" not in page_of(admin_client.get(ADD), 200).text


def test_other_words_under_a_form_that_was_stored_are_kept_and_change_nothing(content, admin_client):
    sent = SAID | {"token": token()}
    admin_client.post(ADD, sent)
    response = admin_client.post(ADD, sent | {"message": "Since Friday."})
    page = page_of(response, 409)
    assert Inquiry.objects.get().reference in told(page)
    assert page.find("textarea").text.strip() == "Since Friday."
    assert Inquiry.objects.get().message == "Since Monday."
    assert admin_client.post(ADD, form_on(page)).status_code == 302
    assert Inquiry.objects.count() == 2


def test_what_nobody_came_back_for_is_shown_for_a_month_and_deleted(content, admin_client, client):
    admin_client.post(f"{ADD}draft/", SAID)
    assert "Earl" in admin_client.get(ADD).content.decode()
    month_ago = timezone.now() - timedelta(days=31)
    RequestDraft.objects.update(saved_at=month_ago)
    assert "Earl" not in admin_client.get(ADD).content.decode()
    sign_in(client, make_staff("rosa", "Front desk")).post(f"{ADD}draft/", SAID)
    assert RequestDraft.objects.get().by.username == "rosa"
    RequestDraft.objects.update(saved_at=month_ago)
    call_command("purge_inquiries", "--dry-run", stdout=StringIO())
    assert RequestDraft.objects.exists()
    with mock.patch("contact.retention.clean_files", return_value=True):
        call_command("purge_inquiries", stdout=StringIO())
    assert not RequestDraft.objects.exists()
