import json
import re
import struct
from datetime import time, timedelta
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone

from contact import opening_hours
from contact.models import OpeningHours, Practice
from procedures import illustrations
from procedures.models import Item, Page, Revision, Section
from procedures.models.revision import today
from procedures.publishing import CannotPublish, publish
from tests.addresses import PUBLIC
from tests.procedures.pages import make_review
from tests.staff import make_staff

PAGES = [path for path in PUBLIC if not path.startswith("/contact/")]
DESCRIBED = [path for path in PUBLIC if path != "/contact/sent/"]


def graph(document):
    data = json.loads(document.find("script", type="application/ld+json").string)
    return {node["@type"]: node for node in data["@graph"]}


def test_breadcrumbs_lead_home_and_name_the_page_itself(content, read):
    crumbs = read("/procedures/kyphoplasty/").find("nav", class_="breadcrumbs").find_all("li")
    assert [crumb.text for crumb in crumbs] == ["Home", "Procedures", "Kyphoplasty"]
    assert crumbs[2].find(attrs={"aria-current": "page"})
    assert [a["href"] for crumb in crumbs for a in crumb.find_all("a")] == ["/", "/procedures/"]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/procedures/kyphoplasty/", "Procedures"),
        ("/conditions/", "Conditions Treated"),
        ("/conditions/cancer/", "Conditions Treated"),
        ("/contact/", "Request a consultation"),
    ],
)
def test_the_navigation_marks_where_you_are(content, read, path, current):
    assert [a.text for a in read(path).header.select("[aria-current]")] == [current]


def test_a_condition_page_opens_the_form_that_knows_it(content, read):
    assert read("/conditions/cancer/").article.find("a", href="/contact/?about=cancer")


def test_a_drawing_that_is_gone_leaves_the_page_standing(content, read):
    revision = Revision.objects.live().get(page__slug="cancer")
    revision.snapshot["sections"][0]["illustration"] = "gone"
    revision.save()
    assert read("/conditions/cancer/").h1


def test_on_this_page_links_to_every_section(content, read):
    document = read("/procedures/kyphoplasty/")
    links = [a["href"].removeprefix("#") for a in document.find(class_="contents").find_all("a")]
    assert links == [section.h2["id"] for section in document.article.find_all("section")]


@pytest.mark.parametrize("path", DESCRIBED)
def test_head_describes_the_page_and_names_its_one_address(content, read, path):
    head = read(path).head
    summary = head.find("meta", attrs={"name": "description"})["content"]
    assert summary and head.find("meta", property="og:description")["content"] == summary
    assert head.find("link", rel="canonical")["href"] == f"http://127.0.0.1:8000{path}"
    assert head.find("meta", property="og:url")["content"] == f"http://127.0.0.1:8000{path}"


def test_canonical_does_not_repeat_a_forged_host(content, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    assert b"evil" not in client.get("/privacy/", headers={"host": "evil.example"}).content
    assert b"evil" not in client.get("/sitemap.xml", headers={"host": "evil.example"}).content


@pytest.mark.parametrize("path", PAGES)
def test_structured_data_says_only_what_the_page_shows(content, read, path):
    document = read(path)
    shown = " ".join(document.body.text.split())
    nodes = graph(document)
    page = nodes.get("MedicalWebPage") or nodes["WebPage"]
    assert page["name"] in shown and page["description"] in shown
    assert nodes["MedicalBusiness"]["name"] in shown
    assert set(nodes["MedicalBusiness"]) == {"@type", "@id", "name", "url", "telephone"}
    assert document.find("a", href=f"tel:{nodes['MedicalBusiness']['telephone']}")
    trail = [entry["name"] for entry in nodes.get("BreadcrumbList", {}).get("itemListElement", [])]
    assert trail == [crumb.text for crumb in document.select(".breadcrumbs li")]


def test_the_procedure_is_a_medical_procedure(content, read):
    nodes = graph(read("/procedures/kyphoplasty/"))
    assert nodes["MedicalProcedure"]["name"] == "Kyphoplasty"
    assert nodes["MedicalWebPage"]["about"] == {"@id": nodes["MedicalProcedure"]["@id"]}


def words(text):
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


# What a machine alone reads (what things are, and where), and what the page shows in other words.
FOR_MACHINES = {"@context", "@type", "@id", "url", "item", "inLanguage"}
IN_OTHER_WORDS = {"telephone", "lastReviewed", "openingHoursSpecification"}


def sayings(value):
    """Every string of a graph that says something."""
    if isinstance(value, dict):
        for key in value.keys() - FOR_MACHINES - IN_OTHER_WORDS:
            yield from sayings(value[key])
    elif isinstance(value, list):
        for part in value:
            yield from sayings(part)
    elif isinstance(value, str):
        yield value


def visible(document):
    """The words of the page, but for drawings and pointers, which stand between those of a sentence."""
    for tag in document.body.select("svg, figcaption, .pointer, script"):
        tag.extract()
    return words(document.body.get_text(" "))


@pytest.fixture
def everything_told(content):
    """Details, hours and a review, with all that awaited a clinician given free."""
    Practice.objects.filter(pk=1).update(address="1 Example Street\nNew Orleans", email="desk@example.com")
    for weekday in range(5):
        OpeningHours.objects.create(weekday=weekday, opens=time(8), closes=time(12))
        OpeningHours.objects.create(weekday=weekday, opens=time(13), closes=time(16, 30))
    reviewer, review = make_staff("rita", "Reviewer"), make_review()
    cleared = list(Section.objects.values_list("pk", flat=True))
    for page in Page.objects.all():
        publish(page, by=reviewer, review=review, cleared=cleared)


@pytest.mark.parametrize("path", PAGES)
def test_every_word_of_the_structured_data_is_on_the_page(everything_told, read, path):
    document = read(path)
    nodes, reviewed = graph(document), document.select_one(".review time")
    page = nodes.get("MedicalWebPage") or nodes["WebPage"]
    assert page.get("lastReviewed") == (reviewed["datetime"] if "reviewedBy" in page else None)
    shown = visible(document)
    assert [said for said in sayings(nodes) if words(said) not in shown] == []
    hours = [
        SimpleNamespace(
            weekday=opening_hours.WEEKDAYS.index(told["dayOfWeek"].removeprefix("https://schema.org/")),
            opens=time.fromisoformat(told["opens"]),
            closes=time.fromisoformat(told["closes"]),
        )
        for told in nodes["MedicalBusiness"]["openingHoursSpecification"]
    ]
    assert all(words(line) in shown for line in opening_hours.in_words(hours))
    assert document.find("a", href=f"tel:{nodes['MedicalBusiness']['telephone']}")


def test_the_structured_data_that_is_held_against_the_page_is_all_there_is(everything_told, read):
    nodes = graph(read("/procedures/kyphoplasty/"))
    assert set(nodes["MedicalProcedure"]) >= {"bodyLocation", "howPerformed", "preparation", "followup"}
    assert {"lastReviewed", "reviewedBy"} <= set(nodes["MedicalWebPage"])
    assert {"address", "email", "openingHoursSpecification"} <= set(nodes["MedicalBusiness"])


@pytest.mark.parametrize("slug", ["home", "conditions", "cancer", "kyphoplasty", "accessibility"])
def test_no_template_leaves_out_introduction_sections_or_review(content, read, slug):
    page = Page.objects.get(slug=slug)
    path = page.get_absolute_url()
    Page.objects.filter(pk=page.pk).update(introduction="Words before all sections.")
    for kind in ("facts", "prose"):
        section = Section.objects.create(
            page=page, heading=f"New {kind}", slug=f"new-{kind}", kind=kind, intro="Intro"
        )
        Item.objects.create(section=section, term="Term", text="Words of the section.")
    publish(page, by=make_staff("rita", "Reviewer"), review=make_review())
    documents = [read(path)] + ([read(f"{path}handout/")] if page.kind == "procedure" else [])
    for document in documents:
        assert "Words before all sections." in document.main.text
        assert document.main.text.count("Words of the section.") == 2
        assert len(document.select("main .review")) == 1


@pytest.mark.parametrize(
    ("part", "is_said"), [("elbow", False), ("pine", False), ("Spine", True), ("", True)]
)
def test_search_engines_are_told_no_part_of_the_body_that_the_page_does_not_name(content, part, is_said):
    page = Page.objects.get(slug="kyphoplasty")
    Page.objects.filter(pk=page.pk).update(body_location=part)
    if is_said:
        assert publish(page)
    else:
        with pytest.raises(CannotPublish, match=f"does not say “{part}”.* Use a word that the page uses"):
            publish(page)


def test_what_it_says_of_the_procedure_is_on_the_page_word_for_word(content, read):
    document = read("/procedures/kyphoplasty/")
    shown = words(document.main.get_text(" "))
    subject = graph(document)["MedicalProcedure"]
    assert set(subject) >= {"bodyLocation", "howPerformed", "followup"} and "preparation" not in subject
    assert words(subject["bodyLocation"]) in shown
    for meaning, slug in (("howPerformed", "how-it-works"), ("followup", "after")):
        section = document.find(id=slug).find_parent("section")
        for tag in section.select("svg, figcaption"):
            tag.extract()
        section.h2.extract()
        assert words(subject[meaning]) == words(section.get_text(" "))


def test_a_review_is_in_the_structured_data_when_the_page_tells_it(content, read, admin_user):
    page = Page.objects.get(slug="kyphoplasty")
    assert "lastReviewed" not in graph(read("/procedures/kyphoplasty/"))["MedicalWebPage"]
    publish(page, by=make_staff("rita", "Reviewer"), review=make_review())
    document = read("/procedures/kyphoplasty/")
    node = graph(document)["MedicalWebPage"]
    line = document.select_one(".review")
    assert node["lastReviewed"] == line.time["datetime"]
    assert node["reviewedBy"] == {"@type": "Person", "name": "Ada Doe", "honorificSuffix": "MD"}
    assert "Ada Doe, MD" in line.text


def test_a_notice_says_since_when_it_is_in_effect(content, read):
    page = Page.objects.get(slug="accessibility")
    (line,) = read("/accessibility/").select(".review")
    assert line.time["datetime"] == Revision.objects.live().get(page=page).live_on.isoformat()
    assert not read("/privacy/").select(".review")  # it is still to be written
    Page.objects.filter(pk=page.pk).update(effective_on="2026-01-02")
    publish(page)
    assert read("/accessibility/").select_one(".review").text == "In effect since January 2, 2026."


def test_mending_a_word_of_a_notice_puts_it_into_no_new_effect(content, read):
    page = Page.objects.get(slug="privacy")
    page.revisions.update(live_from=timezone.now() - timedelta(days=30))  # when it was still to be written
    Page.objects.filter(pk=page.pk).update(is_placeholder=False)
    (written,) = publish(page)
    publish(page, live_from=timezone.now() + timedelta(days=1))
    Revision.objects.filter(pk=written.pk).update(live_from=timezone.now() - timedelta(days=10))
    Page.objects.filter(pk=page.pk).update(summary="A word was mended.")
    publish(page)
    line = read("/privacy/").select_one(".review")
    assert line.time["datetime"] == (today() - timedelta(days=10)).isoformat()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_links_to_the_notices(content, read, path):
    links = {a["href"] for a in read(path).footer.find_all("a")}
    assert {"/privacy/", "/nondiscrimination/", "/good-faith-estimate/", "/accessibility/"} <= links


@pytest.mark.parametrize("path", DESCRIBED)
def test_a_page_is_shared_with_the_sites_picture(content, read, path):
    image = read(path).head.find("meta", property="og:image")["content"]
    found = finders.find(image.removeprefix("http://127.0.0.1:8000/static/"))
    with open(found, "rb") as file:
        assert file.read(24)[16:] == struct.pack(">II", 1200, 630)  # a PNG's width and height
    assert read(path).head.find("meta", property="og:image:alt")["content"]


def test_details_that_staff_fill_in_appear_in_footer_and_structured_data(content, read):
    details = {
        "address": "1 Example Street\nNew Orleans",
        "email": "desk@example.com",
        "hours_note": "We answer the phone from 7:30 am.",
    }
    Practice.objects.filter(pk=1).update(**details)
    document = read("/privacy/")
    footer = document.footer.get_text("\n")
    assert all(line in footer for value in details.values() for line in value.splitlines())
    assert document.footer.find("a", href="mailto:desk@example.com")
    assert graph(document)["MedicalBusiness"]["email"] == "desk@example.com"


def test_what_staff_write_is_text_never_markup(content, client):
    page = Page.objects.get(slug="cancer")
    page.summary = "</script><script>alert(1)</script> & <b>bold</b>"
    page.save()
    publish(page)
    body = client.get("/conditions/cancer/").content.decode()
    assert "<script>alert" not in body and "<b>bold" not in body
    assert "&lt;b&gt;bold" in body


def test_a_placeholder_says_so(content, read):
    assert "This notice is not finished." in read("/privacy/").main.text
    assert "This notice is not finished." not in read("/accessibility/").main.text


def test_an_empty_line_starts_a_paragraph_whatever_the_line_ends(content, read):
    page = Page.objects.get(slug="cancer")
    page.introduction = "One\r\n\r\nTwo\nstill two\n\n\n\nThree"
    page.save()
    publish(page)
    paragraphs = [" ".join(p.text.split()) for p in read("/conditions/cancer/").select(".introduction p")]
    assert paragraphs == ["One", "Two still two", "Three"]


@pytest.mark.parametrize("kind", Section.Kind.values)
def test_every_kind_of_section_has_its_template_and_shows_its_words(content, read, kind):
    page = Page.objects.get(slug="cancer")
    section = Section.objects.create(page=page, heading="New", slug="new", kind=kind, intro="Intro", order=99)
    Item.objects.create(
        section=section,
        term="Term",
        text="Text",
        urgency="urgent",
        linked_page=Page.objects.get(slug="trauma"),
    )
    publish(page)
    shown = read("/conditions/cancer/").find(id="new").find_parent("section")
    assert all(word in shown.text for word in ("Intro", "Term", "Text"))
    assert shown.find("a", href="/conditions/trauma/")


@pytest.mark.parametrize(("name", "label"), illustrations.choices())
def test_every_drawing_says_what_to_notice_and_has_its_caption(name, label):
    drawing = BeautifulSoup(render_to_string(illustrations.template_name(name)), "html.parser").figure
    assert drawing.svg["role"] == "img" and len(drawing.svg["aria-label"]) > 60
    assert drawing.figcaption.text.endswith(".")


def test_each_step_of_the_procedure_is_drawn(content, read):
    steps = read("/procedures/kyphoplasty/").find(id="how-it-works").find_parent("section").ol
    assert all(step.figure.svg for step in steps.find_all("li", recursive=False))


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_reading_pages_answer_nothing_but_reading(content, client, method):
    assert getattr(client, method)("/procedures/kyphoplasty/").status_code == 405
    assert client.head("/procedures/kyphoplasty/").status_code == 200


def test_sitemap_names_every_public_page_once_with_its_date(content, client):
    body = client.get("/sitemap.xml").content.decode()
    assert body.count("<loc>") == body.count("<lastmod>") == len(PAGES)
    assert all(f"<loc>http://127.0.0.1:8000{path}</loc>" in body for path in PAGES)


@pytest.mark.parametrize("path", PUBLIC)
def test_search_engines_keep_what_patients_read_and_not_the_form(content, read, path):
    robots = read(path).head.find("meta", attrs={"name": "robots"})
    assert (robots is None) is (path in PAGES)


def test_robots_points_to_the_sitemap(client):
    assert b"Sitemap: http://127.0.0.1:8000/sitemap.xml" in client.get("/robots.txt").content
