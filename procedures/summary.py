"""The desk's numbers about what patients read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from procedures.models import Revision

YEAR: Final = timedelta(days=365)


@dataclass(frozen=True)
class LivePages:
    """Pages that patients read, as pairs of a page's key and its title: those to look at."""

    old: list[tuple[int, str]]  # whose words were published more than a year ago
    placeholders: list[tuple[int, str]]  # that say their text is still to come


def live_pages(now: datetime) -> LivePages:
    is_old, is_placeholder = Q(live_from__lt=now - YEAR), Q(snapshot__is_placeholder=True)
    found = Revision.objects.live(now).filter(is_old | is_placeholder).order_by("live_from", "pk")
    rows = list(found.values_list("page_id", "snapshot__title", "live_from", "snapshot__is_placeholder"))
    return LivePages(
        old=[(page, title) for page, title, live_from, _ in rows if live_from < now - YEAR],
        placeholders=[(page, title) for page, title, _, is_placeholder in rows if is_placeholder],
    )
