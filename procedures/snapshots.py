"""A whole page as JSON: what is published, previewed, compared, restored and written to files."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from procedures.models import Item, Page, Revision, Section, Snapshot

# The primary keys of the pages that a link may lead to, with the titles that patients know them by.
Titles = dict[int, str]


def drafts() -> QuerySet[Page]:
    """Pages with all that a snapshot shows."""
    items = Prefetch("items", Item.objects.select_related("linked_page"))
    sections = Prefetch("sections", Section.objects.select_related("linked_page").prefetch_related(items))
    return Page.objects.prefetch_related(sections)


def links(snapshot: Snapshot) -> Iterator[Snapshot]:
    """Each link of its sections and items, from top to bottom."""
    for section in snapshot.get("sections", []):
        yield from (holder["link"] for holder in (section, *section["items"]) if holder["link"])


def linked_titles(drafts: Iterable[Page], at: datetime) -> Titles:
    """The titles that patients know the pages by, at that time, to which these drafts link."""
    sections = [section for draft in drafts for section in draft.sections.all()]
    linked = {section.linked_page_id for section in sections}
    linked |= {item.linked_page_id for section in sections for item in section.items.all()}
    live = Revision.objects.live(at).filter(page__in=linked - {None})
    return dict(live.values_list("page_id", "snapshot__title"))


def of(page: Page, titles: Titles, with_held_back: bool = False) -> Snapshot:
    """All that a patient's page shows of this draft; sections that await a clinician only when asked for.

    `titles` are those that patients know the linked pages by. A link keeps its target's key and its address;
    where the target moves to another one, the old one leads there.
    """
    return {
        "title": page.title,
        "summary": page.summary,
        "introduction": page.introduction,
        "body_location": page.body_location,
        "effective_on": page.effective_on and page.effective_on.isoformat(),
        "order": page.order,
        "is_placeholder": page.is_placeholder,
        "sections": [
            _section(section, titles)
            for section in page.sections.all()
            if with_held_back or not section.awaits_review
        ],
    }


def _section(section: Section, titles: Titles) -> dict[str, Any]:
    shown = {
        "heading": section.heading,
        "slug": section.slug,
        "kind": section.kind,
        "intro": section.intro,
        "illustration": section.illustration,
        "meaning": section.meaning,
        "link": _link(section.linked_page, titles, section.link_text),
        "items": [
            {
                "term": item.term,
                "text": item.text,
                "urgency": item.urgency,
                "illustration": item.illustration,
                "link": _link(item.linked_page, titles),
            }
            for item in section.items.all()
        ],
    }
    return shown | ({"awaits_review": True} if section.awaits_review else {})


def _link(page: Page | None, titles: Titles, text: str = "") -> dict[str, Any] | None:
    if page is None:
        return None
    title = text or titles.get(page.pk, page.title)
    return {"title": title, "path": page.get_absolute_url(), "page": page.pk, "text": text}


def texts(snapshot: Snapshot) -> Iterator[str]:
    """Every text that the page shows, with its marks, but for references: nobody reads those as sentences."""
    yield from (snapshot["title"], snapshot["summary"], snapshot["introduction"])
    for section in snapshot["sections"]:
        yield from section_texts(section)


def section_texts(section: Snapshot) -> Iterator[str]:
    if section["kind"] == Section.Kind.REFERENCES:
        return
    yield from (section["heading"], section["intro"])
    for item in section["items"]:
        yield from (item["term"], item["text"])
