from collections.abc import Callable
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.test import Client

from contact.models import PracticeManager
from procedures.models import Item, Page, Revision, Section


@pytest.fixture(autouse=True)
def no_memory_of_other_tests():
    PracticeManager._last_known = None
    yield
    PracticeManager._last_known = None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database starts with the shipped content, loaded once: loading takes a tenth of a second."""
    with django_db_blocker.unblock():
        load_content()


@pytest.fixture
def content(db):
    """The pages that the site ships with, published."""
    if not Revision.objects.exists():  # a test with transactions of its own has emptied the database
        load_content()


@pytest.fixture
def no_content(db):
    for model in (Revision, Item, Section, Page):
        model.objects.all().delete()


def load_content():
    call_command("load_content", stdout=StringIO())


@pytest.fixture
def read(client: Client) -> Callable[..., BeautifulSoup]:
    """Get an address and return its document."""

    def get(path: str, status: int = 200) -> BeautifulSoup:
        response = client.get(path)
        assert response.status_code == status, path
        return BeautifulSoup(response.content, "html.parser")

    return get
