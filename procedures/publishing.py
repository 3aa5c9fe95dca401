"""The only door between what staff write and what patients read."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from procedures import illustrations
from procedures.models import Page, Revision, Section, Snapshot

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The primary keys of the pages that a link may lead to, with the titles that patients know them by.
Titles = dict[int, str]


class CannotPublish(Exception):  # noqa: N818 (reads as what happened)
    """The drafts are not fit for patients. `problems` says why: pairs of a page's key and words for staff."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__(" ".join(words for _, words in problems))
        self.problems = problems


@transaction.atomic
def publish(
    *pages: Page,
    by: "User | None" = None,
    note: str = "",
    live_from: datetime | None = None,
) -> list[Revision]:
    """Give patients the stored drafts of these pages, all or none, from `live_from` on (now unless told).

    Pages published together may link to each other. Raises CannotPublish when a draft is not fit.
    """
    now = timezone.now()
    drafts = list(_drafts().select_for_update(of=("self",)).filter(pk__in=[page.pk for page in pages]))
    titles = _live_titles(live_from or now) | {draft.pk: draft.title for draft in drafts}
    gone = [(page.pk, f"“{page.title}” was deleted meanwhile.") for page in pages if page.pk not in titles]
    if problems := gone + [(draft.pk, words) for draft in drafts for words in _problems(draft, titles)]:
        raise CannotPublish(problems)
    return [
        Revision.objects.create(
            page=draft,
            snapshot=snapshot(draft, titles),
            made_by=by,
            note=note,
            live_from=live_from or now,
        )
        for draft in drafts
    ]


def differs_from_live(page: Page) -> bool:
    """Whether the stored draft says anything else than what patients read now."""
    live = Revision.objects.live().filter(page=page).first()
    draft = _drafts().get(pk=page.pk)
    return live is None or live.snapshot != snapshot(draft, _live_titles(timezone.now()))


def snapshot(page: Page, titles: Titles) -> Snapshot:
    """All that a patient's page shows of this draft, as JSON.

    `titles` are those that patients know the linked pages by. A link keeps its target's address, which is
    fixed once the target is published.
    """
    return {
        "title": page.title,
        "summary": page.summary,
        "introduction": page.introduction,
        "order": page.order,
        "is_placeholder": page.is_placeholder,
        "sections": [
            {
                "heading": section.heading,
                "slug": section.slug,
                "kind": section.kind,
                "intro": section.intro,
                "illustration": section.illustration,
                "link": _link(section.linked_page, titles, section.link_text),
                "items": [
                    {
                        "term": item.term,
                        "text": item.text,
                        "illustration": item.illustration,
                        "link": _link(item.linked_page, titles),
                    }
                    for item in section.items.all()
                ],
            }
            for section in page.sections.all()
        ],
    }


def _link(page: Page | None, titles: Titles, text: str = "") -> Snapshot | None:
    if page is None:
        return None
    return {"title": text or titles.get(page.pk, page.title), "path": page.get_absolute_url()}


def _drafts() -> QuerySet[Page]:
    return Page.objects.prefetch_related("sections__linked_page", "sections__items__linked_page")


def _live_titles(at: datetime) -> dict[int, str]:
    return dict(Revision.objects.live(at).values_list("page_id", "snapshot__title"))


def _problems(page: Page, titles: Titles) -> Iterator[str]:
    name = f"“{page.title or page.slug}”"
    if not page.title.strip():
        yield f"{name} has no title. Give it one."
    if not page.summary.strip():
        yield f"{name} has no summary. Write one or two sentences."
    for section in page.sections.all():
        for problem in _section_problems(section, titles):
            yield f"{name}, section “{section.heading or section.slug}”: {problem}"


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
    for drawing in filter(None, [section.illustration, *(item.illustration for item in items)]):
        if drawing not in dict(illustrations.choices()):
            yield f"there is no illustration named “{drawing}”. Choose another, or none."
    for linked in filter(None, [section.linked_page, *(item.linked_page for item in items)]):
        if linked.pk not in titles:
            yield (
                f"it links to “{linked.title}”, which is not published. "
                "Publish that first, or remove the link."
            )
