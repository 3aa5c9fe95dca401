"""The mail that confirms a request to a patient who gave an address, where the practice wants it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contact import alerts
from contact.models import Alert, Inquiry, Practice
from tests.contact.sending import act, retry_now, send


def test_patients_get_no_mail_unless_the_practice_wants_it(content, client):
    send(client, email="ana@example.com")
    assert not Alert.objects.filter(kind="acknowledgement").exists()


@pytest.fixture
def acknowledged(content, client):
    """A request whose sender gets a confirmation."""
    Practice.objects.update(acknowledges_by_email=True)
    send(client, email="ana@example.com", message="My back hurts.", about="kyphoplasty")
    return Inquiry.objects.get()


def test_an_acknowledgement_says_nothing_of_what_the_patient_wrote(acknowledged, mailoutbox):
    assert alerts.send_due() == (1, 0)
    (mail,) = mailoutbox
    assert mail.to == ["ana@example.com"]
    assert mail.subject == "Ascent Pain has your request"
    assert acknowledged.reference in mail.body and "(504) 249-7576" in mail.body and "911" in mail.body
    assert not [word for word in ("Ana", "Núñez", "back hurts", "Kyphoplasty") if word in mail.body]
    assert Alert.objects.get(kind="acknowledgement").delivered_to == []


def test_who_gave_no_address_gets_no_acknowledgement(content, client):
    Practice.objects.update(acknowledges_by_email=True)
    send(client)
    assert not Alert.objects.filter(kind="acknowledgement").exists()


@pytest.mark.parametrize(("hours", "is_promised"), [(2, True), (-2, False)])
def test_an_acknowledgement_that_goes_late_promises_no_time_in_the_past(
    acknowledged, mailoutbox, hours, is_promised
):
    Inquiry.objects.update(call_by=timezone.now() + timedelta(hours=hours))
    alerts.send_due()
    assert ("Central time" in mailoutbox[0].body) is is_promised
    assert "We will call you" in mailoutbox[0].body


def test_who_was_called_already_is_not_told_that_we_will_call(acknowledged, mailoutbox):
    Inquiry.objects.update(status="contacted")
    alerts.send_due()
    assert not mailoutbox
    assert Alert.objects.get(kind="acknowledgement").status == "not_needed"


def test_a_mistyped_address_is_given_up_after_a_day_and_alarms_nobody(
    acknowledged, mail_server, admin_client
):
    mail_server.behaviour = "refuse"
    Alert.objects.filter(kind="staff").delete()
    retry_now()
    alert = Alert.objects.get()
    assert alert.status == "waiting"
    Alert.objects.update(created_at=timezone.now() - timedelta(hours=25))
    retry_now()
    alert.refresh_from_db()
    assert (alert.status, alert.last_problem) == ("given_up", "SMTPDataError")
    assert "not been sent" not in admin_client.get("/admin/").content.decode()


def test_turned_off_in_the_meantime_none_goes_out(acknowledged, mailoutbox):
    Practice.objects.update(acknowledges_by_email=False)
    alerts.send_due()
    assert not mailoutbox
    assert Alert.objects.get(kind="acknowledgement").status == "not_needed"


def test_after_days_none_goes_out(acknowledged, mailoutbox):
    Alert.objects.update(created_at=timezone.now() - timedelta(days=30))
    alerts.send_due()
    assert not mailoutbox


def test_a_suspect_that_was_closed_by_mistake_gets_one_when_it_is_new_again(content, client, admin_client):
    Practice.objects.update(acknowledges_by_email=True)
    send(client, website="x", email="ana@example.com")
    inquiry = Inquiry.objects.get()
    for pressed in ({"move": "closed"}, {"move": "new"}, {"outcome": "closed"}, {"move": "new"}):
        assert act(admin_client, inquiry, **pressed).status_code == 302
    assert inquiry.alerts.filter(kind="acknowledgement").count() == 1


def test_a_patients_address_is_not_printed_where_mail_is(acknowledged, mailoutbox, settings, admin_client):
    settings.MAIL_IS_PRINTED = True
    assert alerts.send_due() == (0, 0)
    assert not mailoutbox
    assert "Confirmations to patients wait until" in admin_client.get("/admin/").content.decode()
