import re
from contextlib import suppress
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.contrib.redirects.models import Redirect
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from procedures import notices

# What can be read out over the telephone.
ADDRESS: Final = re.compile(r"[a-z0-9-]+")
MARKS = (
    "An empty line starts a new paragraph; _underscores_ mark a word that the sentence explains; [2] points "
    "to the second of the page’s references."
)


class PageQuerySet(models.QuerySet["Page"]):
    def by_address(self) -> dict[str, "Page"]:
        """Each page under `kind/slug`: of its address, and of those that it moved away from."""
        return self.by_former_address() | {f"{page.kind}/{page.slug}": page for page in self}

    def by_former_address(self) -> dict[str, "Page"]:
        """The pages that moved, each under the addresses that lead to it now."""
        by_path = {page.get_absolute_url(): page for page in self}
        moved = Redirect.objects.filter(site_id=settings.SITE_ID).values_list("old_path", "new_path")
        led = ((old.rstrip("/").rpartition("/")[2], by_path.get(new)) for old, new in moved)
        return {f"{page.kind}/{slug}": page for slug, page in led if page}

    def with_live_from(self) -> "PageQuerySet":
        """Each page with `live_from`: since when patients get its live revision, None if they get none."""
        from procedures.models.revision import Revision  # which refers to Page

        live = Revision.objects.live().filter(page=OuterRef("pk"))
        return self.annotate(live_from=Subquery(live.values("live_from")[:1]))

    def linked_notices(self) -> "PageQuerySet":
        """Those that every page's foot links to."""
        return self.filter(kind=Page.Kind.NOTICE, slug__in=notices.LINKED)

    def awaiting_review(self) -> "PageQuerySet":
        """Those whose draft somebody asked a reviewer to look at, the longest waiting first."""
        return self.filter(review_asked_at__isnull=False).order_by("review_asked_at", "pk")

    def with_sections_held_back(self) -> "PageQuerySet":
        """Those with sections that await a clinician, with their number as `held_back`."""
        held_back = Count("sections", filter=Q(sections__awaits_review=True))
        return self.annotate(held_back=held_back).filter(held_back__gt=0).order_by("title", "pk")


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
        help_text="The last word of the page's address. Once the page is published, “Change the address” "
        "moves it, and the old address leads to the new one.",
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
    body_location = models.CharField(
        "part of the body",
        max_length=100,
        blank=True,
        help_text="For search engines, on the page of a procedure: a word that the page itself uses, like: "
        "spine.",
    )
    effective_on = models.DateField(
        "in effect since",
        null=True,
        blank=True,
        help_text="For a notice. If left empty, patients read the day on which it was published.",
    )
    order = models.PositiveSmallIntegerField(default=0, help_text="Its place in lists of pages.")
    is_placeholder = models.BooleanField(
        "placeholder",
        default=False,
        help_text="The page says that its text is still to come, and the deployment check refuses it.",
    )

    # Those whose words nobody else published yet, and who therefore must not be the only one to look at them
    # (procedures.publishing). Who changed one section is remembered with it: it may be held back.
    draft_writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", blank=True, editable=False
    )
    draft_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    draft_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    review_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    review_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    review_note = models.CharField(max_length=200, blank=True, editable=False)

    live_from: datetime | None  # on pages from Page.objects.with_live_from()
    held_back: int  # on pages from Page.objects.with_sections_held_back()

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
    def draft_changed_on(self) -> date | None:
        """The day, in the practice's time zone, on which the draft was changed last."""
        return timezone.localdate(self.draft_changed_at) if self.draft_changed_at else None

    @property
    def is_linked_notice(self) -> bool:
        """Whether every page's foot links to it, so that it must be there."""
        return self.kind == Page.Kind.NOTICE and self.slug in notices.LINKED

    @property
    def is_medical(self) -> bool:
        """Whether only a reviewer may publish what it says: all but the notices in every page's foot."""
        return not self.is_linked_notice

    @property
    def was_published(self) -> bool:
        """Whether patients had it, have it, or were meant to; a draft that was kept is nothing of theirs."""
        return self.pk is not None and self.revisions.filter(live_from__isnull=False).exists()

    def clean(self) -> None:
        if self.was_published:
            self._refuse_moving()
        else:
            self.refuse_address()

    def refuse_address(self) -> None:
        """Raises ValidationError where the site cannot serve the page at its address."""
        if not ADDRESS.fullmatch(self.slug):
            raise ValidationError({"slug": "Use small letters, digits and hyphens only, like: back-pain."})
        if self.kind == self.Kind.INDEX and self.slug not in self.INDEX_SLUGS:
            raise ValidationError(
                {"slug": f"An index page has one of these addresses: {', '.join(self.INDEX_SLUGS)}."}
            )
        if self.kind == self.Kind.NOTICE and not self._address_is_free():
            raise ValidationError({"slug": "The site uses this address itself. Choose another."})
        if moved := self._moved_from_here():
            raise ValidationError(
                {"slug": f"This address leads to “{moved}”, which had it before. Choose another."}
            )
        if self._namesakes().exists():
            raise ValidationError(
                {"slug": "A procedure and a condition cannot share an address. Choose another."}
            )

    def _moved_from_here(self) -> "Page | None":
        """The page that this one would keep its readers from, were it to come here."""
        if Page.objects.filter(pk=self.pk, kind=self.kind, slug=self.slug).exists():
            return None
        others = Page.objects.exclude(pk=self.pk)
        return others.by_former_address().get(f"{self.kind}/{self.slug}")

    def _namesakes(self) -> "PageQuerySet":
        kinds = {self.Kind.PROCEDURE, self.Kind.CONDITION}
        if self.kind not in kinds:
            return Page.objects.none()
        return Page.objects.filter(slug=self.slug, kind__in=kinds - {self.kind})

    def _refuse_moving(self) -> None:
        before = Page.objects.get(pk=self.pk)
        if (before.kind, before.slug) != (self.kind, self.slug):
            raise ValidationError(
                "The page was published. Its kind stays; “Change the address” moves it, and links still work."
            )

    def _address_is_free(self) -> bool:
        if f"/{self.slug}/" == settings.STATIC_URL:
            return False
        with suppress(Resolver404):
            resolve(f"/{self.slug}")
            return False
        return resolve(f"/{self.slug}/").view_name == "procedures:notice"
