from collections.abc import Iterable
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
        return self.in_force(at).restorable()

    def live_of(self, page: Page) -> "Revision | None":
        """What patients read of this page now; None where they get nothing."""
        return self.live().filter(page=page).first()

    def restorable(self) -> "RevisionQuerySet":
        """Those that hold a whole page: all but withdrawals."""
        return self.filter(is_withdrawal=False)

    def in_effect(self, at: datetime | None = None) -> "RevisionQuerySet":
        """Those that patients have or had, with words of their own: no withdrawal, no placeholder."""
        due = self.filter(live_from__lte=at or timezone.now(), cancelled_at__isnull=True)
        return due.filter(is_withdrawal=False, snapshot__is_placeholder=False)

    def scheduled(self) -> "RevisionQuerySet":
        """Those that patients will get later, the next one first."""
        coming = self.filter(live_from__gt=timezone.now(), cancelled_at__isnull=True)
        return coming.order_by("live_from", "pk")

    def made_with(self, revisions: "Iterable[Revision]") -> "RevisionQuerySet":
        """Those, and all that were made together with them, since they may link to each other."""
        keys = {(revision.pk, revision.made_together) for revision in revisions}
        batches = [batch for _, batch in keys if batch]
        return self.filter(Q(pk__in=[pk for pk, _ in keys]) | Q(made_together__in=batches))

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
    made_together = models.UUIDField(
        null=True, blank=True, help_text="The same for all that were published in one step."
    )
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
    writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="+",
        blank=True,
        help_text="All who wrote of it what nobody else had published.",
    )
    note = models.CharField("why", max_length=200, blank=True)

    reviewed_by = models.ForeignKey(
        Clinician, on_delete=models.PROTECT, related_name="reviews", null=True, blank=True
    )
    reviewer_name = models.CharField(max_length=200, blank=True, help_text="As it was then.")
    reviewer_degree = models.CharField(max_length=50, blank=True, help_text="As it was then.")
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
                    ~Q(reviewer_name="") & ~Q(reviewer_degree=""),
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

    def companions(self) -> "RevisionQuerySet":
        """What was scheduled together with it, and is cancelled together with it."""
        coming = Revision.objects.scheduled().made_with([self])
        return coming.exclude(pk=self.pk).select_related("page")

    @property
    def is_kept_draft(self) -> bool:
        return self.live_from is None

    @property
    def was_given_up(self) -> bool:
        """Whether it was made, and never given to patients: a draft that was kept, or a cancelled version."""
        return self.is_kept_draft or self.cancelled_at is not None

    @property
    def is_scheduled(self) -> bool:
        return self.live_from is not None and self.cancelled_at is None and self.live_from > timezone.now()

    @property
    def reviewer(self) -> str:
        """Who reviewed it, as patients read it: the name and degree of that day."""
        return f"{self.reviewer_name}, {self.reviewer_degree}" if self.reviewer_name else ""

    @property
    def review_is_due(self) -> bool:
        """Whether the next review should have taken place; a day is over at midnight, Central time."""
        return self.next_review_on is not None and self.next_review_on < today()


def today() -> date:
    """The day in the practice's time zone."""
    return timezone.localdate()
