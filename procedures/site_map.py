"""Where a page stands in the site: the way to it from the home page, and what index pages list."""

from dataclasses import dataclass

from django.urls import reverse

from procedures.models import Page, Revision, RevisionQuerySet

# The index page that each kind of page is listed on.
INDEXES = {Page.Kind.PROCEDURE: "procedures", Page.Kind.CONDITION: "conditions"}
INDEX_TITLES = {"procedures": "Procedures", "conditions": "Conditions Treated"}


@dataclass(frozen=True)
class Crumb:
    title: str
    path: str


HOME = Crumb("Home", "/")


@dataclass(frozen=True)
class Listing:
    title: str
    slug: str
    revisions: RevisionQuerySet


def trail(revision: Revision) -> list[Crumb]:
    """From home down to the page itself; empty for the home page."""
    here = Crumb(revision.snapshot["title"], revision.get_absolute_url())
    if here.path == HOME.path:
        return []
    parent = INDEXES.get(Page.Kind(revision.page.kind))
    return (
        [HOME, Crumb(INDEX_TITLES[parent], reverse(f"procedures:{parent}")), here] if parent else [HOME, here]
    )


def listings(index: str) -> list[Listing]:
    """The live pages that an index page lists, by kind; the home page lists all that any index does."""
    return [
        Listing(INDEX_TITLES[slug], slug, Revision.objects.live().of_kinds(kind))
        for kind, slug in INDEXES.items()
        if index in {"home", slug}
    ]
