"""An inquiry full of marker strings goes every way through the site.

Then all that the site wrote is searched for them.
"""

import io
import logging
import secrets
import urllib.parse
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from ascentpain.encrypted_fields import Ciphertext
from ascentpain.logs import PrivateFormatter
from contact import alerts
from contact.models import Inquiry, InquiryEvent, NoteDraft, Practice, RequestDraft
from tests.contact.sending import act, payload, search_for
from tests.staff import sign_in

# No word of these stands anywhere in the project; digits that no other number has.
TYPED = {
    "name": "Zyxomira Quagsworth",
    "phone": "504 555 0147 x8931",
    "email": "zyxomira@quagmail.example",
    "message": "Grumblethwack hurts since Michaelmas.",
    "asking_for": "someone_else",
    "helper_name": "Fizzolina Helperton",
    "access_needs": ["interpreter"],
    "language": "Klingovian",
    "other_need": "A velvetine chair",
}
CORRECTED, NOTE, DRAFT, SEARCHED = "504 555 0163", "Snorkelwhump rang.", "Draftomatic", "Wimblethorpe"
MARKERS = [
    "Zyxomira",
    "Quagsworth",
    "5550147",
    "555-0147",
    "555 0147",
    "quagmail",
    "Grumblethwack",
    "Michaelmas",
    "Fizzolina",
    "Klingovian",
    "velvetine",
    "555-0163",
    "555 0163",
    "Snorkelwhump",
    "Draftomatic",
    "Wimblethorpe",
]


def found_in(text):
    """The markers in it, in whatever case and however an address writes them."""
    text = text.lower()
    readings = (text, urllib.parse.unquote_plus(text))
    return [marker for marker in MARKERS if any(marker.lower() in reading for reading in readings)]


@pytest.fixture
def log():
    """All that is logged, as the site writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PrivateFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


class Watched(Client):
    """A browser that keeps what its answers say outside their bodies."""

    def __init__(self, **kwargs):
        super().__init__(raise_request_exception=False, **kwargs)
        self.told, self.bodies = [], []

    def request(self, **request):
        response = super().request(**request)
        self.told += [str(response.headers), str(response.cookies)]
        if not response.streaming:
            self.bodies.append(response.content.decode())
        return response


def go_every_way(patient, staff):
    sent = payload(**TYPED)
    patient.post("/contact/", sent | {"phone": "12"})
    patient.post("/contact/", sent | {"name": ""})
    without_csrf = Watched(enforce_csrf_checks=True)
    without_csrf.post("/contact/", sent)
    with mock.patch("contact.intake.receive", side_effect=DatabaseError(TYPED["message"])):
        patient.post("/contact/", sent)
    with mock.patch("contact.intake.receive", side_effect=ValueError(TYPED["name"])):
        patient.post("/contact/", sent)
    with mock.patch("contact.throttle.seconds_to_wait", return_value=60):
        patient.post("/contact/", sent)
    receipt = patient.post("/contact/", sent)["Location"]
    patient.post("/contact/", sent)
    patient.post("/contact/", sent | {"message": f"{TYPED['message']} Changed."})
    patient.get(receipt)
    patient.post(receipt, {"phone": "12"})
    patient.post(receipt, {"phone": CORRECTED})
    patient.get(f"/contact/?about={TYPED['name']}")
    alerts.send_due()
    inquiry = Inquiry.objects.get()
    base = f"/admin/contact/inquiry/{inquiry.pk}"
    act(staff, inquiry, outcome="no_answer", note=NOTE)
    act(staff, inquiry, version=0, outcome="reached", note=NOTE)
    staff.post(f"{base}/draft/", {"note": DRAFT})
    staff.post("/admin/contact/inquiry/add/draft/", TYPED)
    for path in ("/admin/", "/admin/contact/inquiry/", f"{base}/change/", f"{base}/print/"):
        staff.get(path)
    for path in ("accessevent/", "alert/", "inquiry/?status=any", "inquiry/export/"):
        staff.get(f"/admin/contact/{path}")
    for typed in (SEARCHED, TYPED["name"], TYPED["phone"], TYPED["email"]):
        search_for(staff, typed)
    b"".join(staff.post("/admin/contact/inquiry/export/", {"reason": "quality"}).streaming_content)
    by_phone = sent | {"token": payload()["token"], "message": TYPED["message"], "about": ""}
    staff.post("/admin/contact/inquiry/add/", by_phone)
    with mock.patch("contact.search.others_from_the_same_person", side_effect=ValueError(TYPED["phone"])):
        assert staff.get(f"{base}/change/").status_code == 500
    with pytest.raises(CommandError):
        call_command("dumpdata", "contact", stdout=io.StringIO())
    before_rotation = set(ciphertext())
    call_command("rotate_keys", stdout=io.StringIO())
    Practice.objects.update(keep_closed_months=1)
    call_command("purge_inquiries", "--dry-run", stdout=io.StringIO())
    return inquiry, before_rotation


def ciphertext():
    """What the database holds of what patients and staff wrote: of each value a piece, as it lies there."""
    for model in (Inquiry, InquiryEvent, NoteDraft, RequestDraft):
        for row in model.objects.all():
            yield from (v.token[12:60] for v in vars(row).values() if isinstance(v, Ciphertext) and v.token)


def purge_all():
    Inquiry.objects.update(status="closed", changed_at=timezone.now() - timedelta(days=90))
    RequestDraft.objects.update(saved_at=timezone.now() - timedelta(days=90))
    call_command("purge_inquiries", stdout=io.StringIO())
    assert not Inquiry.objects.exists()


def everything_in_the_database():
    """Each column of each table, as text; on SQLite the files as they lie there, too."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            yield table, str(cursor.fetchall())
    if connection.vendor == "sqlite":
        for end in ("", "-wal", "-journal"):
            file = Path(f"{connection.settings_dict['NAME']}{end}")
            if file.exists():
                yield str(file.name), file.read_bytes().decode("latin-1")


def everything_in_the_cache():
    backend = cache._cache.get_client() if hasattr(cache, "_cache") else None
    if backend:
        for key in backend.scan_iter():
            yield repr(key), repr(backend.get(key) if backend.type(key) == b"string" else "")


@pytest.mark.django_db(transaction=True)
def test_no_way_leaves_a_word_of_the_patient_behind(admin_user, log, mailoutbox, settings):
    settings.MAIL_IS_PRINTED = False
    settings.DATA_KEYS = [secrets.token_bytes(32), *settings.DATA_KEYS]
    Practice.objects.update(alert_addresses="desk@example.com", acknowledges_by_email=True)
    patient, staff = Watched(), Watched()
    sign_in(staff, admin_user)
    inquiry, before_rotation = go_every_way(patient, staff)

    # The check itself works: what must be read is read, and was sent back to be read.
    assert inquiry.name == TYPED["name"]
    assert set(found_in("".join(patient.bodies + staff.bodies))) >= set(MARKERS) - {"5550147", "555-0147"}
    assert found_in("/?q=zyxomira+QUAGSWORTH%20555%200163") == ["Zyxomira", "Quagsworth", "555 0163"]
    assert len(mailoutbox) >= 2 and "Traceback" not in log.getvalue() and "ValueError" in log.getvalue()

    for table, content in everything_in_the_database():
        assert not found_in(content), table
    for key, content in everything_in_the_cache():
        assert not found_in(key + content), key
    assert not found_in(log.getvalue())
    assert not found_in("".join(patient.told + staff.told))
    for mail in mailoutbox:
        # The confirmation is addressed to the patient, and to nobody else; nothing else of it is.
        assert not found_in(mail.subject + mail.body)
        assert mail.to in (["desk@example.com"], [TYPED["email"]])
    for session in Session.objects.all():
        assert not found_in(str(session.get_decoded()))

    # Once they are purged, neither is there what only the key could read.
    pieces = set(ciphertext())
    before = "".join(content for _, content in everything_in_the_database())
    assert len(pieces) > 15 and all(piece in before for piece in pieces)
    purge_all()
    pieces |= before_rotation
    after = [*everything_in_the_database(), *everything_in_the_cache(), ("the log", log.getvalue())]
    for place, content in after:
        assert not found_in(content), place
        assert not [piece for piece in pieces if piece in content], place
