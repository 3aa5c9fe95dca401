"""Who wrote medical content does not publish it, whoever touched it after them."""

from datetime import timedelta

from django.utils import timezone

from contact.models import Practice
from procedures import drafts
from procedures.models import Page, Revision
from procedures.publishing import cancel, publish
from tests.procedures.pages import make_review, publish_form, refusal
from tests.procedures.test_page_admin import form_of
from tests.staff import make_staff, sign_in


def reword(page, by):
    Page.objects.filter(pk=page.pk).update(introduction=f"Words {Revision.objects.count()} of {by}")
    drafts.changed(page, by)


def test_four_eyes_see_medical_content_unless_the_practice_is_one_person(page, reviewer):
    reword(page, reviewer)
    assert "Another reviewer publishes it" in refusal(page, reviewer)
    assert publish(page, by=make_staff("rob", "Reviewer"), review=make_review())
    Practice.objects.update(one_person_publishes=True)
    reword(page, reviewer)
    (revision,) = publish(page, by=reviewer, review=make_review())
    assert revision.written_by == revision.made_by == reviewer


def test_a_reviewer_does_not_publish_own_words_after_somebody_else_touched_the_page(page, reviewer):
    reword(page, reviewer)
    drafts.shift(page.sections.last(), make_staff("edna", "Content editor"), up=True)
    assert "Another reviewer publishes it" in refusal(page, reviewer)
    (revision,) = publish(page, by=make_staff("rob", "Reviewer"), review=make_review())
    assert {writer.username for writer in revision.writers.all()} == {"rita", "edna"}


def test_who_wrote_is_forgotten_when_another_published_it(page, reviewer):
    reword(page, reviewer)
    publish(page, by=make_staff("rob", "Reviewer"), review=make_review())
    reword(page, make_staff("edna", "Content editor"))
    assert publish(page, by=reviewer, review=make_review())


def test_any_reviewer_may_renew_the_review_of_a_page_without_new_words(page, reviewer):
    drafts.changed(page, reviewer)
    (revision,) = publish(page, by=reviewer, review=make_review())
    assert not revision.writers.exists()


def test_who_wrote_what_was_cancelled_does_not_publish_it_either(page, reviewer):
    other, soon = make_staff("rob", "Reviewer"), timezone.now() + timedelta(hours=1)
    reword(page, reviewer)
    (revision,) = publish(page, by=other, live_from=soon, review=make_review())
    cancel(revision, other)
    assert "Another reviewer publishes it" in refusal(page, reviewer)


def test_who_wrote_a_section_that_is_held_back_does_not_give_it_to_patients(content, reviewer):
    page, other = Page.objects.get(slug="kyphoplasty"), make_staff("rob", "Reviewer")
    risks = page.sections.get(slug="risks")
    drafts.shift(risks.items.last(), reviewer, up=True)
    publish(page, by=other, review=make_review())
    publish(page, by=reviewer, review=make_review())
    cleared = [risks.pk, page.sections.get(slug="references").pk]
    assert "Another reviewer publishes it" in refusal(page, reviewer, cleared=cleared)
    assert publish(page, by=other, review=make_review(), cleared=cleared)
    assert not drafts.writers(page)


def test_who_wrote_a_kept_draft_does_not_publish_it_when_somebody_restored_it(page, reviewer):
    other, live = make_staff("edna", "Content editor"), Revision.objects.live().get(page=page)
    reword(page, reviewer)
    kept = drafts.restore(live, other)
    publish(page, by=reviewer, review=make_review())
    drafts.restore(kept, other)
    assert "Another reviewer publishes it" in refusal(page, reviewer)


def test_restoring_what_the_draft_says_already_makes_nobody_its_writer(page, reviewer):
    drafts.restore(Revision.objects.live().get(page=page), reviewer)
    assert not drafts.writers(page)


def test_the_desk_remembers_who_changed_a_page_and_its_sections(page, client):
    edna, rita = make_staff("edna", "Content editor"), make_staff("rita", "Reviewer")
    section = page.sections.get(kind="bullets")
    sign_in(client, edna)
    client.post(f"/admin/procedures/page/{page.pk}/change/", form_of(page, **{"sections-0-heading": "New"}))
    assert drafts.writers(page) == {edna.pk}
    sign_in(client, rita)
    sent = {"heading": "Typed", "slug": section.slug, "kind": section.kind}
    sent |= {"items-TOTAL_FORMS": 0, "items-INITIAL_FORMS": 0}
    client.post(f"/admin/procedures/section/{section.pk}/change/", sent)
    assert drafts.writers(page) == {edna.pk, rita.pk}


def test_who_holds_a_section_back_does_not_publish_the_page_without_it(page, reviewer, client):
    section = page.sections.get(kind="bullets")
    sign_in(client, reviewer)
    sent = {"heading": section.heading, "slug": section.slug, "kind": section.kind, "awaits_review": "on"}
    sent |= {"items-TOTAL_FORMS": 0, "items-INITIAL_FORMS": 0}
    client.post(f"/admin/procedures/section/{section.pk}/change/", sent)
    assert "Another reviewer publishes it" in refusal(page, reviewer)


def test_publishing_ones_own_words_is_logged(page, client):
    Practice.objects.update(one_person_publishes=True)
    alone = make_staff("ria", "Reviewer")
    sign_in(client, alone)
    reword(page, alone)
    client.post(f"/admin/procedures/page/{page.pk}/publish/", publish_form(page))
    told = client.get(f"/admin/procedures/page/{page.pk}/history/").content.decode()
    assert "Published. By one who wrote it." in told
