from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from ascentpain.encrypted_fields import EncryptedTextField, new_row_id, unreadable_fields
from contact import phone
from contact.models.inquiry import Inquiry

# What its encrypted fields are for staff
PARTS = {"text": "note", "phone": "corrected number", "phone_uri": "corrected number"}


class InquiryEvent(models.Model):
    """What happened to an inquiry, and when: calls, notes, moves. Only ever added."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "Received"
        PHONE_CORRECTED = "phone_corrected", "Phone number corrected"
        MOVED = "moved", "Moved"
        CALLED = "called", "Called"
        NOTE = "note", "Note"
        OWNER = "owner", "Handed over"
        HOLD = "hold", "Legal hold"

    class Outcome(models.TextChoices):
        """What came of a call."""

        REACHED = "reached", "Reached"
        LEFT_MESSAGE = "left_message", "Left a message"
        NO_ANSWER = "no_answer", "No answer"
        WRONG_NUMBER = "wrong_number", "Wrong number"
        SCHEDULED = "scheduled", "Scheduled"
        CLOSED = "closed", "Closed"

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The member of staff; nobody where the sender did it.",
    )
    status = models.CharField(
        max_length=20, blank=True, choices=Inquiry.Status, help_text="The status that it had then."
    )
    outcome = models.CharField(max_length=20, blank=True, choices=Outcome)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Who had it then.",
    )
    is_on = models.BooleanField(default=False, help_text="Of a legal hold: whether it was put on or lifted.")
    row_id = models.CharField(max_length=32, default=new_row_id, editable=False)
    text = EncryptedTextField(row="row_id", blank=True)
    phone = EncryptedTextField("phone, as typed", row="row_id", blank=True)
    phone_uri = EncryptedTextField("phone", row="row_id", blank=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["inquiry", "at"], name="inquiry_event_in_order")]
        constraints = [
            models.CheckConstraint(
                name="inquiry_event_kind_known",
                condition=Q(
                    kind__in=["received", "phone_corrected", "moved", "called", "note", "owner", "hold"]
                ),
                violation_error_message="This is not a kind of event.",
            ),
            models.CheckConstraint(
                name="inquiry_event_call_has_an_outcome",
                condition=Q(kind="called", outcome__gt="") | (~Q(kind="called") & Q(outcome="")),
                violation_error_message="A call, and nothing else, has an outcome.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.inquiry}"

    @property
    def in_words(self) -> str:
        """Like: called, no answer; phone number corrected to (504) 555-0199 (typed: 555.0199)."""
        return {
            self.Kind.RECEIVED: "taken by phone" if self.by_id else "received",
            self.Kind.PHONE_CORRECTED: f"phone number corrected to {self._number} (typed: {self.phone})",
            self.Kind.MOVED: f"moved to {self.get_status_display().lower()}",
            self.Kind.CALLED: f"called: {self.get_outcome_display().lower()}",
            self.Kind.NOTE: "note",
            self.Kind.OWNER: f"given to {self.owner}" if self.owner_id else "given back: nobody has it",
            self.Kind.HOLD: "put on legal hold" if self.is_on else "legal hold lifted",
        }[self.Kind(self.kind)]

    @property
    def unreadable_parts(self) -> list[str]:
        return [PARTS[name] for name in unreadable_fields(self)]

    @property
    def _number(self) -> str:
        return phone.display(self.phone_uri) if self.phone_uri.startswith("tel:") else self.phone_uri
