import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from procedures.models import Item, Page, Revision, Section
from tests.staff import sign_in


@pytest.fixture
def page(content):
    return Page.objects.get(slug="trauma")


def change_url(page):
    return reverse("admin:procedures_page_change", args=[page.pk])


def form_of(page, **overrides):
    """What the browser sends when the page's form is submitted."""
    sections = list(page.sections.all())
    data = {
        "title": page.title,
        "summary": page.summary,
        "introduction": page.introduction,
        "order": page.order,
        "sections-TOTAL_FORMS": len(sections),
        "sections-INITIAL_FORMS": len(sections),
    }
    for index, section in enumerate(sections):
        for name in ("id", "heading", "slug", "kind", "order", "intro"):
            data[f"sections-{index}-{name}"] = getattr(section, name)
        data[f"sections-{index}-illustration"] = section.illustration
        data[f"sections-{index}-link_text"] = section.link_text
        data[f"sections-{index}-page"] = page.pk
        data[f"sections-{index}-linked_page"] = section.linked_page_id or ""
    return data | overrides


def test_saving_keeps_the_draft_to_staff(admin_client, client, page):
    response = admin_client.post(change_url(page), form_of(page, title="A new title"))
    assert response.status_code == 302
    page.refresh_from_db()
    assert page.title == "A new title"
    assert b"A new title" not in client.get("/conditions/trauma/").content
    assert b"something else than what patients read" in admin_client.get(change_url(page)).content


def test_save_and_publish_gives_it_to_patients_and_says_so(admin_client, client, admin_user, page):
    data = form_of(page, title="A new title", _publish="Save and publish")
    response = admin_client.post(change_url(page), data, follow=True)
    assert b"is saved and published" in response.content
    assert b"Patients read exactly this draft" in response.content
    assert b"A new title" in client.get("/conditions/trauma/").content
    assert Revision.objects.live().get(page=page).made_by == admin_user
    assert LogEntry.objects.filter(object_id=str(page.pk), change_message="Published.").exists()


def test_a_draft_that_is_not_fit_is_saved_but_not_published_and_says_why(admin_client, client, page):
    data = form_of(page, title="A new title", _publish="Save and publish")
    Section.objects.filter(page=page, kind="bullets").first().items.all().delete()
    response = admin_client.post(change_url(page), data, follow=True)
    words = "Saved, but not published: “A new title”, section “Signs of a broken vertebra”: it is empty."
    assert words in response.content.decode()
    assert b"A new title" not in client.get("/conditions/trauma/").content


def test_who_may_only_look_sees_no_publish_button(client, page):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_page"))
    sign_in(client, viewer)
    assert b"_publish" not in client.get(change_url(page)).content
    assert client.post(change_url(page), {"_publish": "1"}).status_code == 403


def test_a_new_page_can_be_written_and_published_at_once(admin_client, client, content):
    data = {
        "kind": "condition",
        "slug": "sciatica",
        "title": "Sciatica",
        "summary": "Pain along a nerve.",
        "order": 5,
        "sections-TOTAL_FORMS": 0,
        "sections-INITIAL_FORMS": 0,
        "_publish": "Save and publish",
    }
    admin_client.post(reverse("admin:procedures_page_add"), data)
    assert client.get("/conditions/sciatica/").status_code == 200
    assert "Sciatica" in client.get("/conditions/").content.decode()


def test_items_are_edited_under_their_section(admin_client, page):
    section = page.sections.get(kind="bullets")
    items = list(section.items.all())
    data = {
        "heading": section.heading,
        "slug": section.slug,
        "kind": section.kind,
        "order": section.order,
        "items-TOTAL_FORMS": len(items) + 1,
        "items-INITIAL_FORMS": len(items),
        f"items-{len(items)}-text": "A new sign",
        f"items-{len(items)}-order": 9,
    }
    for index, item in enumerate(items):
        data |= {
            f"items-{index}-id": item.pk,
            f"items-{index}-text": item.text,
            f"items-{index}-order": item.order,
        }
    response = admin_client.post(reverse("admin:procedures_section_change", args=[section.pk]), data)
    assert response["Location"] == change_url(page)
    assert Item.objects.filter(section=section, text="A new sign").exists()


def test_a_published_page_and_its_history_cannot_be_deleted(admin_client, page):
    assert admin_client.post(reverse("admin:procedures_page_delete", args=[page.pk])).status_code == 403
    revision = page.revisions.get()
    assert (
        admin_client.post(reverse("admin:procedures_revision_delete", args=[revision.pk])).status_code == 403
    )


def test_a_revision_cannot_be_changed(admin_client, page):
    url = reverse("admin:procedures_revision_change", args=[page.revisions.get().pk])
    assert admin_client.post(url, {"note": "changed"}).status_code == 403


def test_the_list_says_since_when_patients_get_each_page(admin_client, content):
    Page.objects.create(kind="condition", slug="draft", title="Only a draft", summary="Draft.")
    body = admin_client.get(reverse("admin:procedures_page_changelist")).content.decode()
    assert body.count("not published") == 1
