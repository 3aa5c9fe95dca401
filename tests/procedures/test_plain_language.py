"""Pages of medical content read at grade seven or below (Flesch-Kincaid) and explain their hard words."""

import re

import pytest
import textstat

PAGES = [
    "/procedures/kyphoplasty/",
    "/conditions/osteoporosis/",
    "/conditions/trauma/",
    "/conditions/cancer/",
    "/conditions/spinal-deformities/",
    "/helping-someone-else/",
]
HARDEST = 7.0
# Words that patients meet here first: each is explained in the very paragraph that first uses it.
HARD = ["osteoporosis", "kyphoplasty", "vertebra", "fluoroscopy"]


def sentences(article, selector):
    """The texts of the elements, each ended as a sentence; what only guides the reader around is left out."""
    for part in article.find_all(["details", "svg"]):
        part.extract()
    for tag in article.select(selector):
        text = re.sub(r" ([.,:;)])", r"\1", " ".join(tag.get_text(" ").split())).rstrip(":")
        yield text if text[-1] in ".!?" else f"{text}."


@pytest.mark.parametrize("path", PAGES)
def test_the_whole_page_reads_at_grade_seven_or_below(content, read, path):
    text = "\n".join(sentences(read(path).article, "h1, h2, h3, p, dt, dd, figcaption"))
    assert textstat.flesch_kincaid_grade(text) <= HARDEST, text


@pytest.mark.parametrize("path", PAGES)
def test_its_sentences_do_so_without_the_help_of_short_headings(content, read, path):
    article = read(path).article
    text = "\n".join(sentence for sentence in sentences(article, "p") if len(sentence.split()) > 5)
    assert textstat.flesch_kincaid_grade(text) <= HARDEST, text


@pytest.mark.parametrize("word", HARD)
@pytest.mark.parametrize("path", PAGES[:-1])
def test_a_hard_word_is_explained_where_the_page_first_uses_it(content, read, path, word):
    article = read(path).article
    article.find("details").extract()
    uses = [tag for tag in article.find_all(["p", "li", "dd"]) if re.search(rf"\b{word}", tag.text, re.I)]
    if uses:
        assert any(re.match(word, dfn.text, re.I) for dfn in uses[0].find_all("dfn")), uses[0].text


def test_marks_of_definition_never_show_as_underscores(content, read):
    for path in PAGES:
        assert "_" not in read(path).article.text
