"""Requests as a browser sends them, for the tests."""

import secrets
import time
from datetime import timedelta
from unittest import mock

from django.utils import timezone

from contact import alerts, request_token, search
from contact.models import Alert, Inquiry


def token(age: float = 60) -> str:
    """A fresh one-time token, of a form that was opened `age` seconds ago."""
    with mock.patch("contact.request_token.time.time", return_value=time.time() - age):
        return request_token.issue()


def payload(**overrides):
    """What a person sends, in a request of its own each time."""
    fields = {"token": token(), "website": "", "name": "Ana Núñez", "phone": "504 249 7576"}
    return fields | overrides


def send(client, **overrides):
    return client.post("/contact/", payload(**overrides))


def make_inquiry(**overrides):
    """One that is stored, without the way there."""
    fields = {
        "request_id": secrets.token_hex(8),
        "name": "Ana Núñez",
        "phone": "504 249 7576",
        "phone_uri": "tel:+1-504-249-7576",
    }
    fields |= overrides
    if fields.get("status", "new") in {"new", "trying"}:
        fields.setdefault("due_at", timezone.now() + timedelta(hours=4))
    inquiry = Inquiry.objects.create(**fields)
    search.index(inquiry, search.terms_of_request(inquiry))
    return inquiry


def act(client, inquiry, **sent):
    """Press a button on the record, as it is shown now."""
    inquiry.refresh_from_db(fields=["version"])
    sent = {"version": inquiry.version, "note": ""} | sent
    return client.post(f"/admin/contact/inquiry/{inquiry.pk}/act/", sent)


def search_for(client, typed):
    """The list to which the desk's search leads."""
    return client.post("/admin/contact/inquiry/search/", {"typed": typed}, follow=True)


def retry_now():
    """Send the alerts that wait for a later try."""
    Alert.objects.update(next_try_at=timezone.now())
    return alerts.send_due()
