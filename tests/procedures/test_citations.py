import pytest

from procedures import advice, citations, drafts
from procedures.models import Page
from procedures.publishing import CannotPublish, publish
from tests.procedures.pages import make_item, make_page, make_section


@pytest.fixture
def page(db):
    page = make_page()
    text = "It helps some. [1] It harms few. [2] It helps [1]; see [x]."
    make_section(page, intro=text, order=1)
    references = make_section(page, heading="References", slug="references", kind="references", order=2)
    make_item(references, term="First", text="Journal 2019.", order=1)
    make_item(references, term="Second", text="Journal 2020.", order=2)
    return page


def test_pointers_lead_to_their_reference_and_back(page, read):
    publish(page)
    document = read("/conditions/new/")
    pointers = document.select(".pointer a")
    assert [a["href"] for a in pointers] == ["#reference-1", "#reference-2", "#reference-1"]
    assert [a["id"] for a in pointers] == ["cited-1-1", "cited-2-1", "cited-1-2"]
    back = [[a["href"] for a in item.select(".pointed-from a")] for item in document.select(".references li")]
    assert back == [["#cited-1-1", "#cited-1-2"], ["#cited-2-1"]]
    assert pointers[0]["aria-label"] == "Reference 1"
    assert "It helps some.1 It harms few.2" in " ".join(document.main.text.split())


def test_a_mark_without_its_reference_is_told_and_never_reaches_patients(page):
    page.sections.filter(slug="heading").update(intro="It helps some. [1] It harms few. [2] See [9].")
    assert "[9] points to a reference that is not there: there are 2." in told(page)
    with pytest.raises(CannotPublish, match=r"“New”: patients would read “\[9\]” without the reference"):
        publish(page)


def test_a_text_that_is_given_free_without_its_references_is_told_and_refused(page, read):
    page.sections.filter(slug="references").update(awaits_review=True)
    assert next(words for words in told(page) if "awaits a clinician" in words).startswith("[1] points to")
    with pytest.raises(CannotPublish, match=r"“\[1\]” without.*“\[2\]” without"):
        publish(page)
    page.sections.update(awaits_review=True)
    assert not [words for words in told(page) if "awaits a clinician" in words]
    with pytest.raises(CannotPublish):
        publish(page, cleared=[page.sections.get(slug="heading").pk])
    assert page.sections.filter(awaits_review=True).count() == 2
    publish(page, cleared=page.sections.values_list("pk", flat=True))
    assert len(read("/conditions/new/").select(".pointer")) == 3


def test_a_reference_that_nothing_points_to_is_told(page):
    page.sections.filter(slug="heading").update(intro="It helps some. [1]")
    assert any(words.startswith("Nothing points to reference 2.") for words in told(page))


def test_the_shipped_drafts_cite_each_of_their_references(content):
    assert not [words for words in told(Page.objects.get(slug="kyphoplasty")) if "reference" in words]


def told(page):
    return advice.of(drafts.current(page))


def test_the_shipped_drafts_number_their_references_in_the_order_in_which_texts_name_them(content):
    numbers = list(dict.fromkeys(citations.cited(drafts.current(Page.objects.get(slug="kyphoplasty")))))
    assert numbers == list(range(1, 12))
