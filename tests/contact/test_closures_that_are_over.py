"""A promise that a closure moved stays where it is when the closure is over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contact import callback, desk
from contact.models import Closure, Inquiry, OpeningHours, Practice
from tests.contact.sending import make_inquiry

NOW = timezone.now()


@pytest.fixture
def moved(db):
    """Promised for two days ago; a storm of three days came in between, and was over an hour ago."""
    for weekday in range(7):
        OpeningHours.objects.create(weekday=weekday, opens="00:00", closes="23:59")
    Practice.objects.update(callback_hours=4)
    Closure.objects.create(starts_at=NOW - timedelta(days=3), ends_at=NOW - timedelta(hours=1))
    call_by = NOW - timedelta(days=2)
    return make_inquiry(sent_at=call_by - timedelta(hours=4), call_by=call_by, due_at=NOW)


def test_whoever_changes_the_details_then_moves_nothing_back(moved):
    desk.renew_due_times(Practice.objects.current())
    moved.refresh_from_db()
    assert moved.due_at > NOW - timedelta(hours=1)


def test_nor_does_who_accepts_a_held_request_then(moved, admin_user):
    Inquiry.objects.update(status=Inquiry.Status.QUARANTINED, due_at=None)
    accepted = desk.move(moved.pk, 0, Inquiry.Status.NEW, admin_user)
    assert accepted.due_at > NOW - timedelta(hours=1)


def test_an_accepted_request_is_due_as_it_was_promised_whatever_the_response_time_is_by_now(db, admin_user):
    call_by = NOW + timedelta(hours=2)
    held = make_inquiry(status=Inquiry.Status.QUARANTINED, call_by=call_by, due_at=None)
    Practice.objects.update(callback_hours=100)
    assert desk.move(held.pk, 0, Inquiry.Status.NEW, admin_user).due_at == call_by
    assert callback.standing_promise(held, Practice.objects.current()) == call_by
