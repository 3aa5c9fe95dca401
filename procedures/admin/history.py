"""Every version of a page: who, when and why; comparing two of them."""

from typing import Final

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from procedures import comparison, drafts
from procedures.admin import screens
from procedures.models import Page, Revision, Snapshot

NEWEST: Final = 100  # versions, and entries of the log, that the screen lists
DRAFT, LIVE, NOTHING = "draft", "live", "nothing"


@require_safe
def show(request: HttpRequest, page: Page) -> HttpResponse:
    """What patients read and when, what they will read, and what staff did to the draft."""
    revisions = page.revisions.select_related(
        "made_by", "written_by", "reviewed_by", "instead", "cancelled_by"
    )
    kind = ContentType.objects.get_for_model(Page)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(page.pk)).select_related("user")
    in_force = Revision.objects.in_force().filter(page=page).first()
    return screens.render(
        request,
        page,
        "history",
        f"{page}: history",
        revisions=revisions.order_by("-pk")[:NEWEST],
        in_force=in_force,
        entries=entries.order_by("-pk")[:NEWEST],
        may_change=request.user.has_perm("procedures.change_page"),
    )


@require_safe
def compare(request: HttpRequest, page: Page) -> HttpResponse:
    """Two versions side by side: what patients read and the draft, unless others are chosen."""
    before, after = request.GET.get("before", LIVE), request.GET.get("after", DRAFT)
    choices = [(DRAFT, "The draft"), (LIVE, "What patients read now")]
    for revision in page.revisions.restorable().select_related("page").order_by("-pk")[:NEWEST]:
        choices.append((str(revision.pk), _name(revision)))
    parts = comparison.compare(_version(page, before), _version(page, after))
    return screens.render(
        request,
        page,
        "compare",
        f"{page}: two versions",
        before=before,
        after=after,
        choices=choices,
        names=dict(choices),
        before_name=dict(choices).get(before, ""),
        after_name=dict(choices).get(after, ""),
        parts=parts,
        changed=sum(part.is_changed for part in parts),
    )


def _name(revision: Revision) -> str:
    if revision.live_from is None:
        return f"Draft kept on {timezone.localtime(revision.made_at):%B %-d, %Y, %H:%M}"
    start = f"{timezone.localtime(revision.live_from):%B %-d, %Y, %H:%M}"
    return f"{'Cancelled for' if revision.cancelled_at else 'Published from'} {start}"


def _version(page: Page, name: str) -> Snapshot:
    if name == DRAFT:
        return drafts.current(page)
    if name == LIVE:
        live = Revision.objects.live_of(page)
        return live.snapshot if live else {}
    key = int(name) if name.isdecimal() and len(name) < 18 else 0
    found = get_object_or_404(page.revisions.restorable(), pk=key)
    snapshot: Snapshot = found.snapshot
    return snapshot
