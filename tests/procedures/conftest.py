import pytest

from procedures.models import Page
from tests.staff import make_staff


@pytest.fixture
def page(content):
    return Page.objects.get(slug="trauma")


@pytest.fixture
def reviewer(db):
    return make_staff("rita", "Reviewer")
