"""What publishing would give to patients, as the screen “Publish” shows it.

Each draft is read once: what was looked at is what the fingerprint is made of.
"""

import hashlib
import json
from dataclasses import dataclass

from procedures import comparison, drafts, publishing
from procedures.comparison import Part
from procedures.models import Page, Revision, Snapshot


@dataclass(frozen=True)
class Change:
    """A draft beside what patients read of the page now."""

    page: Page
    live: Revision | None
    draft: Snapshot

    @property
    def before(self) -> Snapshot:
        return self.live.snapshot if self.live else {}

    @property
    def parts(self) -> list[Part]:
        """What patients would read anew, without the sections that are held back."""
        free = [section for section in self.draft["sections"] if "awaits_review" not in section]
        parts = comparison.compare(self.before, self.draft | {"sections": free})
        return [part for part in parts if part.is_changed]

    @property
    def held_back(self) -> list[Part]:
        """What each section that awaits a clinician would say."""
        return [self._freed(section) for section in self.draft["sections"] if "awaits_review" in section]

    def _freed(self, section: Snapshot) -> Part:
        there = [other for other in self.before.get("sections", []) if other["slug"] == section["slug"]]
        shown = {key: value for key, value in section.items() if key != "awaits_review"}
        _, part = comparison.compare({"sections": there}, {"sections": [shown]})
        return part


@dataclass(frozen=True)
class Changes:
    """All that can be published from one page's screen."""

    page: Change
    linked: list[Change]

    @property
    def fingerprint(self) -> str:
        """Changes with every word that is shown."""
        shown = [(c.page.pk, c.live and c.live.pk, c.draft) for c in (self.page, *self.linked)]
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def of(page: Page) -> Changes:
    return Changes(_change(page, with_held_back=True), [_change(other) for other in _linked_drafts(page)])


def _change(page: Page, with_held_back: bool = False) -> Change:
    return Change(page, Revision.objects.live_of(page), drafts.current(page, with_held_back))


def _linked_drafts(page: Page) -> list[Page]:
    """The pages that this draft links to whose own drafts patients do not have."""
    linked = Page.objects.filter(pk__in=page.sections.values("linked_page"))
    linked |= Page.objects.filter(pk__in=page.sections.values("items__linked_page"))
    return [other for other in linked.distinct() if other != page and publishing.differs_from_live(other)]
