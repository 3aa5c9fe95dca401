"""Each list of the desk is read from an index, in its order, on both databases."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from contact.models import Alert, Inquiry
from tests.contact.sending import make_inquiry

PLANS = {
    "": "inquiry_due_first",
    "?due=overdue": "inquiry_due_first",
    "?due=today": "inquiry_due_first",
    "?owner=me": "inquiry_by_owner",
    "?status=new": "inquiry_due_first_by_status",
    "?status=trying": "inquiry_due_first_by_status",
    "?status=quarantined": "inquiry_by_status",
    "?status=closed": "inquiry_by_status",
    "?status=any": "inquiry_newest_first",
    "?status=any&sent=30": "inquiry_newest_first",
    "?status=any&about=Kyphoplasty": "inquiry_by_page",
    "?status=any&flag=hold": "inquiry_hold_newest",
    "?status=any&flag=helper": "inquiry_helper_newest",
    "?status=any&flag=by_phone": "inquiry_by_phone_newest",
    "?status=closed&flag=hold": "inquiry_hold_by_status",
    "?status=closed&flag=helper": "inquiry_helper_by_status",
    "?status=closed&flag=by_phone": "inquiry_by_phone_by_status",
    "?status=any&flag=message_ok": "inquiry_newest_first",
    "?status=closed&flag=morning": "inquiry_by_status",
}
ALERT_PLANS = {
    "": "alert_newest_first",
    "?status__exact=sent": "alert_by_status",
    "?kind__exact=correction": "alert_by_kind",
}


@pytest.fixture
def plan(db, admin_user):
    """How the database reads a list; PostgreSQL would read tables as small as these as a whole."""
    make_inquiry(about="Kyphoplasty").alerts.create()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")

    def explain(model, query):
        request = RequestFactory().get(f"/{query}")
        request.user = admin_user
        queue = admin.site.get_model_admin(model).get_changelist_instance(request)
        return queue.queryset[: queue.list_per_page].explain()

    return explain


@pytest.mark.parametrize("query", PLANS)
def test_a_list_of_requests_is_read_from_its_index(plan, query):
    found = plan(Inquiry, query)
    assert PLANS[query] in found.split(), found
    assert "TEMP B-TREE" not in found and "Sort" not in found, found


@pytest.mark.parametrize("query", ALERT_PLANS)
def test_a_list_of_alerts_is_read_from_its_index(plan, query):
    found = plan(Alert, query)
    assert ALERT_PLANS[query] in found.split(), found
    assert "TEMP B-TREE" not in found and "Sort" not in found, found


@pytest.mark.parametrize("path", ["/admin/contact/alert/", "/admin/contact/inquiry/export/?status=any"])
def test_nothing_is_counted_without_an_end(plan, admin_client, path):
    with CaptureQueriesContext(connection) as seen:
        assert admin_client.get(path).status_code == 200
    counts = [query["sql"] for query in seen if "COUNT(" in query["sql"]]
    assert counts and all("LIMIT" in sql for sql in counts), counts
