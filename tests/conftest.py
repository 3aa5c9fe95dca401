from collections.abc import Callable
from io import StringIO

import hypothesis
import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django.plugin import blocking_manager_key

from ascentpain import roles
from contact import append_only
from contact.models import Practice
from contact.models.practice import PracticeManager
from procedures.models import Item, Page, Revision, Section
from tests import cache_keys
from tests.staff import sign_in

# No time limit on a busy machine, and nothing kept from run to run.
hypothesis.settings.register_profile("suite", deadline=None, database=None)
hypothesis.settings.load_profile("suite")


@pytest.fixture(autouse=True)
def no_memory_of_other_tests():
    PracticeManager._last_known = None
    yield
    PracticeManager._last_known = None


@pytest.fixture(autouse=True)
def no_cache_of_other_tests():
    cache_keys.start_test()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database starts with the shipped content, loaded once: loading takes a tenth of a second."""
    with django_db_blocker.unblock():
        load_content()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A test with transactions of its own leaves the database empty: the next finds it as it was.

    Emptying it is what the access log's guard refuses, so that it is lifted for the while.
    """
    marker = item.get_closest_marker("django_db")
    if not marker or not marker.kwargs.get("transaction"):
        return (yield)
    unblocked = item.config.stash[blocking_manager_key].unblock
    with unblocked():
        append_only.lift(connection)
    result = yield
    if nextitem is None:
        return result
    with unblocked():
        append_only.guard(connection)
        Practice.objects.get_or_create(pk=1)
        roles.make(apps)
        load_content()
    return result


@pytest.fixture
def content(db):
    """The pages that the site ships with, published."""
    assert Revision.objects.exists()


@pytest.fixture
def no_content(db):
    for model in (Revision, Item, Section, Page):
        model.objects.all().delete()


def load_content():
    call_command("load_content", stdout=StringIO())


@pytest.fixture
def admin_client(admin_user) -> Client:
    """A superuser with the second factor done, in a browser of their own."""
    return sign_in(Client(), admin_user)


@pytest.fixture
def read(client: Client) -> Callable[..., BeautifulSoup]:
    """Get an address and return its document."""

    def get(path: str, status: int = 200) -> BeautifulSoup:
        response = client.get(path)
        assert response.status_code == status, path
        return BeautifulSoup(response.content, "html.parser")

    return get
