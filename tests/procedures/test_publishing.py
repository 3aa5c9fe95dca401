from datetime import timedelta

import pytest
from django.utils import timezone

from procedures.models import Item, Page, Revision, Section
from procedures.publishing import CannotPublish, differs_from_live, publish


def make_page(slug="new", **overrides):
    fields = {"kind": "condition", "slug": slug, "title": "New", "summary": "A summary."}
    return Page.objects.create(**(fields | overrides))


def make_section(page, **overrides):
    fields = {"page": page, "heading": "Heading", "slug": "heading", "intro": "Text."}
    return Section.objects.create(**(fields | overrides))


def problems(*pages):
    with pytest.raises(CannotPublish) as refusal:
        publish(*pages)
    assert not Revision.objects.filter(page__in=pages).exists()
    return refusal.value.problems


def title_at(path, client):
    response = client.get(path)
    return response.content.decode() if response.status_code == 200 else None


def test_a_page_is_not_there_for_patients_until_it_is_published(db, client):
    page = make_page()
    assert client.get("/conditions/new/").status_code == 404
    publish(page)
    assert client.get("/conditions/new/").status_code == 200


def test_patients_read_the_published_words_while_staff_edit(content, client):
    page = Page.objects.get(slug="kyphoplasty")
    before = client.get("/procedures/kyphoplasty/").content
    page.title = "Unpublished title"
    page.save()
    page.sections.all().delete()
    for path in ("/procedures/kyphoplasty/", "/", "/procedures/", "/contact/?about=kyphoplasty"):
        assert b"Unpublished" not in client.get(path).content
    assert client.get("/procedures/kyphoplasty/").content == before


def test_a_revision_is_live_only_when_its_time_has_come(content, client):
    page = Page.objects.get(slug="cancer")
    page.title = "Later"
    page.save()
    publish(page, live_from=timezone.now() + timedelta(hours=1))
    assert b"Later" not in client.get("/conditions/cancer/").content
    Revision.objects.filter(snapshot__title="Later").update(live_from=timezone.now())
    assert b"Later" in client.get("/conditions/cancer/").content


def test_the_newest_time_wins_over_the_latest_made(content):
    page = Page.objects.get(slug="cancer")
    now = timezone.now()
    (newer,) = publish(page, live_from=now + timedelta(hours=2))
    publish(page, live_from=now + timedelta(hours=1))
    assert Revision.objects.live(at=now + timedelta(hours=3)).get(page=page) == newer


def test_a_revision_records_who_when_and_why(content, admin_user):
    (revision,) = publish(Page.objects.get(slug="cancer"), by=admin_user, note="Typing error")
    assert (revision.made_by, revision.note) == (admin_user, "Typing error")
    assert abs(revision.live_from - timezone.now()) < timedelta(minutes=1)


def test_a_page_without_title_or_summary_is_refused(db):
    assert problems(make_page(title=" ")) == ["“ ” has no title."]
    assert problems(make_page("other", summary="")) == ["“New” has no summary."]


@pytest.mark.parametrize("kind", Section.Kind.values)
def test_an_empty_section_is_refused_and_named(db, kind):
    page = make_page()
    make_section(page, kind=kind, intro="")
    assert problems(page) == ["“New”, section “Heading”: it is empty."]


@pytest.mark.parametrize("kind", sorted(Section.NEEDING_ITEMS))
def test_a_list_without_items_is_empty_whatever_its_intro(db, kind):
    page = make_page()
    make_section(page, kind=kind)
    assert problems(page) == ["“New”, section “Heading”: it is empty."]


def test_an_empty_item_and_a_step_without_its_name_are_refused(db):
    page = make_page()
    section = make_section(page, kind="steps")
    item = Item.objects.create(section=section, text="Text")
    assert problems(page) == ["“New”, section “Heading”: each item needs a term."]
    Item.objects.filter(pk=item.pk).update(text=" ")
    assert problems(page) == ["“New”, section “Heading”: an item is empty."]


def test_a_link_to_an_unpublished_page_is_refused_and_named(db):
    target = make_page("target", title="Target")
    page = make_page()
    section = make_section(page, linked_page=target)
    assert problems(page) == ["“New”, section “Heading”: it links to “Target”, which is not published."]
    section.linked_page = None
    section.save()
    Item.objects.create(section=section, text="Text", linked_page=target)
    assert problems(page) == ["“New”, section “Heading”: it links to “Target”, which is not published."]


def test_an_unknown_illustration_is_refused(db):
    page = make_page()
    Item.objects.create(section=make_section(page), text="Text", illustration="no-such-drawing")
    assert problems(page)[0].endswith("there is no illustration named “no-such-drawing”.")


def test_pages_that_link_to_each_other_are_published_together_or_not_at_all(db):
    first, second = make_page("first"), make_page("second")
    make_section(first, linked_page=second)
    bad = make_section(second, linked_page=first, intro="", kind="prose")
    assert problems(first, second)
    Section.objects.filter(pk=bad.pk).update(intro="Text.")
    assert len(publish(first, second)) == 2


def test_a_link_shows_the_published_title_of_its_target(content, client):
    target = Page.objects.get(slug="osteoporosis")
    target.title = "Unpublished title"
    target.save()
    page = make_page()
    make_section(page, linked_page=target)
    publish(page)
    body = client.get("/conditions/new/").content.decode()
    assert ">Osteoporosis</a>" in body and "Unpublished" not in body


def test_what_is_published_is_what_is_stored_not_what_a_caller_holds(db):
    page = make_page()
    Page.objects.filter(pk=page.pk).update(title="Stored")
    (revision,) = publish(page)
    assert revision.snapshot["title"] == "Stored"


def test_the_draft_differs_from_live_until_it_is_published_again(content):
    page = Page.objects.get(slug="kyphoplasty")
    assert not differs_from_live(page)
    Item.objects.filter(section__page=page).first().delete()
    assert differs_from_live(page)
    publish(page)
    assert not differs_from_live(page)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "notice", "slug": "contact"}, "uses this address itself"),
        ({"kind": "notice", "slug": "conditions"}, "uses this address itself"),
        ({"kind": "index", "slug": "elsewhere"}, "one of these addresses"),
    ],
)
def test_an_address_that_the_site_cannot_serve_is_refused(db, fields, named):
    page = Page(**({"title": "New", "summary": "New", "slug": "new"} | fields))
    with pytest.raises(Exception, match=named):
        page.full_clean()


def test_a_published_page_keeps_its_address(content):
    page = Page.objects.get(slug="cancer")
    page.slug = "elsewhere"
    with pytest.raises(Exception, match="can no longer change"):
        page.full_clean()


def test_a_page_that_was_never_published_may_move(db):
    page = make_page()
    page.slug = "elsewhere"
    page.full_clean()
