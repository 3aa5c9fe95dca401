import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from procedures import drafts
from procedures.models import Item, Page, Section
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
        for name in ("id", "heading", "slug", "kind", "intro"):
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


def test_saving_leads_on_to_the_preview_or_to_publishing_and_publishes_nothing(admin_client, client, page):
    for name in ("preview", "publish"):
        data = form_of(page, title="A new title", **{f"_{name}": "1"})
        response = admin_client.post(change_url(page), data)
        assert response["Location"] == reverse(f"admin:procedures_page_{name}", args=[page.pk])
    assert b"A new title" not in client.get("/conditions/trauma/").content


def test_who_may_only_look_has_no_buttons(client, page):
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_page"))
    sign_in(client, viewer)
    assert b"_publish" not in client.get(change_url(page)).content
    assert client.post(change_url(page), {"_publish": "1"}).status_code == 403
    assert client.get(reverse("admin:procedures_page_publish", args=[page.pk])).status_code == 403


def test_saving_gives_advice_and_says_who_changed_the_draft_last(admin_client, admin_user, page):
    hard = (
        "Interventional vertebral augmentation necessitates multidisciplinary evaluation preoperatively. "
        * 20
    )
    response = admin_client.post(change_url(page), form_of(page, introduction=hard), follow=True)
    assert "Advice: The page reads at grade" in response.content.decode()
    page.refresh_from_db()
    assert page.draft_changed_by == admin_user


def test_saving_nothing_new_changes_nobody(admin_client, page):
    page.introduction = "One\n\nTwo"
    page.save()
    sent = form_of(page)
    as_a_browser_does = {name: str(value).replace("\n", "\r\n") for name, value in sent.items()}
    admin_client.post(change_url(page), as_a_browser_does)
    page.refresh_from_db()
    assert page.introduction == "One\n\nTwo"
    assert page.draft_changed_by is None


def test_a_new_page_can_be_written(admin_client, content):
    data = {
        "kind": "condition",
        "slug": "sciatica",
        "title": "Sciatica",
        "summary": "Pain along a nerve.",
        "order": 5,
        "sections-TOTAL_FORMS": 0,
        "sections-INITIAL_FORMS": 0,
        "_publish": "Save and go to publishing",
    }
    response = admin_client.post(reverse("admin:procedures_page_add"), data, follow=True)
    assert b"Publish \xe2\x80\x9cSciatica\xe2\x80\x9d" in response.content


def test_a_page_whose_address_is_older_than_its_rule_can_be_saved(admin_client, page):
    Page.objects.filter(pk=page.pk).update(slug="My_Trauma")
    assert admin_client.post(change_url(page), form_of(page, title="Falls")).status_code == 302


def test_items_are_edited_under_their_section(admin_client, page):
    section = page.sections.get(kind="bullets")
    items = list(section.items.all())
    data = {
        "heading": section.heading,
        "slug": section.slug,
        "kind": section.kind,
        "items-TOTAL_FORMS": len(items) + 1,
        "items-INITIAL_FORMS": len(items),
        f"items-{len(items)}-text": "A new sign",
    }
    for index, item in enumerate(items):
        data |= {
            f"items-{index}-id": item.pk,
            f"items-{index}-text": item.text,
        }
    path = reverse("admin:procedures_section_change", args=[section.pk])
    response = admin_client.post(path, data, follow=True)
    assert response.redirect_chain == [(change_url(page), 302)]
    assert "“Trauma” reads at grade" in response.content.decode()
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


def seen(client, path):
    return BeautifulSoup(client.get(path).content, "html.parser").find("input", attrs={"name": "seen"})[
        "value"
    ]


def test_the_second_to_save_a_page_is_told_and_keeps_the_typed_words(admin_client, page):
    path = change_url(page)
    sent = form_of(page, title="Typed by the second", seen=seen(admin_client, path))
    Section.objects.filter(page=page).update(heading="Changed by the first")
    answer = admin_client.post(path, sent)
    assert "Somebody changed this draft while you were writing." in answer.content.decode()
    assert b"Typed by the second" in answer.content
    page.refresh_from_db()
    assert page.title == "Trauma"
    shown = BeautifulSoup(answer.content, "html.parser").find("input", attrs={"name": "seen"})["value"]
    assert admin_client.post(path, sent | {"seen": shown}).status_code == 302


def test_moving_a_section_is_no_conflict(admin_client, admin_user, page):
    path = change_url(page)
    sent = form_of(page, title="Typed", seen=seen(admin_client, path))
    drafts.shift(page.sections.last(), admin_user, up=True)
    assert admin_client.post(path, sent).status_code == 302


def test_the_second_to_save_a_section_is_told(admin_client, page):
    section = page.sections.get(kind="bullets")
    path = reverse("admin:procedures_section_change", args=[section.pk])
    sent = {"heading": "Typed", "slug": section.slug, "kind": section.kind, "seen": seen(admin_client, path)}
    sent |= {"items-TOTAL_FORMS": 0, "items-INITIAL_FORMS": 0}
    section.items.update(text="Changed by the first")
    assert "Somebody changed this draft" in admin_client.post(path, sent).content.decode()
