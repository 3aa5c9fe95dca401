"""Links between pages as patients get them, now and later."""

from collections.abc import Iterable

from procedures import snapshots
from procedures.models import Page, Revision


def leading_to(page: Page) -> list[Revision]:
    """What patients read now, or will, of other pages that link to this one."""
    others = Revision.objects.exclude(page=page).select_related("page")
    return [revision for revision in (*others.live(), *others.scheduled()) if page.pk in _targets(revision)]


def left_dangling(pages: Iterable[Page]) -> list[Revision]:
    """What is scheduled with a link to one of these pages that would lead nowhere at its time."""
    keys = {page.pk for page in pages}
    return [revision for revision in Revision.objects.scheduled() if _lost(revision, keys)]


def _lost(revision: Revision, keys: set[int]) -> set[int]:
    targets = _targets(revision) & keys
    live = Revision.objects.live(revision.live_from).filter(page__in=targets)
    return targets - set(live.values_list("page_id", flat=True))


def _targets(revision: Revision) -> set[int]:
    return {link["page"] for link in snapshots.links(revision.snapshot)}
