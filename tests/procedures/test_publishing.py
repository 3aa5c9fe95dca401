from datetime import timedelta

import pytest
from django.utils import timezone

from procedures.models import Item, Page, Revision, Section
from procedures.publishing import CannotPublish, differs_from_live, publish
from tests.procedures.pages import make_page, make_review, make_section


def problems(*pages):
    with pytest.raises(CannotPublish) as refusal:
        publish(*pages)
    assert not Revision.objects.filter(page__in=pages).exists()
    return [words for _, words in refusal.value.problems]


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
    (revision,) = publish(
        Page.objects.get(slug="cancer"), by=admin_user, note="Typing error", review=make_review()
    )
    assert (revision.made_by, revision.note) == (admin_user, "Typing error")
    assert abs(revision.live_from - timezone.now()) < timedelta(minutes=1)


def test_a_page_without_title_or_summary_is_refused(db):
    assert problems(make_page(title=" ")) == ["“ ” has no title. Give it one."]
    assert problems(make_page("other", summary="")) == ["“New” has no summary. Write one or two sentences."]


@pytest.mark.parametrize("kind", Section.Kind.values)
def test_an_empty_section_is_refused_and_named(db, kind):
    page = make_page()
    make_section(page, kind=kind, intro="")
    assert problems(page) == [
        "“New”, section “Heading”: it is empty. Write its text or add items, or remove it."
    ]


@pytest.mark.parametrize("kind", sorted(Section.NEEDING_ITEMS))
def test_a_list_without_items_is_empty_whatever_its_intro(db, kind):
    page = make_page()
    make_section(page, kind=kind)
    assert problems(page) == [
        "“New”, section “Heading”: it is empty. Write its text or add items, or remove it."
    ]


def test_an_empty_item_and_a_step_without_its_name_are_refused(db):
    page = make_page()
    section = make_section(page, kind="steps")
    item = Item.objects.create(section=section, text="Text")
    assert problems(page) == ["“New”, section “Heading”: each item needs a term. Give it one."]
    Item.objects.filter(pk=item.pk).update(text=" ")
    assert problems(page) == ["“New”, section “Heading”: an item is empty. Write its text, or remove it."]


UNPUBLISHED = (
    "“New”, section “Heading”: it links to “Target”, which is not published. "
    "Publish that first, or remove the link."
)


def test_a_link_to_an_unpublished_page_is_refused_and_named(db):
    target = make_page("target", title="Target")
    page = make_page()
    section = make_section(page, linked_page=target)
    assert problems(page) == [UNPUBLISHED]
    section.linked_page = None
    section.save()
    Item.objects.create(section=section, text="Text", linked_page=target)
    assert problems(page) == [UNPUBLISHED]


def test_an_unknown_illustration_is_refused(db):
    page = make_page()
    Item.objects.create(section=make_section(page), text="Text", illustration="no-such-drawing")
    assert problems(page)[0].endswith(
        "there is no illustration named “no-such-drawing”. Choose another, or none."
    )


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


def test_a_page_deleted_meanwhile_is_told_not_skipped(db):
    page = make_page()
    Page.objects.filter(pk=page.pk).delete()
    assert problems(page) == ["“New” was deleted meanwhile."]


def test_a_failure_half_way_publishes_nothing(db, monkeypatch):
    pages = make_page("first"), make_page("second")
    save = Revision.save

    def fail_on_second(revision):
        if revision.page.slug == "second":
            raise RuntimeError
        save(revision)

    monkeypatch.setattr(Revision, "save", fail_on_second)
    with pytest.raises(RuntimeError):
        publish(*pages)
    assert not Revision.objects.filter(page__in=pages).exists()


def test_of_two_revisions_of_one_moment_the_later_made_is_live(content):
    page = Page.objects.get(slug="cancer")
    now = timezone.now()
    publish(page, live_from=now)
    (later,) = publish(page, live_from=now)
    assert Revision.objects.live(at=now).get(page=page) == later


def test_lists_keep_the_published_order_while_staff_reorder(content, read):
    Page.objects.filter(slug="cancer").update(order=0, title="Aaa")
    titles = [heading.text.strip() for heading in read("/conditions/").select(".listing h2")]
    assert titles == ["Osteoporosis", "Trauma", "Cancer", "Spinal deformities"]


def test_a_link_must_lead_somewhere_at_the_time_it_is_published_for(content):
    target, page = make_page("target"), make_page()
    make_section(page, linked_page=target)
    soon = timezone.now() + timedelta(hours=1)
    publish(target, live_from=soon)
    assert problems(page)
    assert publish(page, live_from=soon)


def test_a_link_says_what_staff_wrote_for_it(content, read):
    page = make_page()
    make_section(page, linked_page=Page.objects.get(slug="cancer"), link_text="What cancer does to bones")
    publish(page)
    assert (
        read("/conditions/new/").article.find("a", href="/conditions/cancer/").text
        == "What cancer does to bones"
    )


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
        ({"kind": "notice", "slug": "healthz"}, "uses this address itself"),
        ({"kind": "notice", "slug": "static"}, "uses this address itself"),
        ({"kind": "index", "slug": "elsewhere"}, "one of these addresses"),
        ({"kind": "condition", "slug": "kyphoplasty"}, "cannot share an address"),
        ({"slug": "My_Cancer", "kind": "condition"}, "small letters, digits and hyphens only"),
    ],
)
def test_an_address_that_the_site_cannot_serve_is_refused(content, fields, named):
    page = Page(**({"title": "New", "summary": "New", "slug": "new"} | fields))
    with pytest.raises(Exception, match=named):
        page.full_clean()


def test_a_section_cannot_take_a_name_that_the_page_uses(db):
    with pytest.raises(Exception, match="uses this name itself"):
        Section(page=make_page(), heading="Main", slug="main").full_clean()


def test_a_published_page_keeps_its_address(content):
    page = Page.objects.get(slug="cancer")
    page.slug = "elsewhere"
    with pytest.raises(Exception, match="Its kind stays"):
        page.full_clean()


def test_a_page_that_was_never_published_may_move(db):
    page = make_page()
    page.slug = "elsewhere"
    page.full_clean()
