"""Drafts, clinicians and reviews, for the tests."""

from datetime import timedelta

import pytest

from procedures.admin import changes
from procedures.models import Clinician, Item, Page, Section
from procedures.models.revision import today
from procedures.publishing import CannotPublish, Review, publish


def make_page(slug="new", **overrides):
    fields = {"kind": "condition", "slug": slug, "title": "New", "summary": "A summary."}
    return Page.objects.create(**(fields | overrides))


def make_section(page, **overrides):
    fields = {"page": page, "heading": "Heading", "slug": "heading", "intro": "Text."}
    return Section.objects.create(**(fields | overrides))


def make_item(section, **overrides):
    return Item.objects.create(**({"section": section, "text": "Text"} | overrides))


def make_clinician(**overrides):
    return Clinician.objects.create(**({"name": "Ada Doe", "degree": "MD"} | overrides))


def make_review(**overrides):
    clinician = Clinician.objects.first() or make_clinician()
    return Review(**({"by": clinician, "on": today(), "next_on": today() + timedelta(days=365)} | overrides))


def publish_form(page, **overrides):
    """What the browser sends when the form of the screen “Publish” is submitted."""
    clinician = Clinician.objects.first() or make_clinician()
    data = {
        "reviewed_by": clinician.pk,
        "reviewed_on": today().isoformat(),
        "next_review_on": (today() + timedelta(days=365)).isoformat(),
        "when": "now",
        "note": "New words",
        "seen": changes.of(page).fingerprint,
    }
    return data | overrides


def refusal(page, by, **options):
    """Why this person may not publish the page, in words."""
    with pytest.raises(CannotPublish) as refused:
        publish(page, by=by, **({"review": make_review()} | options))
    return str(refused.value)
