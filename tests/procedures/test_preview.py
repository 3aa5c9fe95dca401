"""The draft as patients would read it, for staff and for a clinician with a link, and for nobody else."""

import time
from unittest import mock

import pytest
from bs4 import BeautifulSoup

from procedures import preview
from procedures.models import Page
from tests.procedures.pages import make_page
from tests.staff import make_staff, sign_in

DAY = 24 * 3600


@pytest.fixture
def page(content):
    return Page.objects.get(slug="kyphoplasty")


@pytest.fixture
def editor(client, db):
    return sign_in(client, make_staff("edna", "Content editor"))


def shown(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return BeautifulSoup(response.content, "html.parser")


def test_the_draft_is_shown_in_the_real_template_with_its_grade_and_what_awaits_a_clinician(page, editor):
    Page.objects.filter(pk=page.pk).update(title="New words")
    document = shown(editor, f"/admin/procedures/page/{page.pk}/preview/")
    assert document.h1.text == "New words"
    assert "This is a draft." in document.main.text and "It reads at grade" in document.main.text
    assert document.find(id="risks").find_next(class_="awaits-review")
    assert len(document.select(".awaits-review")) == 8
    assert document.find("meta", attrs={"name": "robots"})["content"] == "noindex, nofollow"


@pytest.mark.parametrize("slug", ["home", "conditions", "privacy"])
def test_every_kind_of_page_has_its_preview(content, editor, slug):
    page = Page.objects.get(slug=slug)
    assert "This is a draft." in shown(editor, f"/admin/procedures/page/{page.pk}/preview/").main.text


@pytest.mark.parametrize("kind", ["phone", "paper"])
def test_a_frame_shows_the_preview_without_its_ways(page, editor, kind):
    frame = shown(editor, f"/admin/procedures/page/{page.pk}/{kind}/").find("iframe")
    framed = shown(editor, frame["src"])
    assert not framed.select(".preview-banner a")
    style = framed.find("link", href="/admin/procedures/page/paper.css")
    assert bool(style) is (kind == "paper")


def test_the_sheet_for_paper_holds_the_rules_of_print(editor):
    css = editor.get("/admin/procedures/page/paper.css").content.decode()
    assert "@media print" not in css and "12pt" in css and "--ground: #ffffff" in css


def link_of(page, editor):
    document = BeautifulSoup(editor.post(f"/admin/procedures/page/{page.pk}/link/").content, "html.parser")
    return document.select_one(".page-link a")["href"].removeprefix("http://127.0.0.1:8000")


def test_a_link_shows_the_draft_to_who_has_no_account(page, editor, client):
    path = link_of(page, editor)
    client.logout()
    response = client.get(path)
    assert b"Awaiting clinical review" in response.content
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    assert not BeautifulSoup(response.content, "html.parser").select(".preview-banner a")
    assert client.post(path).status_code == 405


def test_a_link_shows_the_draft_as_it_is_when_it_is_opened(page, client):
    path = preview.link(page)
    Page.objects.filter(pk=page.pk).update(title="Newer words")
    assert shown(client, path).h1.text == "Newer words"


def test_a_link_is_too_old_after_seven_days(page, client):
    with mock.patch("django.core.signing.time.time", return_value=time.time() - 7 * DAY + 60):
        assert client.get(preview.link(page)).status_code == 200
    with mock.patch("django.core.signing.time.time", return_value=time.time() - 7 * DAY - 60):
        path = preview.link(page)
    assert "Ask the practice for a new one." in shown(client, path, 410).main.text


def test_a_link_that_is_not_ours_leads_nowhere(page, client):
    path = preview.link(page)
    assert client.get(path[:-3] + "xx/").status_code == 404
    assert client.get("/preview/5/").status_code == 404
    gone = make_page()
    path = preview.link(gone)
    gone.delete()
    assert client.get(path).status_code == 404


def test_making_a_link_is_logged_and_the_link_is_not(page, editor):
    path = link_of(page, editor)
    told = editor.get(f"/admin/procedures/page/{page.pk}/history/").content.decode()
    assert "Made a link to the draft." in told and path not in told


def test_who_only_looks_makes_no_link(page, client):
    sign_in(client, make_staff("vera", permissions=("procedures.view_page",)))
    assert client.post(f"/admin/procedures/page/{page.pk}/link/").status_code == 403
