"""Whatever staff do and in whatever order, patients get a published page, whole, and never a draft."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from unittest import mock
from uuid import UUID

from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from procedures import drafts, publishing
from procedures.models import Page, Revision
from tests.procedures.pages import make_item, make_page, make_review, make_section
from tests.staff import make_staff

WORDS = st.sampled_from(["word-one", "word-two", "word-three", "word-four", "word-five", ""])
HOURS = st.sampled_from([0, 1, 2, 5])
PAGES = st.sampled_from(["first", "second"])


@dataclass(frozen=True)
class Version:
    """What patients should get of a page from then on: its words in their order, none once withdrawn."""

    pk: int
    name: str
    live_from: datetime
    words: list[str] | None
    batch: UUID | None = None
    is_cancelled: bool = False


class Desk(RuleBasedStateMachine):
    """Two pages that link to each other. Each has two sections, and one more that awaits a clinician."""

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.now = timezone.now()
        self.clock = mock.patch.object(timezone, "now", side_effect=lambda: self.now)
        self.clock.start()
        self.writer, self.reviewer = make_staff("rita", "Reviewer"), make_staff("rob", "Reviewer")
        self.client = Client()
        self.keys = {name: make_page(f"{name}-0").pk for name in ("first", "second")}
        self.former = {"first": set(), "second": set()}
        self.versions = []
        for name, key in self.keys.items():
            page, other = self.page(name), Page.objects.exclude(pk=key).get(pk__in=self.keys.values())
            for order, slug in enumerate(("one", "two", "held")):
                options = {"kind": "bullets", "intro": "", "order": order, "awaits_review": slug == "held"}
                make_item(make_section(page, slug=slug, linked_page=other, **options), text="word-zero")

    def teardown(self):
        self.clock.stop()
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def page(self, name):
        return Page.objects.get(pk=self.keys[name])

    def free(self, name, with_held_back=False):
        """The draft's words in their order."""
        sections = drafts.current(self.page(name), with_held_back)["sections"]
        return [item["text"] for section in sections for item in section["items"]]

    def in_force(self, name, at):
        due = [v for v in self.versions if v.name == name and v.live_from <= at and not v.is_cancelled]
        return max(due, key=lambda v: (v.live_from, v.pk), default=None)

    def is_live(self, name, at):
        found = self.in_force(name, at)
        return found is not None and found.words is not None

    def scheduled(self):
        return [v for v in self.versions if v.live_from > self.now and not v.is_cancelled]

    def take_back(self, keys):
        self.versions = [replace(v, is_cancelled=True) if v.pk in keys else v for v in self.versions]

    @rule(name=PAGES, slugs=st.sampled_from([["one"], ["one", "two"], ["held"]]), words=WORDS)
    def edit(self, name, slugs, words):
        for section in self.page(name).sections.filter(slug__in=slugs):
            section.items.update(text=words)

    @rule(name=PAGES, up=st.booleans())
    def reorder(self, name, up):
        drafts.shift(self.page(name).sections.get(slug="two"), self.writer, up=up)

    @rule(
        names=st.sampled_from([["first"], ["second"], ["first", "second"]]),
        hours=HOURS,
        clears=st.booleans(),
        replaces=st.booleans(),
    )
    def publish(self, names, hours, clears, replaces):
        live_from = self.now + timedelta(hours=hours)
        pages = [self.page(name) for name in names]
        held_back = [s.pk for page in pages for s in page.sections.filter(awaits_review=True)]
        words = {name: self.free(name, with_held_back=clears) for name in names}
        leads = len(names) == 2 or self.is_live({"first": "second"}.get(names[0], "first"), live_from)
        is_fit = leads and all("" not in told for told in words.values())
        try:
            made = publishing.publish(
                *pages,
                by=self.reviewer,
                live_from=live_from,
                review=make_review(),
                cleared=held_back if clears else (),
                replaces_scheduled=replaces,
            )
        except publishing.CannotPublish:
            assert replaces or not is_fit
            return
        assert is_fit
        if replaces:
            later = [v for v in self.scheduled() if v.name in names and v.live_from > live_from]
            self.take_back(self.together(later))
        names_of = {key: name for name, key in self.keys.items()}
        for revision in made:
            name = names_of[revision.page_id]
            self.versions.append(Version(revision.pk, name, live_from, words[name], revision.made_together))

    @initialize(hours=HOURS)
    def publish_both(self, hours):
        self.publish(["first", "second"], hours, clears=False, replaces=False)

    def together(self, versions):
        batches = {v.batch for v in versions}
        return {v.pk for v in self.scheduled() if v.batch in batches}

    @precondition(lambda self: any(v.words for v in self.versions))
    @rule(data=st.data())
    def restore(self, data):
        version = data.draw(st.sampled_from([v for v in self.versions if v.words]))
        drafts.restore(Revision.objects.get(pk=version.pk), self.writer)
        assert self.free(version.name) == version.words

    @precondition(lambda self: self.scheduled())
    @rule(data=st.data())
    def cancel(self, data):
        version = data.draw(st.sampled_from(self.scheduled()))
        try:
            cancelled = publishing.cancel(Revision.objects.get(pk=version.pk), self.reviewer)
        except publishing.CannotPublish:  # something else that is scheduled links to it
            assert self.together([version]) != {v.pk for v in self.scheduled()}
        else:
            assert {revision.pk for revision in cancelled} == self.together([version])
            self.take_back(self.together([version]))

    @rule(name=PAGES)
    def withdraw(self, name):
        gone = publishing.withdraw(self.page(name), self.reviewer, "Out of date")
        self.take_back(Revision.objects.exclude(cancelled_at=None).values_list("pk", flat=True))
        assert not [v for v in self.scheduled() if v.name == name]
        self.versions.append(Version(gone.pk, name, self.now, None))

    @rule(name=PAGES, number=st.integers(0, 3))
    def move(self, name, number):
        page = self.page(name)
        self.former[name].add(page.get_absolute_url())
        publishing.move(page, f"{name}-{number}", self.reviewer)
        self.former[name].discard(self.page(name).get_absolute_url())

    @rule(hours=st.integers(1, 3))
    def wait(self, hours):
        self.now += timedelta(hours=hours)

    @invariant()
    def patients_get_one_version_whole_and_the_right_one(self):
        found = {name: self.client.get(self.page(name).get_absolute_url()) for name in self.keys}
        for name, response in found.items():
            expected = self.in_force(name, self.now)
            status = 404 if expected is None else 410 if expected.words is None else 200
            assert response.status_code == status
            if status == 200:
                assert re.findall(r"word-\w+", response.content.decode()) == expected.words
                assert 404 not in {other.status_code for other in found.values()}  # it links to the other

    @invariant()
    def former_addresses_lead_to_the_page(self):
        for name, paths in self.former.items():
            for path in paths:
                assert self.client.get(path)["Location"] == self.page(name).get_absolute_url()


def test_any_sequence_of_what_staff_do_leaves_patients_a_whole_version(db):
    run_state_machine_as_test(Desk, settings=settings(max_examples=20, stateful_step_count=15, deadline=None))
