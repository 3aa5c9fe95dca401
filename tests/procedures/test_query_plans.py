"""What patients' pages are read from is found through an index, on both databases."""

import pytest
from django.contrib.redirects.models import Redirect
from django.db import connection

from contact.models import Practice
from procedures.models import Page, Revision

QUERIES = {
    "a page at its address": lambda: Revision.objects.live().at_address("procedure", "kyphoplasty"),
    "the page that the form is about": lambda: Revision.objects.live().filter(page__slug="cancer"),
    "the history of a page": lambda: Revision.objects.filter(page=1).order_by("-live_from", "-pk")[:50],
    "a former address": lambda: Redirect.objects.filter(site_id=1, old_path="/conditions/old/"),
    "a page by its kind and address": lambda: Page.objects.filter(kind="condition", slug="cancer"),
    "the practice's details": lambda: Practice.objects.filter(pk=1),
}


@pytest.fixture
def no_whole_tables(content):
    """PostgreSQL would read tables as small as these as a whole."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")


@pytest.mark.parametrize("name", QUERIES)
def test_no_table_is_read_as_a_whole_for_it(no_whole_tables, name):
    plan = QUERIES[name]().explain()
    assert "SCAN procedures" not in plan and "Seq Scan" not in plan, plan
    assert "INDEX" in plan or "PRIMARY KEY" in plan or "Index" in plan


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads tables this small otherwise")
def test_the_newest_version_comes_from_its_own_index(content):
    assert "revision_newest_live" in QUERIES["a page at its address"]().explain()
