"""Mail about inquiries, from the outbox (contact.models.Alert).

Delivery is at least once: a worker claims an alert, sends it, and marks it sent. Killed in between, it leaves
the alert to be claimed again when its lease ends. SEND_SECONDS is shorter than the lease, so that no two
workers are ever sending the same alert.
"""

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince

from ascentpain.encrypted_fields import is_readable
from contact import callback, opening_hours
from contact.models import Alert, Practice

logger = logging.getLogger(__name__)

SEND_SECONDS: Final = 45  # for one alert, from connecting to the server's last word; less than its LEASE
BATCH: Final = 100
# A patient's address may be mistyped: a confirmation is given up after this. Alerts to staff never are.
PATIENCE: Final = timedelta(days=1)


def send_due(stop: Callable[[], bool] = lambda: False) -> tuple[int, int]:
    """Send the alerts whose time has come, until `stop` says so.

    Returns how many are done, and how many have to be tried again. Alerts to staff wait while no address is
    entered, mail to patients while mail is only printed, and on a site that patients reach all mail does:
    attention.notes tells of it.
    """
    done = put_off = 0
    while done + put_off < BATCH and not stop():
        practice = Practice.objects.current()
        alert = _next_due(practice)
        if alert is None:
            break
        if alert.claim(timezone.now()):
            went_well = _deliver(alert, practice)
            done, put_off = done + went_well, put_off + (not went_well)
    return done, put_off


def _next_due(practice: Practice) -> Alert | None:
    if settings.MAIL_IS_PRINTED and settings.SITE_IS_HTTPS:
        return None  # a log is nobody's mailbox
    due = Alert.objects.due(timezone.now()).select_related("inquiry")
    if not practice.alert_address_list:
        due = due.filter(kind=Alert.Kind.ACKNOWLEDGEMENT)
    if settings.MAIL_IS_PRINTED:
        due = due.to_staff()  # a patient's address stands in no log
    return due.first()


def _deliver(alert: Alert, practice: Practice) -> bool:
    """True when nothing is left to do for it."""
    if over := _is_over(alert, practice):
        alert.finish(over, timezone.now())
        return True
    if problem := _send(alert, practice):
        logger.warning("alert %s was not sent (%s)", alert.pk, problem)
        alert.put_off(problem, timezone.now())
        return False
    alert.finish(Alert.Status.SENT, timezone.now())
    return True


def _is_over(alert: Alert, practice: Practice) -> Alert.Status | None:
    """Nobody needs to be told that an inquiry waits, or will be called, when somebody has called."""
    if alert.kind == Alert.Kind.ACKNOWLEDGEMENT:
        if timezone.now() > alert.created_at + PATIENCE:
            return Alert.Status.GIVEN_UP
        if not practice.acknowledges_by_email:
            return Alert.Status.NOT_NEEDED
    if alert.kind != Alert.Kind.CORRECTION and not alert.inquiry.is_waiting:
        return Alert.Status.NOT_NEEDED
    return None


def _send(alert: Alert, practice: Practice) -> str:
    """Send it to each address that does not have it yet. Returns what went wrong, by class, or ""."""
    to_patient = alert.kind == Alert.Kind.ACKNOWLEDGEMENT
    addresses = [alert.inquiry.email] if to_patient else practice.alert_address_list
    if not all(map(is_readable, addresses)):
        return "Unreadable"  # it is given up after PATIENCE
    first = alert.tries % len(addresses)  # another each time, so that a slow one holds up no other for ever
    problem, end = "", time.monotonic() + SEND_SECONDS
    try:
        with _time_limit(SEND_SECONDS):
            for address in addresses[first:] + addresses[:first]:
                if time.monotonic() > end:
                    raise TimeoutError
                if address not in alert.delivered_to:
                    problem = _send_to(address, alert, practice) or problem
    except TimeoutError:
        problem = "TimeoutError"
    return problem


def _send_to(address: str, alert: Alert, practice: Practice) -> str:
    """A mail of its own for each, since a server refuses one recipient and takes another."""
    try:
        _compose(address, alert, practice).send()
    except Exception as error:  # whatever a mail server can do to us
        return type(error).__name__
    if alert.kind != Alert.Kind.ACKNOWLEDGEMENT:
        alert.mark_delivered(address)
    return ""


def _compose(address: str, alert: Alert, practice: Practice) -> EmailMessage:
    """The mail, which says nothing of the patient."""
    inquiry = alert.inquiry
    subjects = {
        Alert.Kind.STAFF: f"Consultation request {inquiry.reference}",
        Alert.Kind.CORRECTION: f"Consultation request {inquiry.reference}: phone number corrected",
        Alert.Kind.ACKNOWLEDGEMENT: f"{practice.name} has your request",
    }
    call_by = callback.standing_promise(inquiry, practice)
    context = {
        "inquiry": inquiry,
        "practice": practice,
        "waiting": _waiting(inquiry.sent_at),
        "promise": opening_hours.moment_in_words(call_by) if call_by and call_by > timezone.now() else "",
        "address": settings.SITE_URL + reverse("admin:contact_inquiry_change", args=[inquiry.pk]),
    }
    body = render_to_string(f"contact/mail/{alert.kind}.txt", context)
    # The same each time, so that a mail that was sent twice is seen as one.
    message_id = f"<alert-{alert.pk}-{inquiry.reference}@{settings.SITE_HOST}>"
    kind = Alert.Kind(alert.kind)
    return EmailMessage(subjects[kind], body, to=[address], headers={"Message-ID": message_id})


def _waiting(since: datetime) -> str:
    words = timesince(since, timezone.now()).replace("\xa0", " ")
    return "less than a minute" if words == "0 minutes" else words


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in the main thread after this long, however the server spins it out.

    Once more each second after that, since saying goodbye to such a server can take as long. It is an
    OSError, for which smtplib closes the connection.
    """

    def stop(number: int, frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
