"""What is medical is published by a reviewer who did not write it, and names the clinician."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from ascentpain import morning
from procedures import notices, summary
from procedures.models import Clinician, Page, Revision
from procedures.models.revision import today
from procedures.publishing import publish
from tests.procedures.pages import make_page, make_review, make_section, publish_form, refusal
from tests.staff import make_staff, sign_in


def test_an_editor_does_not_publish_medical_content_and_a_reviewer_does(page, reviewer):
    assert "a reviewer publishes it" in refusal(page, make_staff("edna", "Content editor"))
    (revision,) = publish(page, by=reviewer, review=make_review())
    assert (revision.made_by, revision.reviewed_by) == (reviewer, Clinician.objects.get())


def test_medical_content_names_its_review(page, reviewer):
    assert "say which clinician reviewed it" in refusal(page, reviewer, review=None)
    tomorrow = today() + timedelta(days=1)
    assert "still to come" in refusal(page, reviewer, review=make_review(on=tomorrow))


@pytest.mark.parametrize("slug", notices.LINKED)
def test_a_notice_that_every_page_links_to_needs_no_review(content, slug):
    notice = Page.objects.get(slug=slug)
    assert publish(notice, by=make_staff("edna", "Content editor"))[0].reviewed_by is None


def test_any_other_notice_needs_a_reviewer_like_medical_content(content, reviewer):
    notice = make_page("cement", kind="notice", title="Is bone cement safe?")
    assert "a reviewer publishes it" in refusal(notice, make_staff("edna", "Content editor"))
    assert "say which clinician reviewed it" in refusal(notice, reviewer, review=None)
    assert publish(notice, by=reviewer, review=make_review())[0].reviewer == "Ada Doe, MD"


def test_the_morning_page_names_a_notice_without_a_reviewer_but_for_those_in_the_foot(content):
    notice = make_page("cement", kind="notice", title="Is bone cement safe?")
    publish(notice)
    unreviewed = dict(summary.live_pages(timezone.now()).unreviewed)
    assert notice.pk in unreviewed
    assert not set(unreviewed) & set(Page.objects.linked_notices().values_list("pk", flat=True))


def test_asking_for_a_review_puts_the_draft_before_the_reviewers(page, reviewer, client):
    sign_in(client, make_staff("edna", "Content editor"))
    client.post(f"/admin/procedures/page/{page.pk}/ask/", {"note": "The second section is new."})
    facts = {fact.label: fact for fact in morning.page(reviewer)["facts"]}
    (link,) = facts["Drafts that wait for a reviewer"].links
    assert link == ("Trauma, asked by edna", f"/admin/procedures/page/{page.pk}/publish/")
    sign_in(client, reviewer)
    assert "The second section is new." in client.get(link[1]).content.decode()
    publish(page, by=reviewer, review=make_review())
    assert not Page.objects.awaiting_review().exists()


def test_the_screen_publishes_what_was_looked_at_or_nothing(page, reviewer, client):
    sign_in(client, reviewer)
    path, sent = f"/admin/procedures/page/{page.pk}/publish/", publish_form(page)
    Page.objects.filter(pk=page.pk).update(title="Changed meanwhile")
    before = Revision.objects.count()
    answer = client.post(path, sent).content.decode()
    assert "Somebody changed a draft meanwhile" in answer
    assert Revision.objects.count() == before
    client.post(path, publish_form(page))
    assert Revision.objects.live().get(page=page).snapshot["title"] == "Changed meanwhile"


def test_the_screen_shows_every_word_that_it_can_publish(content, reviewer, client, read):
    page, target = Page.objects.get(slug="kyphoplasty"), Page.objects.get(slug="trauma")
    Page.objects.filter(pk=target.pk).update(introduction="Words of the other page.")
    never_live = make_page("target", title="Target")
    make_section(never_live, intro="Words of a page that is new.")
    make_section(page, slug="more", linked_page=never_live)
    sign_in(client, reviewer)
    shown = read(f"/admin/procedures/page/{page.pk}/publish/")
    folded = {details.summary.text: details.text for details in shown.select("details.compare-more")}
    assert "Words of the other page." in folded["If you publish “Trauma” with it"]
    assert "Words of a page that is new." in folded["If you publish “Target” with it"]
    held_back = next(text for summary, text in folded.items() if "await a clinician" in summary)
    for section in page.sections.filter(awaits_review=True):
        assert section.heading in held_back
        for item in section.items.all():
            assert " ".join(item.text.split()) in " ".join(held_back.split())
    ids = [element["id"] for element in shown.find_all(id=True)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "change",
    [
        lambda page: Page.objects.filter(slug="cancer").update(introduction="Changed meanwhile"),
        lambda page: page.sections.filter(slug="risks").update(intro="Changed meanwhile"),
        lambda page: publish(page),
    ],
)
def test_what_changed_after_it_was_looked_at_is_shown_first(content, reviewer, client, change):
    page = Page.objects.get(slug="kyphoplasty")
    sign_in(client, reviewer)
    path = f"/admin/procedures/page/{page.pk}/publish/"
    seen = BeautifulSoup(client.get(path).content, "html.parser").find("input", {"name": "seen"})["value"]
    change(page)
    before = Revision.objects.count()
    assert (
        "Somebody changed a draft meanwhile"
        in client.post(path, publish_form(page, seen=seen)).content.decode()
    )
    assert Revision.objects.count() == before


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"reviewed_by": ""}, "Choose the clinician who reviewed the page."),
        ({"reviewed_on": "2999-01-01"}, "That day is still to come."),
        ({"next_review_on": "2020-01-01"}, "The next review must be later than today."),
        ({"note": ""}, "Write what changed, and why."),
        ({"when": "later"}, "Enter the day on which patients get it."),
        ({"when": "later", "day": "2020-01-01", "at": "10:00"}, "That time is over."),
        ({"when": "later", "day": "9999-12-31", "at": "22:00"}, "Enter one within two years."),
        ({"when": "later", "day": "2027-03-14", "at": "02:30"}, "The clocks are changed at that time."),
        ({"when": "later", "day": "2027-11-07", "at": "01:30"}, "The clocks are changed at that time."),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_published(page, reviewer, client, typed, told):
    sign_in(client, reviewer)
    before = Revision.objects.count()
    sent = publish_form(page, **typed)
    answer = client.post(f"/admin/procedures/page/{page.pk}/publish/", sent).content.decode()
    assert told in answer and "Error: " in answer
    assert Revision.objects.count() == before


def test_a_section_that_awaits_a_clinician_never_reaches_patients_until_a_reviewer_gives_it(
    content, reviewer, client
):
    page = Page.objects.get(slug="kyphoplasty")
    held_back = page.sections.filter(awaits_review=True)
    assert held_back.count() == 8
    publish(page, by=reviewer, review=make_review())
    assert b"Bone cement can leak" not in client.get("/procedures/kyphoplasty/").content
    assert b"Bone cement can leak" not in client.get("/procedures/kyphoplasty/handout/").content
    sign_in(client, reviewer)
    chosen = held_back.get(slug="risks"), held_back.get(slug="references")
    sent = publish_form(page, cleared=[section.pk for section in chosen])
    client.post(f"/admin/procedures/page/{page.pk}/publish/", sent)
    shown = client.get("/procedures/kyphoplasty/").content
    assert b"Bone cement can leak" in shown and b"infection in your spine" not in shown
    assert summary.held_back() == [(page.pk, "Kyphoplasty: 6 sections")]


def test_who_may_not_publish_cannot_give_a_section_free(content, client):
    section = Page.objects.get(slug="kyphoplasty").sections.get(slug="risks")
    sign_in(client, make_staff("edna", "Content editor"))
    path = f"/admin/procedures/section/{section.pk}/change/"
    assert b'name="awaits_review"' not in client.get(path).content
    sent = {name: getattr(section, name) for name in ("heading", "slug", "kind", "intro")}
    client.post(path, sent | {"items-TOTAL_FORMS": 0, "items-INITIAL_FORMS": 0})
    section.refresh_from_db()
    assert section.awaits_review


def test_patients_read_who_reviewed_the_page_and_when_only_when_it_is_true(page, reviewer, read):
    assert not read("/conditions/trauma/").select(".review")
    publish(page, by=reviewer, review=make_review(next_on=today() + timedelta(days=10)))
    (line,) = read("/conditions/trauma/").select(".review")
    assert "Reviewed by Ada Doe, MD on" in line.text and "Next review by" in line.text
    assert line.find("a")["href"].startswith("/clinicians/#clinician-")
    Revision.objects.filter(reviewed_by__isnull=False).update(
        reviewed_on=today() - timedelta(days=400), next_review_on=today() - timedelta(days=1)
    )
    (line,) = read("/conditions/trauma/").select(".review")
    assert "This page is being reviewed." in line.text and "Next review by" not in line.text


def test_the_morning_page_names_reviews_that_are_due(page, reviewer):
    publish(page, by=reviewer, review=make_review(next_on=today() + timedelta(days=30)))
    due = summary.live_pages(timezone.now()).due
    assert [key for key, _ in due] == [page.pk] and ", due " in due[0][1]
    assert not summary.live_pages(timezone.now() - timedelta(days=1)).due
    later = timezone.now() + timedelta(days=40)
    assert "overdue since" in summary.live_pages(later).due[0][1]
    assert page.pk not in dict(summary.live_pages(timezone.now()).unreviewed)


def test_a_review_is_no_older_than_the_draft(page, reviewer):
    evening = datetime(2026, 11, 20, 23, 30, tzinfo=ZoneInfo("America/Chicago"))  # in UTC it is the 21st
    Page.objects.filter(pk=page.pk).update(draft_changed_at=evening)
    told = refusal(page, reviewer, review=make_review(on=date(2026, 11, 19)))
    assert told == (
        "“Trauma” was changed after that review, on November 20, 2026. Enter the day on which it was "
        "reviewed as it is now."
    )
    assert publish(page, by=reviewer, review=make_review(on=date(2026, 11, 20)))


def test_the_reviewer_is_named_as_on_the_day_of_the_review(page, reviewer, read, client):
    publish(page, by=reviewer, review=make_review())
    Clinician.objects.update(name="Ada Smith", degree="MD, PhD")
    (line,) = read("/conditions/trauma/").select(".review")
    assert "Reviewed by Ada Doe, MD on" in line.text
    graph = json.loads(read("/conditions/trauma/").find("script", type="application/ld+json").string)
    told = next(node["reviewedBy"] for node in graph["@graph"] if "reviewedBy" in node)
    assert (told["name"], told["honorificSuffix"]) == ("Ada Doe", "MD")
    sign_in(client, reviewer)
    assert (
        "Reviewed by Ada Doe, MD" in client.get(f"/admin/procedures/page/{page.pk}/history/").content.decode()
    )


def test_a_clinician_who_is_no_longer_listed_is_named_without_a_link(page, reviewer, read):
    publish(page, by=reviewer, review=make_review())
    Clinician.objects.update(is_listed=False)
    (line,) = read("/conditions/trauma/").select(".review")
    assert "Ada Doe, MD" in line.text and not line.find("a")


def test_a_draft_may_be_unfit_while_its_sections_are_held_back(db):
    page = make_page()
    make_section(page, kind="bullets", awaits_review=True)
    assert publish(page)[0].snapshot["sections"] == []


def test_pages_that_link_to_each_other_are_published_together_from_the_screen(content, reviewer, client):
    target = make_page("target", title="Target")
    page = make_page()
    make_section(page, linked_page=target)
    sign_in(client, reviewer)
    path = f"/admin/procedures/page/{page.pk}/publish/"
    assert "Publish with it" in client.get(path).content.decode()
    answer = client.post(path, publish_form(page)).content.decode()
    assert "which is not published" in answer and not page.revisions.exists()
    client.post(path, publish_form(page, also=[target.pk]))
    assert client.get("/conditions/new/").status_code == client.get("/conditions/target/").status_code == 200
    assert target.revisions.get().reviewed_by == page.revisions.get().reviewed_by
