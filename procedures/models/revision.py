from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from procedures.models.clinician import Clinician
from procedures.models.page import Page

# A page as JSON; procedures.snapshots says what is in it.
Snapshot = dict[str, Any]


class RevisionQuerySet(models.QuerySet["Revision"]):
    def in_force(self, at: datetime | None = None) -> "RevisionQuerySet":
        """Of each page the newest revision that is due at that time (now unless told), a withdrawal too."""
        newest = (
            Revision.objects.filter(
                page=OuterRef("page"), live_from__lte=at or timezone.now(), cancelled_at__isnull=True
            )
            .order_by("-live_from", "-pk")
            .values("pk")[:1]
        )
        return self.filter(pk=Subquery(newest)).select_related("page", "reviewed_by", "instead")

    def live(self, at: datetime | None = None) -> "RevisionQuerySet":
        """What patients get at that time: of the revisions in force those that are no withdrawal."""
        return self.in_force(at).filter(is_withdrawal=False)

    def in_effect(self, at: datetime | None = None) -> "RevisionQuerySet":
        """Those that patients have or had, with words of their own: no withdrawal, no placeholder."""
        due = self.filter(live_from__lte=at or timezone.now(), cancelled_at__isnull=True)
        return due.filter(is_withdrawal=False, snapshot__is_placeholder=False)

    def scheduled(self) -> "RevisionQuerySet":
        """Those that patients will get later, the next one first."""
        coming = self.filter(live_from__gt=timezone.now(), cancelled_at__isnull=True)
        return coming.order_by("live_from", "pk")

    def at_address(self, kind: str, slug: str) -> "RevisionQuerySet":
        return self.filter(page__kind=kind, page__slug=slug)

    def of_kinds(self, *kinds: str) -> "RevisionQuerySet":
        return self.filter(page__kind__in=kinds).order_by("snapshot__order", "snapshot__title")

    def public_title(self, slug: str) -> str | None:
        """The title under which patients know the procedure or condition at this address, if there is one."""
        revision = self.live().of_kinds(Page.Kind.PROCEDURE, Page.Kind.CONDITION)
        found = revision.filter(page__slug=slug).first()
        return found.snapshot["title"] if found else None

    def public_titles(self) -> list[str]:
        """The titles of all procedures and conditions that patients can read."""
        listed = self.live().of_kinds(Page.Kind.PROCEDURE, Page.Kind.CONDITION)
        return [revision.snapshot["title"] for revision in listed]


class Revision(models.Model):
    """A whole page as it was published, or its withdrawal, or a draft that was kept.

    Never changed once made, but for `cancelled_at`, before its time has come.
    """

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="revisions")
    snapshot = models.JSONField(help_text="What procedures.snapshots made of the draft.", blank=True)
    live_from = models.DateTimeField(
        null=True, blank=True, default=timezone.now, help_text="Never, for a draft that was kept."
    )
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Who changed the draft last before.",
    )
    note = models.CharField("why", max_length=200, blank=True)

    reviewed_by = models.ForeignKey(
        Clinician, on_delete=models.PROTECT, related_name="reviews", null=True, blank=True
    )
    reviewed_on = models.DateField(null=True, blank=True)
    next_review_on = models.DateField(null=True, blank=True)

    is_withdrawal = models.BooleanField(default=False, help_text="From then on patients do not get the page.")
    instead = models.ForeignKey(
        Page,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Where a withdrawn page sends its readers.",
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["page", "-live_from", "-id"], name="revision_newest_live"),
        ]
        constraints = [
            models.CheckConstraint(
                name="revision_review_is_whole",
                condition=Q(reviewed_by=None, reviewed_on=None, next_review_on=None)
                | Q(
                    reviewed_by__isnull=False,
                    reviewed_on__isnull=False,
                    next_review_on__isnull=False,
                    next_review_on__gt=F("reviewed_on"),
                ),
                violation_error_message="A review has a reviewer, its day, and a later day for the next one.",
            ),
        ]

    def __str__(self) -> str:
        if self.live_from is None:
            return f"{self.page}: draft of {timezone.localtime(self.made_at):%-d %B %Y, %H:%M}"
        return f"{self.page} of {timezone.localtime(self.live_from):%-d %B %Y, %H:%M}"

    def get_absolute_url(self) -> str:
        return self.page.get_absolute_url()

    @property
    def live_on(self) -> date | None:
        """The day in the practice's time zone on which patients first got it."""
        return timezone.localdate(self.live_from) if self.live_from else None

    @property
    def is_kept_draft(self) -> bool:
        return self.live_from is None

    @property
    def is_scheduled(self) -> bool:
        return self.live_from is not None and self.cancelled_at is None and self.live_from > timezone.now()

    @property
    def review_is_due(self) -> bool:
        """Whether the next review should have taken place; a day is over at midnight, Central time."""
        return self.next_review_on is not None and self.next_review_on < today()


def today() -> date:
    """The day in the practice's time zone."""
    return timezone.localdate()
