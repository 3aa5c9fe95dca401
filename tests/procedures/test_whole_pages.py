"""Whatever staff do and in whatever order, patients get a published page, whole, and never a draft."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from procedures import drafts, publishing
from procedures.models import Revision
from tests.procedures.pages import make_item, make_page, make_section
from tests.staff import make_staff

WORDS = st.sampled_from(["One", "Two", "Three", ""])


class Desk(RuleBasedStateMachine):
    """A page of two sections whose words are always the same in both, when it is published whole."""

    def __init__(self):
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.reviewer = make_staff("rita", "Reviewer")
        self.page = make_page()
        for order, slug in enumerate(("first", "second")):
            make_item(make_section(self.page, slug=slug, kind="bullets", intro="", order=order), text="Zero")
        self.now = timezone.now()
        self.due = []  # of each published version: when it is live from, its number, its words or None
        self.number = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def draft(self):
        return [section.items.get().text for section in self.page.sections.order_by("slug")]

    @rule(words=WORDS)
    def edit_both(self, words):
        for section in self.page.sections.all():
            section.items.update(text=words)

    @rule(words=WORDS)
    def edit_one(self, words):
        self.page.sections.get(slug="first").items.update(text=words)

    @rule(up=st.booleans())
    def reorder(self, up):
        drafts.shift(self.page.sections.get(slug="second"), self.reviewer, up=up)

    @rule(hours=st.integers(0, 5))
    def publish(self, hours):
        words = self.draft()
        live_from = self.now + timedelta(hours=hours)
        try:
            (made,) = publishing.publish(self.page, live_from=live_from)
        except publishing.CannotPublish:
            assert "" in words
        else:
            assert "" not in words
            self.due.append((live_from, made.pk, words))

    @precondition(lambda self: self.due)
    @rule(data=st.data())
    def restore(self, data):
        _, pk, words = data.draw(st.sampled_from([entry for entry in self.due if entry[2]]))
        drafts.restore(Revision.objects.get(pk=pk), self.reviewer)
        assert self.draft() == words

    @precondition(lambda self: any(live_from > self.now for live_from, _, _ in self.due))
    @rule()
    def cancel_all(self):
        # As publishing.cancel does, at this machine's own time.
        later = Revision.objects.filter(page=self.page, live_from__gt=self.now)
        later.update(cancelled_at=self.now)
        self.due = [entry for entry in self.due if entry[0] <= self.now]

    @rule(hours=st.integers(1, 3))
    def wait(self, hours):
        self.now += timedelta(hours=hours)

    @invariant()
    def patients_get_one_version_whole_and_the_right_one(self):
        live = Revision.objects.live(self.now).filter(page=self.page)
        expected = max((entry for entry in self.due if entry[0] <= self.now), default=None)
        shown = [
            [
                section["items"][0]["text"]
                for section in sorted(r.snapshot["sections"], key=lambda s: s["slug"])
            ]
            for r in live
        ]
        assert shown == ([expected[2]] if expected else [])


def test_any_sequence_of_edits_publications_and_restorations(db):
    run_state_machine_as_test(Desk, settings=settings(max_examples=40, stateful_step_count=15, deadline=None))
