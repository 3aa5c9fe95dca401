"""Mail about requests, through a real mail server on loopback that behaves as mail servers do."""

import threading
import time
from datetime import timedelta
from io import StringIO
from unittest import mock

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from contact import alerts
from contact.models import Alert, Inquiry, Practice
from contact.models.alert import LEASE
from tests.contact.sending import make_inquiry, retry_now
from tests.staff import sign_in

SECRETS = ("Ana", "Núñez", "7576", "ana@example.com", "back hurts", "Kyphoplasty")


def waiting_alert(**overrides):
    inquiry = make_inquiry(
        email="ana@example.com", message="My back hurts.", about="Kyphoplasty", **overrides
    )
    return inquiry.alerts.create()


def test_staff_get_the_reference_the_waiting_time_and_a_link_and_nothing_else(mail_server, settings):
    alert = waiting_alert(sent_at=timezone.now() - timedelta(minutes=25))
    assert alerts.send_due() == (1, 0)
    (mail,) = mail_server.mails
    body = mail.get_payload(decode=True).decode()
    inquiry = alert.inquiry
    assert mail["X-Envelope-To"] == "desk@example.com"
    assert mail["Subject"] == f"Consultation request {inquiry.reference}"
    assert body.split("\r\n") == [
        "A consultation request is waiting.",
        "",
        f"Reference: {inquiry.reference}",
        "Waiting for: 25 minutes",
        "",
        "Sign in to read it and call back:",
        f"{settings.SITE_URL}/admin/contact/inquiry/{inquiry.pk}/change/",
        "",
    ]
    assert not [secret for secret in SECRETS if secret in mail.as_string()]
    alert.refresh_from_db()
    assert (alert.status, alert.tries) == ("sent", 1) and alert.finished_at


def test_each_staff_address_gets_it_once_though_one_is_refused_for_a_while(mail_server):
    Practice.objects.update(alert_addresses="desk@example.com\nnurse@example.com\n")
    alert = waiting_alert()
    mail_server.refused = {"desk@example.com"}
    assert alerts.send_due() == (0, 1)
    alert.refresh_from_db()
    assert (alert.status, alert.last_problem) == ("waiting", "SMTPRecipientsRefused")
    assert alert.delivered_to == ["nurse@example.com"]
    mail_server.refused = set()
    assert retry_now() == (1, 0)
    assert [mail["X-Envelope-To"] for mail in mail_server.mails] == ["nurse@example.com", "desk@example.com"]


def test_a_slow_address_holds_up_the_others_once(mail_server, monkeypatch):
    Practice.objects.update(alert_addresses="desk@example.com\nnurse@example.com\n")
    alert = waiting_alert()
    tried, send_to = [], alerts._send_to

    def slow_for_desk(address, *args):
        tried.append(address)
        if address == "desk@example.com":
            raise TimeoutError
        return send_to(address, *args)

    monkeypatch.setattr(alerts, "_send_to", slow_for_desk)
    for _ in range(2):
        retry_now()
    alert.refresh_from_db()
    assert alert.delivered_to == ["nurse@example.com"] and "desk@example.com" in tried


def test_what_was_sent_is_not_sent_again(mail_server):
    waiting_alert()
    alerts.send_due()
    assert retry_now() == (0, 0)
    assert len(mail_server.mails) == 1


@pytest.mark.parametrize(
    ("behaviour", "problem"),
    [
        ("refuse", "SMTPDataError"),
        ("greylist", "SMTPDataError"),
        ("hang", "SMTPServerDisconnected"),
        ("drop", "SMTPServerDisconnected"),
    ],
)
def test_a_mail_that_fails_is_tried_again_until_it_goes(mail_server, behaviour, problem):
    alert = waiting_alert()
    mail_server.behaviour = behaviour
    assert alerts.send_due() == (0, 1)
    alert.refresh_from_db()
    assert (alert.status, alert.tries, alert.last_problem) == ("waiting", 1, problem)
    assert alert.next_try_at > timezone.now() + timedelta(seconds=20)
    assert alerts.send_due() == (0, 0)  # not before its time
    mail_server.behaviour = "take"
    assert retry_now() == (1, 0)
    alert.refresh_from_db()
    assert (alert.status, alert.last_problem) == ("sent", "")


def test_a_server_that_is_not_there_is_tried_again(mail_server, settings):
    alert = waiting_alert()
    settings.EMAIL_PORT = 1
    assert alerts.send_due() == (0, 1)
    alert.refresh_from_db()
    assert alert.last_problem == "ConnectionRefusedError"


def test_a_server_that_spins_it_out_is_left_after_a_while(mail_server, settings, monkeypatch):
    waiting_alert()
    settings.EMAIL_TIMEOUT = 60
    monkeypatch.setattr(alerts, "SEND_SECONDS", 0.3)
    mail_server.behaviour = "hang"
    began = time.monotonic()
    assert alerts.send_due() == (0, 1)
    assert time.monotonic() - began < 5


def test_one_mail_takes_less_time_than_the_lease_gives():
    assert timedelta(seconds=alerts.SEND_SECONDS) < LEASE


def test_the_pauses_grow_to_an_hour_and_it_never_gives_up(db):
    alert = waiting_alert()
    pauses = []
    for tries in range(1, 60):
        alert.tries = tries
        Alert.objects.update(tries=tries)
        now = timezone.now()
        alert.put_off("SMTPDataError", now)
        alert.refresh_from_db()
        pauses.append((alert.next_try_at - now).total_seconds())
    assert 22 <= pauses[0] <= 38 and pauses[0] < pauses[3]
    assert all(45 * 60 <= pause <= 75 * 60 for pause in pauses[10:])
    assert len({round(pause) for pause in pauses[10:]}) > 20  # jitter
    assert alert.status == "waiting"


def test_of_two_workers_one_gets_an_alert(db):
    seen = waiting_alert()
    also_seen = Alert.objects.get()
    assert seen.claim(timezone.now())
    assert not also_seen.claim(timezone.now())
    assert not Alert.objects.due(timezone.now()).exists()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_each_alert_once(mail_server, monkeypatch):
    Practice.objects.update_or_create(pk=1, defaults={"alert_addresses": "desk@example.com"})
    for _ in range(12):
        waiting_alert()
    monkeypatch.setattr(alerts, "_time_limit", mock.MagicMock())  # signals are for main threads
    at_once = threading.Barrier(4)

    def work():
        at_once.wait()
        alerts.send_due()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(mail["Subject"] for mail in mail_server.mails) == sorted(
        f"Consultation request {reference}"
        for reference in Inquiry.objects.values_list("reference", flat=True)
    )


class KilledError(BaseException):
    """As SIGKILL: nothing after it runs."""


def test_killed_between_sending_and_marking_it_is_sent_again_not_lost(mail_server, monkeypatch):
    alert = waiting_alert()
    with monkeypatch.context() as patch:
        patch.setattr(Alert, "mark_delivered", mock.Mock(side_effect=KilledError))
        with pytest.raises(KilledError):
            alerts.send_due()
    assert alerts.send_due() == (0, 0)  # another worker waits until the lease is over
    Alert.objects.update(next_try_at=timezone.now() - LEASE)
    assert alerts.send_due() == (1, 0)
    first, second = mail_server.mails
    assert first["Message-ID"] == second["Message-ID"]
    alert.refresh_from_db()
    assert (alert.status, alert.tries) == ("sent", 2)


def test_a_worker_whose_claim_ran_out_does_not_overwrite_what_came_after(db):
    late = waiting_alert()
    assert late.claim(timezone.now())
    other = Alert.objects.get()
    assert other.claim(timezone.now())
    other.finish(Alert.Status.SENT, timezone.now())
    late.put_off("TimeoutError", timezone.now())
    assert Alert.objects.get().status == "sent"


def test_staff_see_what_does_not_get_through(practice, admin_client):
    waiting_alert()
    assert "Mail to staff is not sent." not in admin_client.get("/admin/").content.decode()
    Alert.objects.update(created_at=timezone.now() - timedelta(minutes=11), last_problem="SMTPDataError")
    assert "Mail to staff is not sent." in admin_client.get("/admin/").content.decode()
    listed = admin_client.get("/admin/contact/alert/?status__exact=waiting").content.decode()
    assert "SMTPDataError" in listed


def test_with_nobody_to_tell_the_alert_waits_and_staff_are_told(db, admin_client, mailoutbox):
    waiting_alert()
    assert "Nobody gets a mail about new requests." in admin_client.get("/admin/").content.decode()
    assert alerts.send_due() == (0, 0)
    Practice.objects.update(alert_addresses="desk@example.com")
    assert alerts.send_due() == (1, 0)  # at once, not when a pause is over
    assert len(mailoutbox) == 1


def words_of_desk(client):
    return " ".join(BeautifulSoup(client.get("/admin/").content, "html.parser").get_text().split())


@pytest.mark.parametrize("is_https", [True, False])
def test_without_a_mail_server_the_desk_says_that_no_mail_is_sent(db, admin_client, settings, is_https):
    settings.SITE_IS_HTTPS = is_https
    assert "No mail about new requests" not in words_of_desk(admin_client)
    settings.MAIL_IS_PRINTED = True
    assert "No mail about new requests" not in words_of_desk(admin_client)
    waiting_alert()
    assert "No mail about new requests is sent." in words_of_desk(admin_client)
    Inquiry.objects.all().delete()
    Practice.objects.update(alert_addresses="desk@example.com")
    assert ("printed where the site runs" in words_of_desk(admin_client)) is not is_https


def test_on_a_site_for_patients_alerts_wait_for_a_mail_server(practice, mailoutbox, settings):
    settings.MAIL_IS_PRINTED = settings.SITE_IS_HTTPS = True
    alert = waiting_alert()
    assert alerts.send_due() == (0, 0)
    settings.MAIL_IS_PRINTED = False
    assert alerts.send_due() == (1, 0)
    alert.refresh_from_db()
    assert alert.status == "sent" and len(mailoutbox) == 1


def test_on_this_machine_they_are_printed(practice, mailoutbox, settings):
    settings.MAIL_IS_PRINTED = True
    waiting_alert()
    assert alerts.send_due() == (1, 0)


def test_with_nobody_to_tell_a_request_that_was_dealt_with_alarms_no_one(db):
    alert = waiting_alert(status="closed")
    Alert.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert not Alert.objects.late(timezone.now()).exists()
    alert.inquiry.alerts.create(kind="correction", created_at=timezone.now() - timedelta(hours=1))
    assert Alert.objects.late(timezone.now()).count() == 1


def test_an_inquiry_that_staff_have_dealt_with_needs_no_alert(practice, mailoutbox):
    alert = waiting_alert(status="contacted")
    assert alerts.send_due() == (1, 0)
    alert.refresh_from_db()
    assert alert.status == "not_needed" and not mailoutbox


def test_staff_see_only_notes_they_can_act_on(db, client):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_inquiry"))
    sign_in(client, viewer)
    make_inquiry(status="quarantined")
    page = client.get("/admin/").content.decode()
    assert "Accept or close them." in page and "Nobody gets a mail" not in page


def test_told_to_stop_it_begins_no_other_mail(practice, mailoutbox):
    for _ in range(3):
        waiting_alert()
    assert alerts.send_due(stop=lambda: len(mailoutbox) == 1) == (1, 0)
    assert Alert.objects.waiting().count() == 2


def test_the_command_says_what_it_did(practice, mailoutbox):
    waiting_alert()
    out = StringIO()
    call_command("send_alerts", stdout=out)
    assert out.getvalue() == "1 done, 0 to be tried again\n"
    assert len(mailoutbox) == 1


def test_addresses_are_checked_when_staff_enter_them(db):
    with pytest.raises(ValidationError, match="“nurse@” is not an e-mail address"):
        Practice(alert_addresses="desk@example.com\nnurse@").full_clean()
