"""What staff do with a draft, besides editing its fields. Patients see none of it."""

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from procedures import snapshots
from procedures.models import Item, Page, Revision, Section, Snapshot

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FIELDS: Final = (
    "title",
    "summary",
    "introduction",
    "body_location",
    "effective_on",
    "order",
    "is_placeholder",
)
SECTION_FIELDS: Final = ("heading", "slug", "kind", "intro", "illustration", "meaning")
ITEM_FIELDS: Final = ("term", "text", "urgency", "illustration")


def changed(page: Page, by: "User | None", section: Section | None = None) -> None:
    """Remember who changed the draft, or one section of it: somebody else must look before patients do."""
    Page.objects.filter(pk=page.pk).update(draft_changed_by=by, draft_changed_at=timezone.now())
    if by is not None:
        (section or page).draft_writers.add(by)


def writers(page: Page) -> set[int]:
    """The keys of all who wrote what publishing the draft would give to patients, since it was published."""
    free = _section_writers(page).filter(section__awaits_review=False)
    return set(_page_writers(page).values_list("user", flat=True).union(free.values_list("user", flat=True)))


def forget_writers(page: Page) -> None:
    """Their words are published. Those of sections that are still held back are not."""
    _page_writers(page).delete()
    _section_writers(page).filter(section__awaits_review=False).delete()


def _section_writers(page: Page) -> QuerySet[Any]:
    return Section.draft_writers.through._default_manager.filter(section__page=page)


def _page_writers(page: Page) -> QuerySet[Any]:
    return Page.draft_writers.through._default_manager.filter(page=page)


def ask_for_review(page: Page, by: "User", note: str = "") -> None:
    """Put the draft before the reviewers; the desk's first page names it to them."""
    asked = {"review_asked_by": by, "review_asked_at": timezone.now(), "review_note": note[:200]}
    Page.objects.filter(pk=page.pk).update(**asked)


def current(page: Page, with_held_back: bool = True) -> Snapshot:
    """The stored draft."""
    draft = snapshots.drafts().get(pk=page.pk)
    return snapshots.of(draft, snapshots.linked_titles([draft], timezone.now()), with_held_back)


@transaction.atomic
def restore(revision: Revision, by: "User") -> Revision | None:
    """Make the draft what this revision was. Returns the draft that was there, if it was nowhere else: kept.

    Sections that await a clinician stay, each after the one that it followed, and none is given free. A kept
    draft is restored whole, but for that.
    """
    page = Page.objects.select_for_update().get(pk=revision.page_id)
    before, kept = current(page), keep(page, by, "The draft before another version was restored")
    held_back = _held_back(page)
    sections = _holding_back(revision.snapshot["sections"], {section["slug"] for _, section in held_back})
    if not revision.is_kept_draft:
        sections = _together(sections, held_back)
    write(page, revision.snapshot | {"sections": sections})
    if current(page) != before:
        changed(page, by)
        _remember_writers(page, revision)
    return kept


def _remember_writers(page: Page, revision: Revision) -> None:
    """What nobody published is again what those wrote who wrote it then."""
    if revision.was_given_up:
        page.draft_writers.add(*revision.writers.all())
        for section in page.sections.filter(awaits_review=True):
            section.draft_writers.add(*revision.writers.all())


def keep(page: Page, by: "User | None", note: str) -> Revision | None:
    """Put the draft into the page's history before words of it go. None where it stands there already."""
    draft = current(page)
    if any(draft == revision.snapshot for revision in page.revisions.order_by("-pk")[:50]):
        return None
    kept = Revision.objects.create(
        page=page,
        snapshot=draft,
        live_from=None,
        made_by=by,
        written_by=page.draft_changed_by,
        note=note,
    )
    everybody = _page_writers(page).values("user").union(_section_writers(page).values("user"))
    kept.writers.set(row["user"] for row in everybody)
    return kept


def _held_back(page: Page) -> list[tuple[str, dict[str, Any]]]:
    """Each section that awaits a clinician, with the slug of the one before it."""
    sections = current(page)["sections"]
    before = ["", *(section["slug"] for section in sections)]
    return [
        (slug, section) for slug, section in zip(before, sections, strict=False) if "awaits_review" in section
    ]


def _holding_back(sections: list[dict[str, Any]], slugs: set[str]) -> list[dict[str, Any]]:
    """Those whose slugs are given await a clinician, whatever they did when patients read them."""
    return [section | ({"awaits_review": True} if section["slug"] in slugs else {}) for section in sections]


def _together(
    sections: list[dict[str, Any]], held_back: list[tuple[str, dict[str, Any]]]
) -> list[dict[str, Any]]:
    result = list(sections)
    for before, section in held_back:
        slugs = [other["slug"] for other in result]
        if section["slug"] not in slugs:
            place = slugs.index(before) + 1 if before in slugs else 0 if not before else len(slugs)
            result.insert(place, section)
    return result


def write(page: Page, snapshot: Snapshot) -> None:
    """Store a snapshot as the draft.

    A section keeps its row where its slug stays, so that forms that are open find it.
    """
    for name in FIELDS:
        setattr(page, name, snapshot[name])
    page.save(update_fields=FIELDS)
    there = {section.slug: section for section in page.sections.all()}
    for order, data in enumerate(snapshot["sections"], start=1):
        section = there.pop(data["slug"], None) or Section(page=page)
        for name in SECTION_FIELDS:
            setattr(section, name, data[name])
        section.order, section.awaits_review = order, data.get("awaits_review", False)
        section.linked_page = _target(data["link"])
        section.link_text = data["link"]["text"] if section.linked_page else ""
        section.save()
        _write_items(section, data["items"])
    for section in there.values():
        section.delete()


def _write_items(section: Section, items: list[dict[str, Any]]) -> None:
    rows = list(section.items.all())
    for order, data in enumerate(items, start=1):
        item = rows[order - 1] if order <= len(rows) else Item(section=section)
        for name in ITEM_FIELDS:
            setattr(item, name, data[name])
        item.order, item.linked_page = order, _target(data["link"])
        item.save()
    for item in rows[len(items) :]:
        item.delete()


def _target(link: dict[str, Any] | None) -> Page | None:
    """None, too, where the page is gone."""
    return Page.objects.filter(pk=link["page"]).first() if link else None


@transaction.atomic
def shift(row: Section | Item, by: "User", up: bool) -> tuple[int, int, bool]:
    """Move a section on its page, or an item in its section, one place.

    Returns its place and of how many, and whether it moved at all.
    """
    page = row.page if isinstance(row, Section) else row.section.page
    Page.objects.select_for_update().get(pk=page.pk)
    rows: list[Any] = list(row.page.sections.all() if isinstance(row, Section) else row.section.items.all())
    place = rows.index(row)
    other = max(place - 1, 0) if up else min(place + 1, len(rows) - 1)
    rows.insert(other, rows.pop(place))
    for order, moved in enumerate(rows, start=1):
        if moved.order != order:
            type(moved).objects.filter(pk=moved.pk).update(order=order)
    if other != place:
        changed(page, by, None if isinstance(row, Section) else row.section)
    return other + 1, len(rows), other != place
