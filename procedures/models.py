"""What patients read.

Page, Section and Item are the draft that staff edit. A Revision is a published snapshot of a whole page,
and the only thing patients are ever shown. publishing.py is the way from the one to the other.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, Subquery
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from procedures import illustrations

MARKS = "An empty line starts a new paragraph; _underscores_ mark a word that the sentence explains."

# A page as JSON; publishing.snapshot says what is in it.
Snapshot = dict[str, Any]


class PageQuerySet(models.QuerySet["Page"]):
    def with_live_from(self) -> "PageQuerySet":
        """Each page with `live_from`: since when patients get its live revision, None if they get none."""
        live = Revision.objects.live().filter(page=OuterRef("pk"))
        return self.annotate(live_from=Subquery(live.values("live_from")[:1]))


class Page(models.Model):
    class Kind(models.TextChoices):
        INDEX = "index", "Index page"
        PROCEDURE = "procedure", "Procedure"
        CONDITION = "condition", "Condition"
        NOTICE = "notice", "Notice"

    INDEX_SLUGS = ("home", "procedures", "conditions")

    kind = models.CharField(max_length=20, choices=Kind)
    slug = models.SlugField(
        "address",
        max_length=100,
        help_text="The last word of the page's address. It is fixed once the page is published.",
    )
    title = models.CharField(max_length=200, help_text="The heading at the top of the page.")
    summary = models.TextField(
        help_text="One or two sentences: the first words on the page, in lists and in search results. "
        "_Underscores_ mark a word that they explain."
    )
    introduction = models.TextField(
        blank=True,
        help_text=f"Shown before the first section. {MARKS}",
    )
    order = models.PositiveSmallIntegerField(default=0, help_text="Its place in lists of pages.")
    is_placeholder = models.BooleanField(
        "placeholder",
        default=False,
        help_text="The page says that its text is still to come, and the deployment check refuses it.",
    )

    live_from: datetime | None  # on pages from Page.objects.with_live_from()

    objects = PageQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "order", "title"]
        permissions = [("publish_page", "Can publish pages of medical content")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "slug"],
                name="page_address_unique",
                violation_error_message="Another page of this kind has this address. Choose another.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        if self.kind == self.Kind.INDEX:
            return reverse(f"procedures:{self.slug}")
        return reverse(f"procedures:{self.kind}", args=[self.slug])

    @property
    def is_medical(self) -> bool:
        """Whether what it says may only be published by a reviewer. A notice says nothing medical."""
        return self.kind != Page.Kind.NOTICE

    def clean(self) -> None:
        self._refuse_moving_once_published()
        if self.kind == self.Kind.INDEX and self.slug not in self.INDEX_SLUGS:
            raise ValidationError(
                {"slug": f"An index page has one of these addresses: {', '.join(self.INDEX_SLUGS)}."}
            )
        if self.kind == self.Kind.NOTICE and not self._address_is_free():
            raise ValidationError({"slug": "The site uses this address itself. Choose another."})
        if self._namesakes().exists():
            raise ValidationError(
                {"slug": "A procedure and a condition cannot share an address. Choose another."}
            )

    def _namesakes(self) -> "PageQuerySet":
        kinds = {self.Kind.PROCEDURE, self.Kind.CONDITION}
        if self.kind not in kinds:
            return Page.objects.none()
        return Page.objects.filter(slug=self.slug, kind__in=kinds - {self.kind})

    def _refuse_moving_once_published(self) -> None:
        before = Page.objects.filter(pk=self.pk, revisions__isnull=False).first()
        if before and (before.kind, before.slug) != (self.kind, self.slug):
            raise ValidationError(
                "The page is published, so its kind and address can no longer change: links would break."
            )

    def _address_is_free(self) -> bool:
        if f"/{self.slug}/" == settings.STATIC_URL:
            return False
        with suppress(Resolver404):
            resolve(f"/{self.slug}")
            return False
        return resolve(f"/{self.slug}/").view_name == "procedures:notice"


class Section(models.Model):
    class Kind(models.TextChoices):
        """How a section looks: `procedures/sections/_<kind>.html` draws it."""

        PROSE = "prose", "Text"
        BULLETS = "bullets", "Bullet list"
        STEPS = "steps", "Numbered steps"
        TERMS = "terms", "Terms, each explained"
        TIMELINE = "timeline", "Timeline"
        FACTS = "facts", "At a glance"
        CALL_TO_ACTION = "call_to_action", "Invitation to call or write"

    # The ids that templates around the sections give.
    RESERVED_SLUGS = {"main", "menu", "helping", "questions", "procedures", "conditions"}
    # Kinds that are nothing without items; kinds whose items each need a term.
    NEEDING_ITEMS = {Kind.BULLETS, Kind.STEPS, Kind.TERMS, Kind.TIMELINE, Kind.FACTS}
    NEEDING_TERMS = {Kind.STEPS, Kind.TERMS, Kind.TIMELINE, Kind.FACTS}

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="sections")
    heading = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100, help_text="Names the section in links to it.")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.PROSE)
    intro = models.TextField(
        blank=True,
        help_text=f"Shown before the items. {MARKS}",
    )
    illustration = models.CharField(
        max_length=100,
        choices=illustrations.choices,
        blank=True,
        help_text="A drawing to show under the heading.",
    )
    linked_page = models.ForeignKey(
        Page,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="A page to read next, linked at the end of the section.",
    )
    link_text = models.CharField(
        max_length=200,
        blank=True,
        help_text="The words of that link, as a patient would say them; the page's title if left empty.",
    )
    order = models.PositiveSmallIntegerField(default=100, help_text="The lowest number comes first.")

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "slug"],
                name="section_slug_unique_on_page",
                violation_error_message="Another section of this page has this slug. Choose another.",
            ),
        ]

    def __str__(self) -> str:
        return self.heading

    def clean(self) -> None:
        if self.slug in self.RESERVED_SLUGS:
            raise ValidationError({"slug": "The page uses this name itself. Choose another."})


class Item(models.Model):
    """One step, bullet, term, fact or paragraph of a section."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="items")
    term = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True, help_text=MARKS)
    illustration = models.CharField(
        max_length=100,
        choices=illustrations.choices,
        blank=True,
        help_text="A drawing; its caption and text alternative come with it.",
    )
    linked_page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=100, help_text="The lowest number comes first.")

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.term or self.text[:60]


class RevisionQuerySet(models.QuerySet["Revision"]):
    def live(self, at: datetime | None = None) -> "RevisionQuerySet":
        """What patients get at that time (now unless told): each page's newest revision that is due."""
        newest = (
            Revision.objects.filter(page=OuterRef("page"), live_from__lte=at or timezone.now())
            .order_by("-live_from", "-pk")
            .values("pk")[:1]
        )
        return self.filter(pk=Subquery(newest)).select_related("page")

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
    """A whole page as it was published. Never changed once made."""

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="revisions")
    snapshot = models.JSONField(help_text="What publishing.snapshot made of the draft.")
    live_from = models.DateTimeField(default=timezone.now)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    note = models.CharField(max_length=200, blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["page", "-live_from", "-id"], name="revision_newest_live"),
        ]

    def __str__(self) -> str:
        return f"{self.page} of {timezone.localtime(self.live_from):%-d %B %Y, %H:%M}"

    def get_absolute_url(self) -> str:
        return self.page.get_absolute_url()
