"""Pages that link to each other: none is left half published, and nothing overwrites an urgent change."""

from datetime import timedelta

import pytest
from django.utils import timezone

from procedures import drafts, links
from procedures.models import Page, Revision
from procedures.publishing import CannotPublish, cancel, publish, withdraw
from tests.procedures.pages import make_page, make_review, make_section, publish_form
from tests.staff import make_staff, sign_in

SOON = timedelta(hours=1)


@pytest.fixture
def reviewer(db):
    return make_staff("rita", "Reviewer")


@pytest.fixture
def pair(content):
    """Two pages that nobody published, each with a link to the other."""
    first, second = make_page("first", title="First"), make_page("second", title="Second")
    make_section(first, linked_page=second)
    make_section(second, linked_page=first)
    return first, second


def schedule(*pages, by):
    return publish(*pages, by=by, live_from=timezone.now() + SOON, review=make_review())


def path(page, screen):
    return f"/admin/procedures/page/{page.pk}/{screen}/"


@pytest.fixture
def read_later(client, monkeypatch):
    """What patients get of pages once the time of all that is scheduled has come."""

    def get(*pages):
        later = timezone.now() + 2 * SOON
        with monkeypatch.context() as patched:
            patched.setattr(timezone, "now", lambda: later)
            return [client.get(page.get_absolute_url()) for page in pages]

    return get


def statuses(responses):
    return [response.status_code for response in responses]


def test_what_was_scheduled_together_is_cancelled_together_and_the_screen_says_so(
    pair, reviewer, client, read_later
):
    made = schedule(*pair, by=reviewer)
    sign_in(client, reviewer)
    history = client.get(path(pair[1], "history")).content.decode()
    assert "Scheduled together with “First”, and cancelled together with it." in history
    second = next(revision for revision in made if revision.page == pair[1])
    told = client.post(path(pair[1], f"cancel/{second.pk}"), follow=True).content.decode()
    assert "Patients keep what they read now of “First” and “Second”." in told
    assert "Scheduled version cancelled." in client.get(path(pair[0], "history")).content.decode()
    assert statuses(read_later(*pair)) == [404, 404]


def test_who_may_not_publish_may_not_cancel(pair, reviewer, client):
    (first, _) = schedule(*pair, by=reviewer)
    editor = make_staff("edna", "Content editor")
    with pytest.raises(CannotPublish, match="“First” is scheduled: a reviewer cancels it"):
        cancel(first, editor)
    sign_in(client, editor)
    told = client.post(path(pair[0], f"cancel/{first.pk}"), follow=True).content.decode()
    assert "a reviewer cancels it" in told
    assert Revision.objects.scheduled().count() == 2


def test_what_something_else_that_is_scheduled_links_to_is_not_cancelled_before_it(content, reviewer):
    target, page = make_page("target", title="Target"), make_page(title="New")
    make_section(page, linked_page=target)
    (to_target,) = schedule(target, by=reviewer)
    (to_page,) = schedule(page, by=reviewer)
    with pytest.raises(CannotPublish, match="“New” is scheduled, too, and links to what you would cancel"):
        cancel(to_target, reviewer)
    assert cancel(to_page, reviewer) == [to_page] and cancel(to_target, reviewer) == [to_target]


def test_a_scheduled_version_is_cancelled_though_its_page_is_linked_where_the_page_stays(content, reviewer):
    target, page = Page.objects.get(slug="cancer"), make_page()
    make_section(page, linked_page=target)
    (to_target,) = schedule(target, by=reviewer)
    schedule(page, by=reviewer)
    assert cancel(to_target, reviewer)


def test_withdrawing_cancels_what_was_scheduled_together(pair, reviewer, read_later):
    publish(*pair)
    schedule(*pair, by=reviewer)
    withdraw(pair[0], reviewer, "Out of date")
    assert not Revision.objects.scheduled().exists()
    assert statuses(read_later(*pair)) == [410, 200]


def test_the_screen_names_the_pages_that_link_to_what_is_withdrawn_and_asks_for_a_tick(
    content, reviewer, client
):
    page = Page.objects.get(slug="trauma")
    later = make_page(title="New")
    make_section(later, linked_page=page)
    schedule(later, by=reviewer)
    schedule(page, by=reviewer)
    assert [revision.page.slug for revision in links.leading_to(page)] == ["kyphoplasty", "new"]
    sign_in(client, reviewer)
    shown = client.get(path(page, "withdraw")).content.decode()
    assert "These pages link to it" in shown and "Kyphoplasty</a>" in shown and "New</a>, scheduled" in shown
    assert "What is scheduled is cancelled: “Trauma” for " in shown
    told = client.post(path(page, "withdraw"), {"note": "Wrong"}).content.decode()
    assert "Other pages link to it. Change them first, or tick this." in told
    assert client.get("/conditions/trauma/").status_code == 200
    client.post(path(page, "withdraw"), {"note": "Wrong", "anyway": "on"})
    assert client.get("/conditions/trauma/").status_code == 410


def test_a_page_that_nothing_links_to_is_withdrawn_without_a_tick(content, reviewer, client):
    page = make_page()
    publish(page)
    sign_in(client, reviewer)
    assert b'name="anyway"' not in client.get(path(page, "withdraw")).content
    client.post(path(page, "withdraw"), {"note": "Wrong"})
    assert client.get("/conditions/new/").status_code == 410


def urgent_change(page):
    Page.objects.filter(pk=page.pk).update(introduction="An urgent change.")
    drafts.changed(page, make_staff("edna", "Content editor"))


def test_publishing_now_cancels_what_would_replace_it_later(content, reviewer, client, read_later):
    page, other = Page.objects.get(slug="trauma"), Page.objects.get(slug="cancer")
    schedule(page, other, by=reviewer)
    urgent_change(page)
    sign_in(client, reviewer)
    shown = client.get(path(page, "publish")).content.decode()
    assert "Otherwise it replaces what you publish when its time comes: “Trauma” for " in shown
    assert "together with “Cancer”." in shown
    client.post(path(page, "publish"), publish_form(page, replaces_scheduled="on"))
    assert not Revision.objects.scheduled().exists()
    assert b"An urgent change." in read_later(page)[0].content


def test_publishing_now_keeps_what_is_scheduled_where_the_tick_is_taken_away(content, reviewer, client):
    page = Page.objects.get(slug="trauma")
    (scheduled,) = schedule(page, by=reviewer)
    urgent_change(page)
    sign_in(client, reviewer)
    client.post(path(page, "publish"), publish_form(page))
    assert Revision.objects.scheduled().get() == scheduled


def test_what_is_scheduled_for_before_stays(content, reviewer):
    page = Page.objects.get(slug="trauma")
    (before,) = schedule(page, by=reviewer)
    after = timezone.now() + 2 * SOON
    publish(page, by=reviewer, live_from=after, review=make_review(), replaces_scheduled=True)
    assert before in Revision.objects.scheduled()
