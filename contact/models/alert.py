import random
from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

from contact.models.inquiry import Inquiry

# A worker that claims an alert has it to itself for this long; should it have died, another then tries again.
LEASE: Final = timedelta(minutes=1)
FIRST_DELAY: Final = timedelta(seconds=30)
LONGEST_DELAY: Final = timedelta(hours=1)  # more or less a quarter, so that not all come at one moment
# An alert to staff that is this old and not sent is shown to them.
LATE: Final = timedelta(minutes=10)


class AlertQuerySet(models.QuerySet["Alert"]):
    def waiting(self) -> "AlertQuerySet":
        return self.filter(status=Alert.Status.WAITING)

    def due(self, now: datetime) -> "AlertQuerySet":
        return self.waiting().filter(next_try_at__lte=now).order_by("next_try_at", "pk")

    def to_staff(self) -> "AlertQuerySet":
        return self.exclude(kind=Alert.Kind.ACKNOWLEDGEMENT)

    def late(self, now: datetime) -> "AlertQuerySet":
        unread = Q(inquiry__status__in=Inquiry.WAITING) | Q(kind=Alert.Kind.CORRECTION)
        return self.waiting().to_staff().filter(unread, created_at__lte=now - LATE)


class Alert(models.Model):
    """A mail that is to be sent about an inquiry: the outbox. Written in the inquiry's own transaction."""

    class Kind(models.TextChoices):
        STAFF = "staff", "To staff: a new request"
        CORRECTION = "correction", "To staff: phone number corrected"
        ACKNOWLEDGEMENT = "acknowledgement", "To the patient"

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        NOT_NEEDED = "not_needed", "No longer needed"
        GIVEN_UP = "given_up", "Could not be delivered"

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.STAFF)
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    created_at = models.DateTimeField("created", default=timezone.now)
    next_try_at = models.DateTimeField("next try", default=timezone.now)
    finished_at = models.DateTimeField("finished", null=True)
    tries = models.PositiveIntegerField(default=0)
    delivered_to = models.JSONField(
        default=list, help_text="The staff addresses that have it already; never a patient's."
    )
    last_problem = models.CharField(
        max_length=100, blank=True, help_text="What kept the last try from being sent, without its words."
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["status", "next_try_at"], name="alert_due"),
            models.Index(fields=["-created_at", "-id"], name="alert_newest_first"),
            models.Index(fields=["status", "-created_at", "-id"], name="alert_by_status"),
            models.Index(fields=["kind", "-created_at", "-id"], name="alert_by_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                name="alert_kind_known",
                condition=Q(kind__in=["staff", "correction", "acknowledgement"]),
                violation_error_message="Choose one of: staff, correction, acknowledgement.",
            ),
            models.CheckConstraint(
                name="alert_status_known",
                condition=Q(status__in=["waiting", "sent", "not_needed", "given_up"]),
                violation_error_message="Choose one of: waiting, sent, not_needed, given_up.",
            ),
        ]

    def __str__(self) -> str:
        return f"Alert {self.pk}"

    def claim(self, now: datetime) -> bool:
        """Take it for this worker. False where another was faster: of all that see it, one wins."""
        mine = Alert.objects.waiting().filter(pk=self.pk, tries=self.tries)
        won = mine.update(tries=self.tries + 1, next_try_at=now + LEASE) == 1
        if won:
            self.tries += 1
        return won

    def mark_delivered(self, address: str) -> None:
        """Remember that this address has it, should others have to be tried again."""
        self.delivered_to = [*self.delivered_to, address]
        self._update(delivered_to=self.delivered_to)

    def finish(self, status: Status, now: datetime) -> None:
        solved = {"last_problem": ""} if status == Alert.Status.SENT else {}
        self._update(status=status, finished_at=now, **solved)

    def put_off(self, problem: str, now: datetime) -> None:
        """Try again later: each time twice as late, up to LONGEST_DELAY."""
        pause = min(FIRST_DELAY * 2 ** min(self.tries - 1, 10), LONGEST_DELAY)
        jitter = random.uniform(0.75, 1.25)  # noqa: S311 (no secret)
        self._update(next_try_at=now + pause * jitter, last_problem=problem[:100])

    def _update(self, **values: object) -> None:
        """Only while the claim is ours: a later one knows better."""
        Alert.objects.filter(pk=self.pk, tries=self.tries).update(**values)
