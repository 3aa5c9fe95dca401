"""What would make a draft better for patients. Advice: nothing here keeps a page from being published."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from procedures import citations, illustrations, reading_grade, snapshots
from procedures.models import Page, Revision, Snapshot
from procedures.templatetags.content import plain

HARDEST: Final = 7.0  # the grade that American health literacy guides ask for (AHRQ, NIH: sixth to eighth)
TITLE_LENGTH: Final = (0, 60)  # characters that search engines show
SUMMARY_LENGTH: Final = (50, 160)
TERM_IS_LINK: Final = {"terms", "facts"}  # the kinds of sections whose items are linked by their term


def grade(snapshot: Snapshot) -> float | None:
    return reading_grade.of(_as_sentences(snapshots.texts(snapshot)))


def of(snapshot: Snapshot) -> list[str]:
    """A sentence for each thing to look at."""
    return [
        *_about_grade(snapshot),
        *_about_lengths(snapshot),
        *_about_headings(snapshot),
        *_about_drawings(snapshot),
        *_about_links(snapshot),
        *_about_references(snapshot),
    ]


def for_page(page: Page, draft: Snapshot) -> list[str]:
    """The same, and which pages that patients read go on to call this one by a title that it had."""
    return [*of(draft), *_about_old_titles(page)]


def _about_old_titles(page: Page) -> Iterator[str]:
    titles = page.revisions.filter(live_from__isnull=False).values_list("snapshot__title", flat=True)
    old = set(titles) - {None, page.title}
    if not old:
        return
    for revision in Revision.objects.live().exclude(page=page).order_by("snapshot__title"):
        found = {words for key, words in _link_words(revision.snapshot) if key == page.pk}
        for title in sorted(found & old):
            yield (
                f"“{revision.snapshot['title']}” still calls this page “{title}”, in a link that patients "
                "read. Once this page is published, put the new title there, and publish that page again."
            )


def _link_words(snapshot: Snapshot) -> Iterator[tuple[int, str]]:
    """The page that each link leads to, and the words that patients read it by."""
    for section in snapshot["sections"]:
        if section["link"]:
            yield section["link"]["page"], section["link"]["title"]
        for item in section["items"]:
            if item["link"]:
                is_term = section["kind"] in TERM_IS_LINK
                yield item["link"]["page"], item["term"] if is_term else item["link"]["title"]


def _about_grade(snapshot: Snapshot) -> Iterator[str]:
    whole = grade(snapshot)
    if whole is None or whole <= HARDEST:
        return
    sections = [
        (reading_grade.of(_as_sentences(snapshots.section_texts(s))), s["heading"])
        for s in snapshot["sections"]
    ]
    hardest = max(((found, heading) for found, heading in sections if found), default=None)
    where = f" “{hardest[1]}” is the hardest, with {hardest[0]}." if hardest else ""
    yield f"The page reads at grade {whole}. Aim for {HARDEST:g}: shorter sentences, plainer words.{where}"


def _about_lengths(snapshot: Snapshot) -> Iterator[str]:
    if len(snapshot["title"]) > TITLE_LENGTH[1]:
        yield f"The title has {len(snapshot['title'])} characters. Search engines show {TITLE_LENGTH[1]}."
    length, (least, most) = len(plain(snapshot["summary"])), SUMMARY_LENGTH
    if not least <= length <= most:
        yield f"The summary has {length} characters. {least} to {most} are best: search engines show as many."


def _about_headings(snapshot: Snapshot) -> Iterator[str]:
    headings = Counter(section["heading"].strip().lower() for section in snapshot["sections"])
    for section in snapshot["sections"]:
        if headings.pop(section["heading"].strip().lower(), 0) > 1:
            yield f"Two sections are called “{section['heading']}”. Give each a heading of its own."


def _about_drawings(snapshot: Snapshot) -> Iterator[str]:
    for name in dict.fromkeys(filter(None, _drawings(snapshot))):
        if not _has_alternative(name):
            yield f"The drawing “{name}” has no words for those who cannot see it. Choose another."


def _about_links(snapshot: Snapshot) -> Iterator[str]:
    links = {link["page"]: link["title"] for link in snapshots.links(snapshot)}
    live = set(Revision.objects.live().filter(page__in=links).values_list("page_id", flat=True))
    for page, title in links.items():
        if page not in live:
            yield f"It links to “{title}”, which patients cannot read yet. Publish both together."


def _about_references(snapshot: Snapshot) -> Iterator[str]:
    number = citations.number_of_references(snapshot)
    nowhere = citations.without_reference(snapshot)
    for missing in nowhere:
        yield f"[{missing}] points to a reference that is not there: there are {number}."
    for held_back in citations.without_reference(_going_out(snapshot)):
        if held_back not in nowhere:
            yield (
                f"[{held_back}] points to a reference that awaits a clinician. Hold the text back too, or "
                "publish the references with it."
            )
    for idle in sorted(set(range(1, number + 1)) - set(citations.cited(snapshot))):
        yield f"Nothing points to reference {idle}. Write [{idle}] where it belongs."


def _going_out(snapshot: Snapshot) -> Snapshot:
    """What patients would get of a draft."""
    return snapshot | {"sections": [s for s in snapshot["sections"] if not s.get("awaits_review")]}


def _has_alternative(name: str) -> bool:
    try:
        drawing = get_template(illustrations.template_name(name)).render()
    except TemplateDoesNotExist:
        return False
    return 'aria-label="' in drawing


def _drawings(snapshot: Snapshot) -> Iterator[str]:
    for section in snapshot["sections"]:
        yield section["illustration"]
        yield from (item["illustration"] for item in section["items"])


def _as_sentences(texts: Iterator[str]) -> str:
    """Each text ended, as its place on the page ends it."""
    parts = (citations.without_marks(plain(text)).strip() for text in texts)
    return "\n".join(part if part[-1] in ".!?" else f"{part.rstrip(':')}." for part in parts if part)
