"""No page asks more of the database because there is more in it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contact.models import Closure, Inquiry
from procedures.models import Item, Page, Section
from procedures.publishing import publish
from tests.addresses import HANDOUT, MACHINES, PUBLIC
from tests.contact.sending import make_inquiry
from tests.procedures.pages import make_review

PAGES = [*PUBLIC, *MACHINES, HANDOUT, "/contact/?about=kyphoplasty", "/nope/"]
DESK = [
    "/admin/",
    "/admin/contact/inquiry/",
    "/admin/contact/alert/",
    "/admin/contact/closure/",
    "/admin/procedures/page/",
    "/admin/procedures/revision/",
]


def queries(client, path):
    with CaptureQueriesContext(connection) as seen:
        client.get(path)
    return len(seen)


def fill(number, by, start=0):
    for i in range(start, start + number):
        page = Page.objects.create(kind="condition", slug=f"more-{i}", title=f"More {i}", summary="More.")
        section = Section.objects.create(page=page, heading="More", slug="more", kind="bullets")
        Item.objects.create(section=section, text="More")
        for _ in range(3):
            publish(page, by=by, review=make_review())
        inquiry = make_inquiry(name=f"N{i}", about=page.title, status=Inquiry.Status.QUARANTINED)
        inquiry.events.create(kind="phone_corrected", phone="1", phone_uri="tel:+1-504-555-0123")
        inquiry.alerts.create(created_at=timezone.now() - timedelta(days=1))
        Closure.objects.create(ends_at=timezone.now() + timedelta(days=1), message=f"Closed {i}")


@pytest.mark.parametrize("path", PAGES)
def test_a_public_page_costs_the_same_however_much_there_is(content, client, admin_user, path):
    client.get(path)
    before = queries(client, path)
    fill(4, admin_user)
    assert queries(client, path) == before


@pytest.mark.parametrize("path", DESK)
def test_a_list_of_the_desk_costs_the_same_however_long_it_is(content, admin_client, admin_user, path):
    fill(2, admin_user)
    admin_client.get(path)
    before = queries(admin_client, path)
    fill(10, admin_user, start=2)
    assert queries(admin_client, path) == before


@pytest.mark.parametrize("path", ["/procedures/kyphoplasty/", "/privacy/"])
def test_a_page_is_four_queries_its_revision_and_the_practice_with_hours_and_closures(content, client, path):
    assert queries(client, path) == 4


def test_a_form_of_the_desk_costs_the_same_however_long_the_page_is(content, admin_client, admin_user):
    page = Page.objects.get(slug="kyphoplasty")
    path = f"/admin/procedures/page/{page.pk}/change/"
    admin_client.get(path)
    before = queries(admin_client, path)
    for i in range(10):
        Section.objects.create(page=page, heading="More", slug=f"more-{i}", intro="More.", linked_page=page)
    fill(5, admin_user)
    assert queries(admin_client, path) == before


def test_publishing_a_long_page_costs_few_queries(content, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        publish(Page.objects.get(slug="kyphoplasty"))


@pytest.mark.parametrize("path", ["/robots.txt", "/healthz"])
def test_what_machines_ask_often_costs_no_query(client, path):
    assert client.get(path).status_code == 200  # the test has no database: a query would fail it
