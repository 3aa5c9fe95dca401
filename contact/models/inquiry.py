from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property

from ascentpain.encrypted_fields import (
    UNREADABLE,
    EncryptedJSONField,
    EncryptedTextField,
    is_readable,
    unreadable_fields,
)
from contact import phone
from contact.models.inquiry_queryset import InquiryQuerySet
from contact.reference import make_reference
from contact.spam import Suspicion

if TYPE_CHECKING:
    from contact.models.event import InquiryEvent

# What few inquiries are has small indexes of its own, in the order in which it is listed.
RARE: Final = {
    "hold": Q(legal_hold=True),
    "helper": Q(asking_for="someone_else"),
    "by_phone": Q(source="phone"),
}


def _of_each(conditions: dict[str, Q], order: str, fields: list[str]) -> list[models.Index]:
    return [
        models.Index(fields=fields, name=f"inquiry_{name}_{order}", condition=condition)
        for name, condition in conditions.items()
    ]


class Inquiry(models.Model):
    """One request for a consultation, in the patient's own words.

    What it holds is health information about a person: encrypted in the database, and in no log, no URL and
    no name of the record. What the sender wrote is never changed; staff call, note and move it
    (contact.desk). The sender's network address is not kept.
    """

    class BestTime(models.TextChoices):
        ANY = "any", "Any time"
        MORNING = "morning", "Morning"
        AFTERNOON = "afternoon", "Afternoon"

    class AskingFor(models.TextChoices):
        SELF = "self", "I do"
        SOMEONE_ELSE = "someone_else", "Someone I am helping"

    class AccessNeed(models.TextChoices):
        INTERPRETER = "interpreter", "An interpreter"
        RELAY = "relay", "Calls by TTY or relay service"
        MOBILITY = "mobility", "Help with moving around in the office"
        OTHER = "other", "Something else"

    class Status(models.TextChoices):
        QUARANTINED = "quarantined", "Held: may be spam"
        NEW = "new", "New"
        TRYING = "trying", "Call again"
        CONTACTED = "contacted", "Contacted"
        SCHEDULED = "scheduled", "Scheduled"
        CLOSED = "closed", "Closed"

    class Source(models.TextChoices):
        FORM = "form", "The form"
        PHONE = "phone", "Taken by phone"

    # What the sender wrote: the same token with the same of these is the same request.
    WRITTEN = (
        "name",
        "phone",
        "email",
        "best_time",
        "message",
        "voicemail_ok",
        "asking_for",
        "helper_name",
        "helper_may_speak",
        "access_needs",
    )

    WAITING = (Status.QUARANTINED, Status.NEW)

    sent_at = models.DateTimeField("sent", default=timezone.now, editable=False)
    request_id = models.CharField(
        max_length=64,
        unique=True,
        editable=False,
        help_text="From the form's one-time token: one request is stored once, however often it is sent.",
    )
    reference = models.CharField(max_length=7, unique=True, editable=False, default=make_reference)
    status = models.CharField(max_length=20, choices=Status, default=Status.NEW)
    suspicions = models.JSONField(
        "held because",
        default=list,
        blank=True,
        editable=False,
        help_text="Why it was held as possible spam, as members of Suspicion.",
    )
    call_by = models.DateTimeField(
        "call by", null=True, editable=False, help_text="What the receipt promised, if it promised a time."
    )
    due_at = models.DateTimeField(
        "due",
        null=True,
        editable=False,
        help_text="By when to call next: as promised, or in a day. Nothing when no call is due.",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    version = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Counts the changes, so that no two people overwrite each other's.",
    )
    source = models.CharField(max_length=20, choices=Source, default=Source.FORM, editable=False)
    response_minutes = models.PositiveIntegerField(
        null=True,
        editable=False,
        help_text="From the request to the first call, in open time; in any time where no hours are entered.",
    )
    changed_at = models.DateTimeField("last changed", default=timezone.now, editable=False)
    legal_hold = models.BooleanField(
        default=False, editable=False, help_text="Kept whatever its age, until the hold is lifted."
    )
    name = EncryptedTextField("patient’s name", row="request_id")
    phone = EncryptedTextField("phone, as typed", row="request_id")
    phone_uri = EncryptedTextField(
        "phone",
        row="request_id",
        editable=False,
        help_text="The number as a machine dials it (RFC 3966).",
    )
    voicemail_ok = models.BooleanField("may leave a message", default=False)
    email = EncryptedTextField("e-mail", row="request_id", blank=True)
    best_time = models.CharField("best time to call", max_length=20, choices=BestTime, default=BestTime.ANY)
    asking_for = models.CharField(
        "who needs the consultation", max_length=20, choices=AskingFor, default=AskingFor.SELF
    )
    helper_name = EncryptedTextField("helper’s name", row="request_id", blank=True)
    helper_may_speak = models.BooleanField("may speak with the helper", default=False)
    access_needs = EncryptedJSONField(
        row="request_id",
        blank=True,
        help_text="Each need, a member of AccessNeed, with its detail or nothing.",
    )
    message = EncryptedTextField(row="request_id", blank=True)
    message_digest = models.CharField(
        max_length=64,
        blank=True,
        db_index=True,
        editable=False,
        help_text="Keyed hash of a longer message, by which the same text from many senders is noticed.",
    )
    about = models.CharField(
        "page they came from",
        max_length=200,
        blank=True,
        help_text="The title of the page the patient came from, as it read then.",
    )

    objects = InquiryQuerySet.as_manager()
    steps: "list[InquiryEvent]"  # where the query asks for them

    class Meta:
        verbose_name_plural = "inquiries"
        permissions = [
            ("export_inquiry", "Can export inquiries"),
            ("hold_inquiry", "Can put inquiries on legal hold"),
        ]
        # Each list of the desk starts at the end of one of these, however many inquiries there are.
        indexes = [
            models.Index(fields=["-sent_at", "-id"], name="inquiry_newest_first"),
            models.Index(fields=["due_at", "id"], name="inquiry_due_first"),
            models.Index(fields=["status", "-sent_at", "-id"], name="inquiry_by_status"),
            models.Index(fields=["owner", "due_at", "id"], name="inquiry_by_owner"),
            models.Index(fields=["about", "-sent_at", "-id"], name="inquiry_by_page"),
            models.Index(
                fields=["status", "due_at", "id"],
                name="inquiry_due_first_by_status",
                condition=Q(due_at__isnull=False),
            ),
            *_of_each(RARE, "newest", ["-sent_at", "-id"]),
            *_of_each(RARE, "by_status", ["status", "-sent_at", "-id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="inquiry_can_be_answered",
                condition=~Q(name="") & ~Q(phone="") & ~Q(phone_uri=""),
                violation_error_message="An inquiry needs a name and a phone number.",
            ),
            models.CheckConstraint(
                name="inquiry_status_known",
                condition=Q(status__in=["quarantined", "new", "trying", "contacted", "scheduled", "closed"]),
                violation_error_message="Choose one of: held, new, call again, contacted, scheduled, closed.",
            ),
            models.CheckConstraint(
                name="inquiry_asking_for_known",
                condition=Q(asking_for__in=["self", "someone_else"]),
                violation_error_message="Choose one of: self, someone_else.",
            ),
        ]

    def __str__(self) -> str:
        # Never the name: Django's admin writes this into its log.
        return f"Inquiry {self.reference}"

    def says_the_same_as(self, other: "Inquiry") -> bool:
        """However the phone number is written."""
        compared = [field for field in self.WRITTEN if field != "phone"]
        return all(getattr(self, field) == getattr(other, field) for field in (*compared, "phone_uri"))

    def is_from_the_same_person_as(self, other: "Inquiry") -> bool:
        return self.name == other.name and self.phone_uri in {other.phone_uri, other.current_phone_uri}

    @property
    def is_quarantined(self) -> bool:
        return self.status == Inquiry.Status.QUARANTINED

    @property
    def is_waiting(self) -> bool:
        """Nobody has called yet, nor decided not to."""
        return self.status in Inquiry.WAITING

    @property
    def owed_by(self) -> datetime | None:
        """By when to call next. One that is held is due nowhere, but its sender was promised a time, too."""
        return self.call_by if self.is_quarantined else self.due_at

    @property
    def suspicions_in_words(self) -> list[str]:
        return [str(Suspicion(reason).label) for reason in self.suspicions]

    @property
    def access_needs_in_words(self) -> list[str]:
        if not is_readable(self.access_needs):
            return [UNREADABLE]
        needs = [(need.label, self.access_needs.get(need)) for need in Inquiry.AccessNeed]
        return [f"{label}: {detail}" if detail else label for label, detail in needs if detail is not None]

    @property
    def unreadable_fields(self) -> list[str]:
        """The names of the fields whose values cannot be read (ascentpain.encrypted_fields)."""
        return unreadable_fields(self)

    def unreadable_parts(self, events: "Iterable[InquiryEvent]") -> list[str]:
        """The same, and what cannot be read of these events of it, like: name, note."""
        of_events = [part for event in events for part in event.unreadable_parts]
        return list(dict.fromkeys([*self.unreadable_fields, *of_events]))

    @property
    def unreadable_in_a_list(self) -> list[str]:
        """What cannot be read of its name and the number to call: a list opens nothing else."""
        name = [] if is_readable(self.name) else ["name"]
        number = "corrected number" if self.corrections else "phone_uri"
        return name if self.phone_is_readable else [*name, number]

    @cached_property
    def corrections(self) -> "list[InquiryEvent]":
        """The phone numbers that its sender corrected, oldest first."""
        return list(self.events.filter(kind="phone_corrected"))

    @property
    def current_phone_uri(self) -> str:
        """The number to call: the one last corrected, else the one in the request."""
        return self.corrections[-1].phone_uri if self.corrections else self.phone_uri

    @property
    def phone_is_readable(self) -> bool:
        return is_readable(self.current_phone_uri)

    @property
    def phone_uri_is_readable(self) -> bool:
        return is_readable(self.phone_uri)

    @property
    def email_is_readable(self) -> bool:
        return is_readable(self.email)

    @property
    def phone_display(self) -> str:
        uri = self.current_phone_uri
        return phone.display(uri) if self.phone_is_readable else uri

    @property
    def phone_ending(self) -> str:
        """Its last four digits, enough to know it again."""
        return phone.ending(self.current_phone_uri) if self.phone_is_readable else UNREADABLE
