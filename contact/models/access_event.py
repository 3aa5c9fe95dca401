from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class AppendOnly(Exception):  # noqa: N818 (reads as what happened)
    """The access log is only added to."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> int:
        raise AppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly


class AppendOnlyModel(models.Model):
    """Rows that are added, and never changed or deleted: a trigger in the database refuses, too
    (contact.append_only).
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly


class AccessEventQuerySet(AppendOnlyQuerySet):
    def newest_first(self) -> "AccessEventQuerySet":
        return self.order_by("-at", "-pk")

    def about(self, inquiry_pk: int) -> "AccessEventQuerySet":
        return self.filter(inquiry_pk=inquiry_pk)

    def unreadable_since(self, start: datetime) -> "AccessEventQuerySet":
        return self.filter(kind=AccessEvent.Kind.UNREADABLE, at__gte=start)


class AccessEvent(AppendOnlyModel):
    """Who looked at, searched, exported, printed, changed or purged what patients wrote, when, and from
    what screen.

    It holds ids and names of fields, never values. It outlives the inquiries, so it refers to them by number
    and reference.
    """

    class Kind(models.TextChoices):
        VIEWED = "viewed", "Viewed"
        SEARCHED = "searched", "Searched"
        EXPORTED = "exported", "Exported"
        PRINTED = "printed", "Printed"
        CHANGED = "changed", "Changed"
        PURGED = "purged", "Purged"
        UNREADABLE = "unreadable", "Could not be read"

    class Screen(models.TextChoices):
        QUEUE = "queue", "The queue"
        RECORD = "record", "The record"
        PRINT = "print", "The print view"
        EXPORT = "export", "The export"
        PHONE_REQUEST = "phone_request", "A request taken by phone"
        COMMAND = "command", "A command on the server"

    class Reason(models.TextChoices):
        """Why something was exported. A choice, since free text would soon hold a name."""

        CALLBACKS = "callbacks", "To plan callbacks"
        PATIENT_ASKED = "patient_asked", "A patient asked for their own data"
        QUALITY = "quality", "To review how we answer"
        LEGAL = "legal", "A legal or insurance request"
        MOVE = "move", "To move to another system"

    at = models.DateTimeField(default=timezone.now, editable=False)
    # PROTECT: who left stays in the log, deactivated.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    kind = models.CharField(max_length=20, choices=Kind, editable=False)
    screen = models.CharField(max_length=20, choices=Screen, editable=False)
    inquiry_pk = models.BigIntegerField("inquiry", null=True, editable=False)
    reference = models.CharField(max_length=7, blank=True, editable=False)
    fields = models.JSONField(default=list, editable=False, help_text="Names of fields.")
    count = models.PositiveIntegerField(
        null=True, editable=False, help_text="How many inquiries, where several."
    )
    filters = models.JSONField(
        default=dict,
        editable=False,
        help_text="By what they were chosen; of a search only that there was one.",
    )
    reason = models.CharField(max_length=20, choices=Reason, blank=True, editable=False)

    objects = AccessEventQuerySet.as_manager()

    class Meta:
        verbose_name = "access"
        verbose_name_plural = "access log"
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["-at", "-id"], name="access_newest_first"),
            models.Index(fields=["inquiry_pk", "-at"], name="access_of_inquiry"),
        ]
        constraints = [
            models.CheckConstraint(
                name="access_export_has_a_reason",
                condition=~Q(kind="exported") | Q(reason__gt=""),
                violation_error_message="Say why you export.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.reference or self.pk}"

    @property
    def in_words(self) -> str:
        """Like: Viewed, the record; Changed, the record: status, due_at."""
        words = f"{self.get_kind_display()}, {self.get_screen_display().lower()}"
        details = [*self.fields, self.get_reason_display().lower()] if self.reason else self.fields
        return f"{words}: {', '.join(details)}" if details else words


class ListedInquiryQuerySet(AppendOnlyQuerySet):
    def about(self, inquiry_pk: int, kind: str) -> "ListedInquiryQuerySet":
        """In entries of this kind, the newest first, with who made them."""
        listed = self.filter(inquiry_pk=inquiry_pk, event__kind=kind)
        return listed.select_related("event__by").order_by("-event")


class ListedInquiry(AppendOnlyModel):
    """One of the inquiries that an entry is about, where they are several: shown in the queue, or exported.

    A row each, so that the record itself can show who saw it there.
    """

    event = models.ForeignKey(AccessEvent, on_delete=models.PROTECT, related_name="listed", editable=False)
    inquiry_pk = models.BigIntegerField("inquiry", editable=False)

    objects = ListedInquiryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["inquiry_pk", "-event"], name="listed_of_inquiry")]

    def __str__(self) -> str:
        return f"{self.inquiry_pk}, listed in {self.event_id}"
