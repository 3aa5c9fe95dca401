from importlib import import_module

from django.apps import apps

from procedures import drafts
from procedures.models import Clinician, Page, Revision
from procedures.publishing import differs_from_live, publish
from tests.procedures.pages import make_review

snapshots = import_module("procedures.migrations.0004_snapshots")
reviews = import_module("procedures.migrations.0005_reviews")


def as_it_was(snapshot):
    """As snapshots were before the content desk."""
    for key in ("body_location", "effective_on"):
        del snapshot[key]
    for section in snapshot["sections"]:
        del section["meaning"]
        for holder in (section, *section["items"]):
            holder.pop("urgency", None)
            if holder["link"]:
                del holder["link"]["page"], holder["link"]["text"]
    return snapshot


def test_snapshots_of_before_the_content_desk_are_completed(content):
    for revision in Revision.objects.all():
        revision.snapshot = as_it_was(revision.snapshot)
        revision.save()
    snapshots.complete(apps, None)
    pages = Page.objects.exclude(slug="kyphoplasty")  # whose meanings and part of the body are new
    assert pages.count() == 12 and not any(differs_from_live(page) for page in pages)
    texts = {
        section["slug"]: section["link"]["text"]
        for section in Revision.objects.get(page__slug="kyphoplasty").snapshot["sections"]
        if section["link"]
    }
    assert texts == {"conditions-treated": "All Conditions Treated"}


def test_who_changed_a_draft_last_is_its_writer_when_nobody_published_it_since(content, admin_user):
    new, old = Page.objects.get(slug="trauma"), Page.objects.get(slug="cancer")
    for page in (new, old):
        drafts.changed(page, admin_user)
        page.draft_writers.clear()
    publish(old)
    reviews.remember_writers(apps, None)
    assert drafts.writers(new) == {admin_user.pk} and not drafts.writers(old)


def test_reviewers_of_before_are_named_as_they_are(content):
    page = Page.objects.get(slug="trauma")
    (revision,) = publish(page, review=make_review())
    Clinician.objects.update(name="Ada Smith")
    reviews.keep_reviewers(apps, None)
    revision.refresh_from_db()
    assert revision.reviewer == "Ada Smith, MD"
