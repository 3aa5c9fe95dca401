"""The only door between what staff write and what patients read."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.redirects.models import Redirect
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from contact.models import Practice
from procedures import citations, drafts, illustrations, links, snapshots, structured_data
from procedures.models import Clinician, Page, Revision, Section, Snapshot
from procedures.models.revision import today
from procedures.snapshots import Titles

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PERMISSION: Final = "procedures.publish_page"


class CannotPublish(Exception):  # noqa: N818 (reads as what happened)
    """The drafts are not fit for patients. `problems` says why: pairs of a page's key and words for staff."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__(" ".join(words for _, words in problems))
        self.problems = problems


@dataclass(frozen=True)
class Review:
    """Which clinician looked at what a medical page says, on which day, and when it is due again."""

    by: Clinician
    on: date
    next_on: date


def may_publish(user: "User", page: Page) -> bool:
    """A notice may be published by whoever may change it, anything medical by a reviewer only."""
    is_editor = user.has_perm("procedures.change_page")
    return is_editor and (not page.is_medical or user.has_perm(PERMISSION))


@transaction.atomic
def publish(
    *pages: Page,
    by: "User | None" = None,
    note: str = "",
    live_from: datetime | None = None,
    review: Review | None = None,
    cleared: Collection[int] = (),
    replaces_scheduled: bool = False,
) -> list[Revision]:
    """Give patients the stored drafts of these pages, all or none, from `live_from` on (now unless told).

    Pages published together may link to each other. `cleared` are the keys of sections that awaited a
    clinician and do no longer. `replaces_scheduled` cancels what of these pages would come later and replace
    them. Without `by` it is the site itself that publishes the content it ships with. Raises CannotPublish
    when a draft is not fit, or `by` may not publish it.
    """
    wait_for_others()
    live_from = live_from or timezone.now()
    Section.objects.filter(pk__in=cleared, page__in=pages).update(awaits_review=False)
    stored = list(snapshots.drafts().filter(pk__in=[page.pk for page in pages]))
    titles = snapshots.linked_titles(stored, live_from) | {draft.pk: draft.title for draft in stored}
    problems = [
        (page.pk, f"“{page.title}” was deleted meanwhile.") for page in pages if page.pk not in titles
    ]
    problems += [(draft.pk, words) for draft in stored for words in unfit(draft, titles)]
    if by is not None:
        problems += [(draft.pk, words) for draft in stored for words in refusals(draft, by, review)]
    if problems:
        raise CannotPublish(problems)
    later = Revision.objects.scheduled().filter(page__in=stored, live_from__gt=live_from)
    cancelled = _cancel(later, by) if replaces_scheduled else []
    batch = uuid4()
    made = [_publish(draft, titles, by, note, live_from, review, batch) for draft in stored]
    _refuse_dangling(cancelled)
    return made


def wait_for_others() -> None:
    """Keep every page as it is until the transaction ends: they link to each other."""
    list(Page.objects.select_for_update().order_by("pk"))


def _publish(
    draft: Page,
    titles: Titles,
    by: "User | None",
    note: str,
    live_from: datetime,
    review: Review | None,
    batch: UUID,
) -> Revision:
    writers = drafts.writers(draft)
    is_new = bool(writers) and differs_from_live(draft)
    made = Revision(page=draft, snapshot=snapshots.of(draft, titles), made_by=by, note=note)
    made.live_from, made.written_by, made.made_together = live_from, draft.draft_changed_by, batch
    if review and draft.is_medical:
        made.reviewed_by, made.reviewed_on, made.next_review_on = review.by, review.on, review.next_on
        made.reviewer_name, made.reviewer_degree = review.by.name, review.by.degree
    made.save()
    if writers:
        made.writers.set(writers if is_new else ())
        drafts.forget_writers(draft)
    if draft.review_asked_at:
        Page.objects.filter(pk=draft.pk).update(review_asked_by=None, review_asked_at=None, review_note="")
    return made


@transaction.atomic
def withdraw(page: Page, by: "User", note: str, instead: Page | None = None) -> Revision:
    """Take a page from patients at once, and cancel what was scheduled of it; its readers go to `instead`.

    Raises CannotPublish where the site cannot do without the page, or `by` may not.
    """
    wait_for_others()
    if not may_publish(by, page):
        raise CannotPublish([(page.pk, _may_not(page))])
    if page.kind == Page.Kind.INDEX or page.is_linked_notice:
        words = f"“{page.title}” cannot be withdrawn: every page links to it. Publish other words instead."
        raise CannotPublish([(page.pk, words)])
    if instead and not Revision.objects.live_of(instead):
        raise CannotPublish([(page.pk, f"“{instead.title}” is not published: choose another page.")])
    cancelled = _cancel(page.revisions.scheduled(), by)
    while cancelled:  # and what links to what was to come together with it, but not to the page itself: 410
        cancelled = _cancel(links.left_dangling({made.page for made in cancelled} - {page}), by)
    gone = Revision(page=page, snapshot={}, made_by=by, note=note, is_withdrawal=True, instead=instead)
    gone.live_from = timezone.now()
    gone.save()
    return gone


@transaction.atomic
def cancel(revision: Revision, by: "User") -> list[Revision]:
    """Take back what was scheduled, with all that was scheduled together with it.

    Returns what was taken back: nothing when its time has come, or somebody else did it. Raises CannotPublish
    where `by` may not, or where something else that is scheduled links to it.
    """
    wait_for_others()
    cancelled = _cancel(Revision.objects.scheduled().filter(pk=revision.pk), by)
    _refuse_dangling(cancelled)
    return cancelled


def _cancel(scheduled: Iterable[Revision], by: "User | None") -> list[Revision]:
    together = list(Revision.objects.scheduled().made_with(scheduled).select_related("page"))
    if refused := [made.page for made in together if by and not may_publish(by, made.page)]:
        raise CannotPublish([(page.pk, f"“{page}” is scheduled: a reviewer cancels it.") for page in refused])
    for made in together:
        made.cancelled_at, made.cancelled_by = timezone.now(), by
        made.save(update_fields=["cancelled_at", "cancelled_by"])
        made.page.draft_writers.add(*made.writers.all())
    return together


def _refuse_dangling(cancelled: list[Revision]) -> None:
    """What is still to come must not link to what was just taken back."""
    lost = links.left_dangling(revision.page for revision in cancelled) if cancelled else []
    words = "“{}” is scheduled, too, and links to what you would cancel. Cancel that first."
    if lost:
        raise CannotPublish([(revision.page_id, words.format(revision.page)) for revision in lost])


@transaction.atomic
def move(page: Page, slug: str, by: "User") -> None:
    """Give a page another address. Its old one, and all before, lead there from now on.

    Raises CannotPublish where `by` may not, and ValidationError where the site cannot serve it there.
    """
    page = Page.objects.select_for_update().get(pk=page.pk)
    if not may_publish(by, page):
        raise CannotPublish([(page.pk, _may_not(page))])
    if page.kind == Page.Kind.INDEX or page.is_linked_notice:
        raise ValidationError({"slug": "Every page of the site links to this address. It cannot change."})
    before = _paths(page)
    page.slug = slug
    page.clean_fields()
    page.refuse_address()
    page.validate_constraints()
    page.save(update_fields=["slug"])
    for old, new in zip(before, _paths(page), strict=True):
        _lead(old, new)


def _paths(page: Page) -> list[str]:
    paths = [page.get_absolute_url()]
    return paths + (
        [reverse("procedures:handout", args=[page.slug])] if page.kind == Page.Kind.PROCEDURE else []
    )


def _lead(old: str, new: str) -> None:
    """Permanently, and without a second step from addresses before the old one."""
    if old == new:
        return
    Redirect.objects.filter(old_path=new).delete()
    Redirect.objects.filter(new_path=old).update(new_path=new)
    Redirect.objects.update_or_create(site_id=settings.SITE_ID, old_path=old, defaults={"new_path": new})


def differs_from_live(page: Page) -> bool:
    """Whether the stored draft says anything else than what patients read now."""
    live = Revision.objects.live_of(page)
    draft = snapshots.drafts().get(pk=page.pk)
    return live is None or live.snapshot != snapshots.of(
        draft, snapshots.linked_titles([draft], timezone.now())
    )


def refusals(page: Page, by: "User", review: Review | None) -> Iterator[str]:
    """Why this person may not publish the draft, if so."""
    if not may_publish(by, page):
        yield _may_not(page)
    elif page.is_medical and review is None:
        yield f"“{page.title}” is medical content: say which clinician reviewed it, and when."
    elif page.is_medical and review and review.on > today():
        yield "The day of the review is still to come."
    elif page.is_medical and review and page.draft_changed_on and review.on < page.draft_changed_on:
        yield (
            f"“{page.title}” was changed after that review, on {page.draft_changed_on:%B %-d, %Y}. Enter the "
            "day on which it was reviewed as it is now."
        )
    elif needs_other_eyes(page, by):
        yield (
            f"You wrote of “{page.title}” yourself what patients would read anew. Another reviewer publishes "
            "it. A practice of one person can allow it under Practice details."
        )


def is_own_work(page: Page, by: "User") -> bool:
    """Whether patients would read anew what this person wrote; four eyes are for medical content."""
    return page.is_medical and by.pk in drafts.writers(page) and differs_from_live(page)


def needs_other_eyes(page: Page, by: "User") -> bool:
    """Whether somebody else must publish it: the practice has not said that it is of one person."""
    return is_own_work(page, by) and not Practice.objects.current().one_person_publishes


def _may_not(page: Page) -> str:
    return f"“{page.title}” is medical content: a reviewer publishes it."


def unfit(page: Page, titles: Titles) -> Iterator[str]:
    """Why patients cannot be given the draft, if so; sections that are held back do not matter."""
    name = f"“{page.title or page.slug}”"
    if not page.title.strip():
        yield f"{name} has no title. Give it one."
    if not page.summary.strip():
        yield f"{name} has no summary. Write one or two sentences."
    for section in page.sections.all():
        if not section.awaits_review:
            for problem in _section_problems(section, titles):
                yield f"{name}, section “{section.heading or section.slug}”: {problem}"
    for problem in _snapshot_problems(snapshots.of(page, titles)):
        yield f"{name}: {problem}"


def _snapshot_problems(snapshot: Snapshot) -> Iterator[str]:
    """What would be wrong with what goes out, whatever is held back of the draft."""
    part = snapshot["body_location"].strip()
    if part and not structured_data.says(snapshot, part):
        yield (
            f"it does not say “{part}”, the part of the body that search engines would be told. "
            "Use a word that the page uses, or leave it empty."
        )
    for number in citations.without_reference(snapshot):
        yield (
            f"patients would read “[{number}]” without the reference that it points to. "
            "Publish its references with it, or take the mark out."
        )


def _section_problems(section: Section, titles: Titles) -> Iterator[str]:
    items = list(section.items.all())
    if not section.heading.strip():
        yield "it has no heading. Give it one."
    if not items and (section.kind in Section.NEEDING_ITEMS or not section.intro.strip()):
        yield "it is empty. Write its text or add items, or remove it."
    if any(not item.text.strip() and not item.term.strip() for item in items):
        yield "an item is empty. Write its text, or remove it."
    elif section.kind in Section.NEEDING_TERMS and any(not item.term.strip() for item in items):
        yield "each item needs a term. Give it one."
    if section.kind == Section.Kind.CARE and any(not item.urgency for item in items):
        yield "each card needs its urgency. Choose one."
    for drawing in filter(None, [section.illustration, *(item.illustration for item in items)]):
        if drawing not in dict(illustrations.choices()):
            yield f"there is no illustration named “{drawing}”. Choose another, or none."
    for linked in filter(None, [section.linked_page, *(item.linked_page for item in items)]):
        if linked.pk not in titles:
            yield (
                f"it links to “{linked.title}”, which is not published. "
                "Publish that first, or remove the link."
            )
