"""Scheduling, withdrawing, restoring, moving: nothing is lost, and patients get one version, whole."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.utils import timezone

from procedures import drafts, publishing
from procedures.models import Item, Page, Revision
from procedures.publishing import CannotPublish, move, publish, withdraw
from tests.procedures.pages import make_item, make_page, make_review, make_section
from tests.staff import make_staff, sign_in


@pytest.fixture
def page(content):
    return Page.objects.get(slug="trauma")


@pytest.fixture
def reviewer(db):
    return make_staff("rita", "Reviewer")


@pytest.fixture
def editor(db):
    return make_staff("edna", "Content editor")


def change(page, **fields):
    Page.objects.filter(pk=page.pk).update(**fields)
    page.refresh_from_db()


def test_what_is_scheduled_can_be_cancelled_until_its_time(page, reviewer, client):
    sign_in(client, reviewer)
    soon = timezone.now() + timedelta(hours=1)
    (revision,) = publish(page, by=reviewer, live_from=soon, review=make_review())
    path = f"/admin/procedures/page/{page.pk}/cancel/{revision.pk}/"
    assert "It is cancelled" in client.post(path, follow=True).content.decode()
    assert not Revision.objects.live(soon + timedelta(hours=1)).filter(pk=revision.pk).exists()
    assert "It was too late" in client.post(path, follow=True).content.decode()
    assert "Cancelled by rita" in client.get(f"/admin/procedures/page/{page.pk}/history/").content.decode()


def test_what_patients_have_cannot_be_cancelled(page, reviewer):
    (revision,) = publish(page)
    assert not publishing.cancel(revision, reviewer)


def test_a_withdrawn_page_is_gone_and_says_where_to_go(page, reviewer, client, read):
    publish(page, live_from=timezone.now() + timedelta(hours=1))
    instead = Page.objects.get(slug="osteoporosis")
    withdraw(page, reviewer, "Out of date", instead)
    answer = read("/conditions/trauma/", status=410)
    assert answer.find("a", href="/conditions/osteoporosis/")
    assert answer.find("a", href="tel:+1-504-249-7576")
    for path in ("/conditions/", "/", "/sitemap.xml"):
        assert b"/conditions/trauma/" not in client.get(path).content
    assert not Revision.objects.live(timezone.now() + timedelta(hours=2)).filter(page=page).exists()
    publish(page)
    assert client.get("/conditions/trauma/").status_code == 200


def test_a_withdrawn_procedure_takes_its_handout_along_and_may_name_no_other_page(content, reviewer, client):
    withdraw(Page.objects.get(slug="kyphoplasty"), reviewer, "Out of date")
    answer = client.get("/procedures/kyphoplasty/handout/")
    assert answer.status_code == 410 and b'href="/procedures/"' in answer.content


@pytest.mark.parametrize("slug", ["home", "privacy"])
def test_a_page_that_every_page_links_to_is_not_withdrawn_nor_moved(content, admin_user, slug):
    page = Page.objects.get(slug=slug)
    with pytest.raises(CannotPublish, match="every page links to it"):
        withdraw(page, admin_user, "Why not")
    with pytest.raises(ValidationError, match="cannot change"):
        move(page, "elsewhere", admin_user)


def test_who_may_not_publish_may_not_withdraw_or_move(page, client):
    editor = make_staff("edna", "Content editor")
    with pytest.raises(CannotPublish, match="a reviewer publishes it"):
        withdraw(page, editor, "Why not")
    with pytest.raises(CannotPublish, match="a reviewer publishes it"):
        move(page, "elsewhere", editor)
    sign_in(client, editor)
    answer = client.post(f"/admin/procedures/page/{page.pk}/withdraw/", {"note": "Why not", "anyway": "on"})
    assert "a reviewer publishes it" in answer.content.decode()


def test_a_moved_page_leads_there_from_each_of_its_addresses(page, reviewer, client):
    old, paths = page.get_absolute_url(), []
    for slug in ("falls", "injury"):
        move(page, slug, reviewer)
        paths.append(f"/conditions/{slug}/")
    for path in (old, f"{old}?from=paper", paths[0]):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (301, paths[1])
    move(page, "trauma", reviewer)
    assert client.get(old).status_code == 200
    assert {client.get(path)["Location"] for path in paths} == {old}


def test_a_moved_procedure_takes_its_handout_along(content, reviewer, client):
    move(Page.objects.get(slug="kyphoplasty"), "balloon", reviewer)
    assert client.get("/procedures/kyphoplasty/handout/")["Location"] == "/procedures/balloon/handout/"
    assert client.get("/procedures/balloon/handout/").status_code == 200


@pytest.mark.parametrize("slug", ["kyphoplasty", "cancer", "Not a slug", "My_Cancer"])
def test_a_page_is_not_moved_where_it_cannot_be(page, reviewer, client, slug):
    sign_in(client, reviewer)
    answer = client.post(f"/admin/procedures/page/{page.pk}/address/", {"slug": slug})
    assert "There is a problem" in answer.content.decode()
    assert client.get("/conditions/trauma/").status_code == 200


def test_a_restored_version_is_the_draft_and_not_live(page, reviewer, client):
    first = Revision.objects.live().get(page=page)
    change(page, title="New words")
    (second,) = publish(page)
    sign_in(client, reviewer)
    client.post(f"/admin/procedures/page/{page.pk}/restore/{first.pk}/")
    assert drafts.current(page) == first.snapshot
    assert Revision.objects.live().get(page=page) == second
    page.refresh_from_db()
    assert page.draft_changed_by == reviewer


def test_what_the_draft_said_before_it_was_restored_over_is_kept(page, reviewer):
    change(page, title="Half a sentence")
    page.sections.first().items.all().delete()
    before = drafts.current(page)
    kept = drafts.restore(Revision.objects.live().get(page=page), reviewer)
    assert kept.snapshot == before and kept.is_kept_draft
    assert not Revision.objects.live(timezone.now() + timedelta(days=999)).filter(pk=kept.pk).exists()
    assert drafts.restore(kept, reviewer) is None
    assert drafts.current(page) == before


def test_sections_that_await_a_clinician_outlive_a_restored_version(content, reviewer):
    page = Page.objects.get(slug="kyphoplasty")
    before = drafts.current(page)
    change(page, title="New words")
    drafts.restore(Revision.objects.live().get(page=page), reviewer)
    assert drafts.current(page) == before


def test_restoring_gives_no_section_free_that_is_held_back_now(page, reviewer):
    first = Revision.objects.live().get(page=page)
    section = page.sections.first()
    page.sections.filter(pk=section.pk).update(awaits_review=True, heading="New, and not checked")
    kept = drafts.restore(first, reviewer)
    section.refresh_from_db()
    assert section.awaits_review and section.heading == first.snapshot["sections"][0]["heading"]
    page.sections.update(awaits_review=True)
    drafts.restore(kept, reviewer)
    assert all(page.sections.values_list("awaits_review", flat=True))


def section_is_deleted_with_its_page(client, page, section):
    client.post(
        f"/admin/procedures/page/{page.pk}/change/",
        {
            "title": "Kyphoplasty",
            "summary": page.summary,
            "introduction": page.introduction,
            "order": page.order,
            "body_location": page.body_location,
            "sections-TOTAL_FORMS": 1,
            "sections-INITIAL_FORMS": 1,
            "sections-0-id": section.pk,
            "sections-0-page": page.pk,
            "sections-0-DELETE": "on",
        },
    )


def section_is_deleted_by_itself(client, page, section):
    client.post(f"/admin/procedures/section/{section.pk}/delete/", {"post": "yes"})


@pytest.mark.parametrize("delete", [section_is_deleted_with_its_page, section_is_deleted_by_itself])
def test_a_section_that_awaits_a_clinician_is_never_lost(content, editor, client, delete):
    page = Page.objects.get(slug="kyphoplasty")
    sign_in(client, editor)
    before = drafts.current(page)
    delete(client, page, page.sections.get(slug="risks"))
    assert not page.sections.filter(slug="risks").exists()
    kept = page.revisions.get(live_from=None)
    assert kept.snapshot == before and kept.made_by == editor
    drafts.restore(kept, editor)
    assert drafts.current(page) == before


def test_an_item_that_is_deleted_is_kept_and_the_page_may_still_move(db, editor, client):
    section = make_section(make_page(), kind="bullets", awaits_review=True)
    item = make_item(section, text="Words of hours")
    sign_in(client, editor)
    data = {"heading": "Heading", "slug": section.slug, "kind": "bullets", "intro": "", "awaits_review": "on"}
    data |= {"items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 1}
    data |= {"items-0-id": item.pk, "items-0-section": section.pk, "items-0-DELETE": "on"}
    answer = client.post(f"/admin/procedures/section/{section.pk}/change/", data, follow=True)
    assert "What you deleted is kept" in answer.content.decode()
    assert 'name="slug"' in answer.content.decode()
    assert not section.items.exists()
    assert section.page.revisions.get().snapshot["sections"][0]["items"][0]["text"] == "Words of hours"
    section.page.slug = "elsewhere"
    section.page.full_clean()


def test_a_section_keeps_its_row_when_a_version_is_restored(page, reviewer):
    keys = list(page.sections.values_list("pk", flat=True))
    section = page.sections.first()
    item = make_item(section, order=500)
    page.sections.last().delete()
    drafts.restore(Revision.objects.live().get(page=page), reviewer)
    assert list(page.sections.values_list("pk", flat=True))[:-1] == keys[:-1]
    assert not Item.objects.filter(pk=item.pk).exists()


def test_a_withdrawal_is_nothing_to_restore(page, reviewer, client):
    revision = withdraw(page, reviewer, "Why not")
    sign_in(client, reviewer)
    assert client.post(f"/admin/procedures/page/{page.pk}/restore/{revision.pk}/").status_code == 404


def test_rows_move_up_and_down_and_stay_at_the_ends(page, reviewer, client):
    sign_in(client, reviewer)
    slugs = list(page.sections.values_list("slug", flat=True))
    second = page.sections.all()[1]
    path = f"/admin/procedures/section/{second.pk}/shift/"
    assert client.post(path, {"to": "up"}).json() == {
        "name": second.heading,
        "place": 1,
        "number": len(slugs),
    }
    assert client.post(path, {"to": "up"}).json()["place"] == 1
    moved = list(page.sections.values_list("slug", flat=True))
    assert moved == [slugs[1], slugs[0], *slugs[2:]]
    page.refresh_from_db()
    assert page.draft_changed_by == reviewer


def test_items_move_and_without_script_the_button_saves_what_was_typed_first(db, admin_client):
    section = make_section(make_page(), kind="bullets")
    first, second = make_item(section, text="One", order=1), make_item(section, text="Two", order=2)
    data = {"heading": "Typed", "slug": section.slug, "kind": "bullets", "intro": ""}
    data |= {"items-TOTAL_FORMS": 2, "items-INITIAL_FORMS": 2, "_shift": f"item-{second.pk}-up"}
    for index, item in enumerate((first, second)):
        data |= {f"items-{index}-id": item.pk, f"items-{index}-text": item.text}
    admin_client.post(f"/admin/procedures/section/{section.pk}/change/", data)
    section.refresh_from_db()
    assert section.heading == "Typed"
    assert list(section.items.values_list("text", flat=True)) == ["Two", "One"]


def staff_did(client, page):
    body = client.get(f"/admin/procedures/page/{page.pk}/history/").content
    entries = BeautifulSoup(body, "html.parser").select(".events p")
    return [" ".join(entry.text.split()).partition(" edna: ")[2] for entry in entries]


def test_the_history_names_edits_of_sections_and_items_and_moves(db, editor, client):
    page = make_page()
    make_section(page, heading="First", slug="first", order=1)
    section = make_section(page, kind="bullets", order=2)
    item = make_item(section, text="One", order=1)
    sign_in(client, editor)
    data = {"heading": "Signs", "slug": section.slug, "kind": "bullets", "intro": ""}
    data |= {"items-TOTAL_FORMS": 2, "items-INITIAL_FORMS": 1}
    data |= {"items-0-id": item.pk, "items-0-text": "One sign", "items-1-text": "Two"}
    path = f"/admin/procedures/section/{section.pk}"
    client.post(f"{path}/change/", data)
    for to in ("down", "up"):
        client.post(f"{path}/shift/", {"to": to})
    client.post(f"/admin/procedures/section/item/{item.pk}/shift/", {"to": "down"})
    assert "Moved down, to place 2 of 2." in client.get(f"{path}/history/").content.decode()
    client.post(f"{path}/delete/", {"post": "yes"})
    assert staff_did(client, page) == [
        "Section “Signs”: Deleted.",
        "Section “Signs”: Item “One sign”: Moved down, to place 2 of 2.",
        "Section “Signs”: Moved up, to place 1 of 2.",
        "Section “Signs”: Changed Heading and Intro. Added item “Two”. Changed Text for item “One sign”.",
    ]


def test_the_history_names_both_addresses_of_a_page_that_moved(page, reviewer, client):
    sign_in(client, reviewer)
    client.post(f"/admin/procedures/page/{page.pk}/address/", {"slug": "falls"})
    body = client.get(f"/admin/procedures/page/{page.pk}/history/").content.decode()
    assert "Address changed from /conditions/trauma/ to /conditions/falls/." in body
