"""What happens to a request between the form and the desk. What is changed, is changed in one transaction."""

from datetime import timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from ascentpain import encryption
from contact import callback, phone, search, spam
from contact.models import Alert, Inquiry, InquiryEvent, Practice
from contact.reference import make_reference

CORRECTION_TIME: Final = timedelta(minutes=30)
MOST_CORRECTIONS: Final = 3


def find(request_id: str) -> Inquiry | None:
    return Inquiry.objects.filter(request_id=request_id).first()


def find_all(request_ids: list[str]) -> list[Inquiry]:
    """Newest first. Asks nothing of the database where there is nothing to find."""
    return list(Inquiry.objects.filter(request_id__in=request_ids).newest_first()) if request_ids else []


def find_same(inquiry: Inquiry, request_ids: list[str]) -> Inquiry | None:
    """Among these, a request in the same words that still waits and has had no other number since."""
    for earlier in find_all(request_ids):
        is_same = inquiry.says_the_same_as(earlier) and inquiry.about == earlier.about
        if is_same and earlier.is_waiting and earlier.current_phone_uri == inquiry.phone_uri:
            return earlier
    return None


def count_same_text(text: str) -> int:
    """How many requests of the last days have this text (spam.text_to_compare)."""
    if not text:
        return 0
    since = timezone.now() - timedelta(days=spam.SAME_TEXT_DAYS)
    indexes = encryption.blind_indexes(search.TEXT, text)
    return Inquiry.objects.filter(message_digest__in=indexes, sent_at__gte=since).count()


def receive(inquiry: Inquiry, practice: Practice, by: User | None = None) -> Inquiry:
    """Store a new request, the alert about it and its first event: all of them or none.

    `by` is the member of staff who took it by phone. Returns what is stored: `inquiry`, or the one that
    another connection stored under the same request_id. Raises DatabaseError where the database cannot
    store it.
    """
    inquiry.sent_at = timezone.now()
    inquiry.changed_at = inquiry.sent_at
    inquiry.call_by = callback.promise(practice, inquiry.sent_at)
    inquiry.due_at = None if inquiry.is_quarantined else callback.due_at(practice, inquiry.sent_at)
    for _ in range(5):
        try:
            with transaction.atomic():
                inquiry.save(force_insert=True)
                inquiry.events.create(kind=InquiryEvent.Kind.RECEIVED, at=inquiry.sent_at, by=by)
                search.index(inquiry, search.terms_of_request(inquiry))
                inquiry.alerts.create(kind=Alert.Kind.STAFF, created_at=inquiry.sent_at)
                if not inquiry.is_quarantined:
                    acknowledge(inquiry, practice)
            return inquiry
        except IntegrityError:
            if earlier := find(inquiry.request_id):
                return earlier
            inquiry.pk, inquiry.reference = None, make_reference()  # the reference was taken
    raise IntegrityError("no free reference was found")


def may_correct_phone(inquiry: Inquiry) -> bool:
    """For half an hour, and a few times, in the browser that sent it (contact.receipt)."""
    corrections = inquiry.events.filter(kind=InquiryEvent.Kind.PHONE_CORRECTED).count()
    return timezone.now() < inquiry.sent_at + CORRECTION_TIME and corrections < MOST_CORRECTIONS


@transaction.atomic
def correct_phone(inquiry: Inquiry, typed: str) -> bool:
    """Add the right number to an inquiry and alert staff again. What was sent stays as it was.

    False where it is too late (`may_correct_phone`); the same number again is taken, and adds nothing. Raises
    ValidationError, in words for the person, when there is no number in what was typed.
    """
    uri = phone.normalise(typed)
    inquiry = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
    if uri == inquiry.current_phone_uri:
        return True
    if not may_correct_phone(inquiry):
        return False
    inquiry.events.create(kind=InquiryEvent.Kind.PHONE_CORRECTED, phone=typed, phone_uri=uri)
    search.index(inquiry, search.phone_terms(uri))
    inquiry.alerts.create(kind=Alert.Kind.CORRECTION)
    Inquiry.objects.filter(pk=inquiry.pk).update(version=F("version") + 1, changed_at=timezone.now())
    return True


def acknowledge(inquiry: Inquiry, practice: Practice) -> None:
    """Once, and not to a suspect that staff have not accepted."""
    if practice.acknowledges_by_email and inquiry.email:
        inquiry.alerts.get_or_create(kind=Alert.Kind.ACKNOWLEDGEMENT)
