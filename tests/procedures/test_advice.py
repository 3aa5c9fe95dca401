import re

import pytest
import textstat

from procedures import advice, drafts, reading_grade, snapshots
from procedures.models import Item, Page
from procedures.publishing import publish
from tests.procedures.pages import make_page, make_section


def told(page):
    return advice.of(drafts.current(page))


def test_a_page_that_is_well_written_gets_no_advice(content):
    assert told(Page.objects.get(slug="kyphoplasty")) == []


@pytest.mark.parametrize("slug", ["kyphoplasty", "cancer", "trauma", "osteoporosis", "helping-someone-else"])
def test_the_grade_is_near_that_of_a_dictionary(content, slug):
    """Within half a grade of textstat's, on each page of ours that is long enough for either to mean much."""
    texts = advice._as_sentences(snapshots.texts(drafts.current(Page.objects.get(slug=slug))))
    assert abs(reading_grade.of(texts) - textstat.flesch_kincaid_grade(texts)) <= 0.5


@pytest.mark.parametrize(
    ("word", "number"),
    [("cat", 1), ("vertebra", 3), ("notes", 1), ("titles", 2), ("places", 2), ("helped", 1), ("needed", 2)],
)
def test_syllables_are_counted(word, number):
    assert reading_grade._syllables(word) == number


def test_a_few_words_have_no_grade():
    assert reading_grade.of("Two words") is None


def test_a_hard_page_is_told_its_grade_and_its_hardest_section(db):
    page = make_page(summary="What is hard about it, in words that are as long as a summary should be.")
    make_section(page, heading="Easy", intro="You can read this. It is not hard at all.")
    hard = (
        "Multidisciplinary rehabilitation necessitates individualized interprofessional collaboration. " * 9
    )
    make_section(page, heading="Hard", slug="hard", intro=hard)
    (words,) = told(page)
    assert re.match(r"The page reads at grade \d+\.\d\. Aim for 7: .* “Hard” is the hardest, with", words)


def test_lengths_headings_and_links_are_told(content):
    page = make_page(title="T" * 61, summary="Short.")
    target = make_page("target", title="Target")
    make_section(page, linked_page=target)
    make_section(page, slug="again", heading="heading ")
    assert told(page) == [
        "The title has 61 characters. Search engines show 60.",
        "The summary has 6 characters. 50 to 160 are best: search engines show as many.",
        "Two sections are called “Heading”. Give each a heading of its own.",
        "It links to “Target”, which patients cannot read yet. Publish both together.",
    ]


def old_titles_told(page):
    page.refresh_from_db()
    return [words for words in advice.for_page(page, drafts.current(page)) if "still calls" in words]


def test_pages_that_call_a_retitled_page_by_its_old_title_are_named(content, admin_client):
    page, other = Page.objects.get(slug="cancer"), make_page("other", title="Other")
    section = make_section(other, linked_page=page)
    publish(other)
    assert old_titles_told(page) == []
    Page.objects.filter(pk=page.pk).update(title="Cancer of the spine")
    told = [
        f"“{title}” still calls this page “Cancer”, in a link that patients read. Once this page is "
        "published, put the new title there, and publish that page again."
        for title in ("Kyphoplasty", "Other")
    ]
    assert old_titles_told(page) == told
    body = admin_client.get(f"/admin/procedures/page/{page.pk}/publish/").content.decode()
    assert told[0] in body
    publish(page)
    assert old_titles_told(page) == told
    publish(other)
    assert old_titles_told(page) == told[:1]
    section.link_text = "What cancer does"
    section.save()
    Item.objects.filter(section__page__slug="kyphoplasty", linked_page=page).update(
        term="Cancer of the spine"
    )
    publish(Page.objects.get(slug="kyphoplasty"), other)
    assert old_titles_told(page) == []


def test_a_drawing_without_words_is_told(db, monkeypatch):
    page = make_page(summary="A summary that is as long as search engines like it to be, and no longer.")
    make_section(page, illustration="gone")
    assert told(page) == ["The drawing “gone” has no words for those who cannot see it. Choose another."]
