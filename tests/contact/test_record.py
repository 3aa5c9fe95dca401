import time
import urllib.parse
from datetime import timedelta
from unittest import mock

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contact import access, desk, workflow
from contact.models import AccessEvent, Inquiry, NoteDraft, OpeningHours, Practice
from tests.contact.sending import act, make_inquiry
from tests.staff import make_staff, sign_in


def address(inquiry):
    return reverse("admin:contact_inquiry_change", args=[inquiry.pk])


def record(client, inquiry):
    return BeautifulSoup(client.get(address(inquiry)).content, "html.parser")


def facts(page):
    return {row.dt.text: " ".join(row.dd.text.split()) for row in page.select(".record-list > div")}


def test_it_shows_what_to_know_before_the_call(db, admin_client):
    inquiry = make_inquiry(
        asking_for="someone_else",
        helper_name="Rosa",
        helper_may_speak=True,
        voicemail_ok=True,
        best_time="morning",
        access_needs={"interpreter": "Vietnamese", "relay": ""},
        email="ana@example.com",
    )
    page = record(admin_client, inquiry)
    told = facts(page)
    assert told["Ask for"] == "Ana Núñez, or Rosa, who helps"
    assert told["Speak with the helper?"] == "Yes, the patient agrees"
    assert told["Best time"] == "Morning"
    assert told["Leave a message?"] == "Yes"
    assert told["Needs"] == "An interpreter: Vietnamese; Calls by TTY or relay service"
    assert page.find("a", href="tel:+1-504-249-7576").text == "(504) 249-7576"
    assert page.find("a", href="mailto:ana@example.com")


def test_what_was_not_allowed_is_said_in_words(db, admin_client):
    told = facts(record(admin_client, make_inquiry(asking_for="someone_else")))
    assert told["Leave a message?"] == "No: leave none"
    assert told["Speak with the helper?"] == "No: with the patient only"


def test_the_patients_words_are_read_only_and_are_text(db, admin_client):
    inquiry = make_inquiry(message="<b>My back</b> hurts")
    page = record(admin_client, inquiry)
    assert "<b>My back</b> hurts" in page.text
    assert [field["name"] for field in page.select("form#act textarea, form#act select")] == ["note"]
    response = admin_client.post(address(inquiry), {"message": "changed", "name": "changed"})
    assert response.status_code == 405
    inquiry.refresh_from_db()
    assert (inquiry.message, inquiry.name) == ("<b>My back</b> hurts", "Ana Núñez")


@pytest.mark.parametrize(
    ("outcome", "status", "is_due"),
    [
        ("reached", "contacted", False),
        ("left_message", "trying", True),
        ("no_answer", "trying", True),
        ("wrong_number", "trying", True),
        ("scheduled", "scheduled", False),
        ("closed", "closed", False),
    ],
)
def test_one_click_says_what_came_of_a_call(db, admin_client, admin_user, outcome, status, is_due):
    inquiry = make_inquiry()
    button = record(admin_client, inquiry).find("button", attrs={"name": "outcome", "value": outcome})
    assert button.find_parent("form")["method"] == "post"
    response = act(admin_client, inquiry, outcome=outcome, note="Spoke with\r\nthe daughter.")
    assert response["Location"] == address(inquiry)
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.due_at is not None) == (status, is_due)
    event = inquiry.events.get()
    assert (event.kind, event.outcome, event.status, event.by) == ("called", outcome, status, admin_user)
    assert event.text == "Spoke with\nthe daughter."
    assert timezone.now() - event.at < timedelta(seconds=5)


def test_every_step_from_every_status_is_in_the_table_or_refused(db, admin_client):
    for status in Inquiry.Status.values:
        for outcome in (
            "reached",
            "left_message",
            "no_answer",
            "wrong_number",
            "scheduled",
            "closed",
            "sold",
        ):
            inquiry = make_inquiry(status=status)
            allowed = workflow.CALLS[status].get(outcome)
            response = act(admin_client, inquiry, outcome=outcome)
            inquiry.refresh_from_db()
            assert response.status_code == (302 if allowed else 400)
            assert inquiry.status == (allowed or status)
            assert inquiry.events.count() == bool(allowed)


def test_after_no_answer_it_is_due_again_in_open_hours(db, admin_client):
    practice = Practice.objects.get()
    practice.callback_hours = 2
    practice.save()
    for day in range(7):
        OpeningHours.objects.create(weekday=day, opens="00:00", closes="23:59")
    inquiry = make_inquiry()
    act(admin_client, inquiry, outcome="no_answer")
    inquiry.refresh_from_db()
    assert timedelta(hours=2) <= inquiry.due_at - timezone.now() < timedelta(hours=3)


def test_the_first_call_sets_how_long_the_patient_waited_and_later_ones_do_not(db, admin_client):
    inquiry = make_inquiry(sent_at=timezone.now() - timedelta(minutes=90))
    act(admin_client, inquiry, outcome="no_answer")
    Inquiry.objects.update(sent_at=timezone.now() - timedelta(days=9))
    act(admin_client, inquiry, outcome="reached")
    inquiry.refresh_from_db()
    assert inquiry.response_minutes == 90


def test_notes_are_added_and_never_changed(db, admin_client):
    inquiry = make_inquiry()
    for words in ("First note.", "Second note."):
        act(admin_client, inquiry, add_note="yes", note=words)
    assert [event.text for event in inquiry.events.all()] == ["First note.", "Second note."]
    page = record(admin_client, inquiry)
    assert [note.text.strip() for note in page.select(".event-note")] == ["First note.", "Second note."]
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.version) == ("new", 0)


@pytest.mark.parametrize(
    ("note", "words"), [("", "Write the note first"), ("x" * 5001, "5,001 characters, 5,000 fit")]
)
def test_a_note_without_words_or_with_too_many_is_not_lost_and_not_stored(db, admin_client, note, words):
    inquiry = make_inquiry()
    response = act(admin_client, inquiry, add_note="yes", note=note)
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 422 and words in page.find(role="alert").text
    assert page.find("textarea").text.strip() == note
    assert not inquiry.events.exists()


def test_it_is_taken_handed_over_and_given_back(db, admin_client, admin_user):
    rosa, inquiry = make_staff("rosa", "Front desk"), make_inquiry()
    make_staff("editor", "Content editor")
    page = record(admin_client, inquiry)
    assert [b["value"] for b in page.select("button[name=owner]")] == ["me", "rosa"]
    for pressed, owner in (("me", admin_user), ("rosa", rosa), ("nobody", None)):
        assert act(admin_client, inquiry, owner=pressed).status_code == 302
        inquiry.refresh_from_db()
        assert inquiry.owner == owner
    assert [event.in_words for event in inquiry.events.all()] == [
        "given to admin",
        "given to rosa",
        "given back: nobody has it",
    ]
    assert act(admin_client, inquiry, owner="editor").status_code == 400


def test_two_people_never_overwrite_each_other_and_the_typed_note_is_kept(db, admin_client, client):
    inquiry = make_inquiry()
    shown = inquiry.version
    sign_in(client, make_staff("rosa", "Front desk"))
    act(client, inquiry, outcome="scheduled", note="Monday at ten.")
    response = act(admin_client, inquiry, version=shown, outcome="no_answer", note="Rang eight times.")
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 409
    assert "Somebody else has changed this request" in page.find(role="alert").text
    assert page.find("textarea").text.strip() == "Rang eight times."
    assert "Called: scheduled, by rosa" in " ".join(page.find(class_="events").text.split())
    inquiry.refresh_from_db()
    assert (inquiry.status, inquiry.events.count()) == ("scheduled", 1)
    assert page.find("input", attrs={"name": "version"})["value"] == str(inquiry.version)


def test_a_number_that_the_sender_corrects_meanwhile_is_seen_before_anything_is_stored(content, admin_client):
    from contact import intake

    inquiry = make_inquiry()
    assert intake.correct_phone(inquiry, "504 555 0199")
    response = act(admin_client, inquiry, version=0, outcome="wrong_number")
    assert response.status_code == 409
    page = BeautifulSoup(response.content, "html.parser")
    assert page.find("a", href="tel:+1-504-555-0199")
    assert facts(page)["Number"] == "Corrected by the sender; first typed: 504 249 7576"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_wins(admin_user):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    inquiry = make_inquiry()

    def call(outcome):
        try:
            desk.record_call(inquiry.pk, 0, outcome, admin_user)
            return "won"
        except desk.Conflict:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(call, ["reached", "no_answer", "scheduled", "closed"]))
    assert sorted(told) == ["told", "told", "told", "won"]
    assert inquiry.events.count() == 1


def test_a_note_outlives_a_csrf_token_that_is_no_longer_good(db, admin_user):
    client = Client(enforce_csrf_checks=True)
    inquiry, note = make_inquiry(), "Rang eight times."
    assert act(client, inquiry, outcome="no_answer", note=note).status_code == 403
    assert not AccessEvent.objects.exists()  # a stranger is shown nothing
    sign_in(client, admin_user)
    response = act(client, inquiry, outcome="no_answer", note=note)
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 403 and "Nothing was saved" in page.find(role="alert").text
    assert page.find("textarea").text.strip() == note and not inquiry.events.exists()
    token = page.find("input", attrs={"name": "csrfmiddlewaretoken"})["value"]
    again = act(client, inquiry, outcome="no_answer", note=note, csrfmiddlewaretoken=token)
    assert again.status_code == 302


def test_other_requests_from_the_same_number_or_mail_are_a_hint(db, admin_client):
    inquiry = make_inquiry(email="ana@example.com")
    same = [
        make_inquiry(name="Her husband"),
        make_inquiry(phone_uri="tel:+1-225-555-0123", email="ANA@example.com"),
    ]
    make_inquiry(phone_uri="tel:+1-225-555-0199")
    hints = record(admin_client, inquiry).select(".record-others a")
    assert {hint.text for hint in hints} == {other.reference for other in same}
    assert Inquiry.objects.count() == 4


def test_only_who_may_change_a_request_sees_buttons_and_may_press_them(db, client):
    viewer = make_staff("viewer", permissions=("contact.view_inquiry",))
    sign_in(client, viewer)
    inquiry = make_inquiry()
    inquiry.events.create(kind="received")
    page = record(client, inquiry)
    assert "Received, by the sender" in " ".join(page.find(class_="events").text.split())
    assert not page.select("form#act")
    assert act(client, inquiry, outcome="closed").status_code == 403
    assert client.get(f"/admin/contact/inquiry/{inquiry.pk}/act/").status_code == 405


def test_a_legal_hold_is_for_managers(db, client, admin_client):
    inquiry = make_inquiry()
    sign_in(client, make_staff("rosa", "Front desk"))
    assert act(client, inquiry, hold="on").status_code == 403
    assert act(admin_client, inquiry, hold="on").status_code == 302
    inquiry.refresh_from_db()
    assert inquiry.legal_hold
    assert "On legal hold" in record(admin_client, inquiry).find(class_="record-facts").text


def test_nothing_is_deleted(db, admin_client):
    inquiry = make_inquiry()
    assert admin_client.post(reverse("admin:contact_inquiry_delete", args=[inquiry.pk])).status_code == 403
    queue = reverse("admin:contact_inquiry_changelist")
    admin_client.post(queue, {"action": "delete_selected", "_selected_action": inquiry.pk, "post": "yes"})
    assert Inquiry.objects.count() == 1


@pytest.mark.parametrize(
    "pressed", [{}, {"outcome": "sold"}, {"move": "x"}, {"owner": "x"}, {"version": "x"}]
)
def test_what_no_button_says_does_nothing(db, admin_client, pressed):
    inquiry = make_inquiry()
    assert act(admin_client, inquiry, **pressed).status_code == 400
    assert not inquiry.events.exists()


def test_a_draft_is_kept_for_its_writer_until_the_note_is_added(db, admin_client, admin_user, client):
    inquiry = make_inquiry()
    draft = reverse("admin:contact_inquiry_draft", args=[inquiry.pk])
    for words in ("Rang", "Rang twice."):
        assert admin_client.post(draft, {"note": words}).status_code == 204
    page = record(admin_client, inquiry)
    assert page.find("textarea").text.strip() == "Rang twice."
    assert "was not added" in page.find(class_="record-notice").text
    sign_in(client, make_staff("rosa", "Front desk"))
    assert not record(client, inquiry).find("textarea").text.strip()
    act(admin_client, inquiry, outcome="no_answer", note="Rang twice.")
    assert not NoteDraft.objects.exists()


def test_a_note_that_is_sent_after_the_session_has_ended_is_there_after_signing_in_again(
    db, admin_client, admin_user
):
    inquiry = make_inquiry()
    session = admin_client.session
    session["active_at"] = time.time() - 16 * 60
    session.save()
    response = act(admin_client, inquiry, outcome="no_answer", note="Rang eight times.")
    assert response.status_code == 302
    assert response["Location"].startswith("/staff/sign-in/")
    assert urllib.parse.unquote(response["Location"]).endswith(f"next={address(inquiry)}")
    assert not inquiry.events.exists()
    page = record(sign_in(admin_client, admin_user), inquiry)
    assert page.find("textarea").text.strip() == "Rang eight times."


# On paper


def test_the_sheet_for_the_chart_holds_everything_and_is_logged(db, admin_client, admin_user):
    inquiry = make_inquiry(message="My back hurts.", helper_name="Rosa", access_needs={"relay": ""})
    act(admin_client, inquiry, outcome="no_answer", note="Rang.")
    sheet = BeautifulSoup(
        admin_client.get(f"/admin/contact/inquiry/{inquiry.pk}/print/").content, "html.parser"
    )
    for words in (
        "Ana Núñez",
        "(504) 249-7576",
        "My back hurts.",
        "Rosa",
        "Rang.",
        "relay",
        inquiry.reference,
    ):
        assert words in sheet.text
    event = AccessEvent.objects.newest_first().first()
    assert (event.kind, event.by, event.inquiry_pk) == ("printed", admin_user, inquiry.pk)


# The access log


def test_each_look_and_change_is_logged_by_number(db, admin_client, admin_user):
    inquiry = make_inquiry()
    record(admin_client, inquiry)
    act(admin_client, inquiry, outcome="no_answer", note="Rang.")
    admin_client.get("/admin/contact/inquiry/")
    looked, changed, listed = AccessEvent.objects.order_by("pk")
    assert (looked.kind, looked.screen, looked.inquiry_pk, looked.by) == (
        "viewed",
        "record",
        inquiry.pk,
        admin_user,
    )
    assert (changed.kind, changed.fields, changed.reference) == (
        "changed",
        ["status", "due_at"],
        inquiry.reference,
    )
    assert (listed.kind, listed.screen, listed.count) == ("viewed", "queue", 1)
    assert [row.inquiry_pk for row in listed.listed.all()] == [inquiry.pk]
    log = record(admin_client, inquiry).find(class_="record-log").text
    assert "Viewed, the record" in log and "Changed, the record: status, due_at" in log
    assert not LogEntry.objects.exists()


def test_the_record_itself_tells_in_whose_list_it_was_and_who_exported_it(content, admin_client, client):
    inquiry, other = make_inquiry(), make_inquiry(status="closed")
    manager = sign_in(client, make_staff("mona", "Practice manager"))
    manager.get("/admin/contact/inquiry/")
    b"".join(manager.post("/admin/contact/inquiry/export/", {"reason": "legal"}).streaming_content)
    own, lists = record(admin_client, inquiry).select(".record-log ul")
    assert "mona: Exported, the export: a legal or insurance request" in own.text
    assert "mona: Viewed, the queue" in lists.text and "Exported" not in lists.text
    assert "mona" not in record(admin_client, other).find(class_="record-log").text


def test_however_often_a_record_was_listed_its_own_entries_are_shown(db, admin_client, admin_user):
    inquiry = make_inquiry()
    access.record("printed", "print", admin_user, inquiry)
    for _ in range(30):
        access.record_several("viewed", "queue", admin_user, 1, [inquiry.pk])
    own, lists = record(admin_client, inquiry).select(".record-log ul")
    assert "Printed" in own.text and len(lists.select("li")) == 20


@pytest.mark.parametrize(
    ("pressed", "status"),
    [
        ({"version": 7, "outcome": "reached"}, 409),
        ({"add_note": "yes", "note": ""}, 422),
        ({"add_note": "yes", "note": "x" * 5001}, 422),
    ],
    ids=["conflict", "empty note", "long note"],
)
def test_an_answer_that_shows_the_record_is_a_look_at_it(db, admin_client, admin_user, pressed, status):
    inquiry = make_inquiry()
    response = act(admin_client, inquiry, **pressed)
    assert response.status_code == status and "Ana" in response.content.decode()
    entry = AccessEvent.objects.get()
    assert (entry.kind, entry.screen, entry.inquiry_pk, entry.by) == (
        "viewed",
        "record",
        inquiry.pk,
        admin_user,
    )
    admin_client.raise_request_exception = False
    with mock.patch("contact.models.AccessEvent.objects.create", side_effect=RuntimeError):
        response = act(admin_client, inquiry, **pressed)
    assert response.status_code == 500 and "Ana" not in response.content.decode()


def test_what_is_not_logged_is_not_shown(db, admin_client):
    inquiry = make_inquiry()
    admin_client.raise_request_exception = False
    with mock.patch("contact.models.AccessEvent.objects.create", side_effect=RuntimeError):
        response = admin_client.get(address(inquiry))
    assert response.status_code == 500 and "Ana" not in response.content.decode()
