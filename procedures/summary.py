"""The desk's numbers about what patients read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from procedures.models import Page, Revision

SOON: Final = timedelta(days=30)

# A page's key, and words for it.
Named = tuple[int, str]


@dataclass(frozen=True)
class LivePages:
    """Pages that patients read: those to look at."""

    due: list[Named]  # whose review is overdue, or within a month
    unreviewed: list[Named]  # medical content that no clinician is named for
    placeholders: list[Named]  # that say their text is still to come


def live_pages(now: datetime) -> LivePages:
    today = timezone.localdate(now)
    is_due, is_medical = Q(next_review_on__lte=today + SOON), ~Q(page__in=Page.objects.linked_notices())
    is_unreviewed, is_placeholder = is_medical & Q(reviewed_by=None), Q(snapshot__is_placeholder=True)
    found = Revision.objects.live(now).filter(is_due | is_unreviewed | is_placeholder)
    pages = LivePages([], [], [])
    for revision in found.order_by("next_review_on", "pk"):
        key, title, next_review = revision.page_id, revision.snapshot["title"], revision.next_review_on
        if next_review is not None and next_review <= today + SOON:
            words = "overdue since" if next_review < today else "due"
            pages.due.append((key, f"{title}, {words} {next_review:%B} {next_review.day}"))
        if next_review is None and revision.page.is_medical:
            pages.unreviewed.append((key, title))
        if revision.snapshot["is_placeholder"]:
            pages.placeholders.append((key, title))
    return pages


def awaiting_review() -> list[Named]:
    """Drafts that somebody asked a reviewer to look at."""
    asked = Page.objects.awaiting_review().select_related("review_asked_by")
    return [(page.pk, f"{page.title}, asked by {page.review_asked_by}") for page in asked]


def held_back() -> list[Named]:
    """Pages with sections that await a clinician."""
    pages = Page.objects.with_sections_held_back()
    return [
        (page.pk, f"{page.title}: {page.held_back} section{'s'[: page.held_back != 1]}") for page in pages
    ]
