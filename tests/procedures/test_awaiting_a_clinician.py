"""What awaits a clinician is hedged as its sources hedge it, plain, and kept from patients."""

import pytest
import textstat

from procedures import advice, drafts, snapshots
from procedures.models import Page

SLUGS = [
    "risks",
    "who-should-not",
    "other-options",
    "how-to-prepare",
    "research",
    "when-to-call",
    "questions-to-ask",
]


@pytest.fixture
def sections(content):
    return {
        section["slug"]: section
        for section in drafts.current(Page.objects.get(slug="kyphoplasty"))["sections"]
    }


def words(section):
    return advice._as_sentences(snapshots.section_texts(section))


@pytest.mark.parametrize("slug", [*SLUGS, "references"])
def test_they_await_a_clinician(sections, slug):
    assert sections[slug]["awaits_review"]


@pytest.mark.parametrize("slug", SLUGS)
def test_each_reads_at_grade_seven_or_below(sections, slug):
    assert textstat.flesch_kincaid_grade(words(sections[slug])) <= 7.0


def test_research_is_told_with_what_speaks_against_the_procedures(sections):
    told = words(sections["research"])
    for part in (
        "people knew what they got",
        "Three found no clear difference.",
        "vertebroplasty had no benefit over a sham that matters to patients",
        "too little proof that it is better than care without surgery, than vertebroplasty, or than other",
    ):
        assert part in told
    assert "It is not clear how much a brace helps." in words(sections["other-options"])


def test_no_rate_of_harm_is_claimed(sections):
    told = words(sections["risks"]).lower()
    assert not [word for word in ("rare", "common", "most", "usually") if word in told]


def test_the_card_for_911_names_each_sign_of_an_emergency(sections):
    (card,) = [item for item in sections["when-to-call"]["items"] if item["urgency"] == "emergency"]
    for sign in (
        "breathing",
        "chest",
        "faint",
        "face or your throat",
        "weakness or numbness in a leg",
        "between your legs",
        "cannot pass urine",
        "bladder or your bowel",
    ):
        assert sign in card["text"]
