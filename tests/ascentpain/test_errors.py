from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import path
from django.utils import timezone

from ascentpain import errors, urls
from contact.models import Closure, Practice


def crash(request):
    raise RuntimeError


def refuse(request):
    raise PermissionDenied


def misread(request):
    raise BadRequest


handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
urlpatterns = [
    path("400/", misread),
    path("403/", refuse),
    path("500/", crash),
    *urls.urlpatterns,
]

pytestmark = pytest.mark.urls(__name__)


def visit(path, **headers):
    return Client(raise_request_exception=False, enforce_csrf_checks=True).get(path, headers=headers)


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_each_error_has_a_page_in_the_sites_look_with_the_phone_number(db, status):
    response = visit(f"/{status}/")
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == status
    assert len(page.find_all("h1")) == 1
    assert page.main.find("a", href="tel:+1-504-249-7576").text == "(504) 249-7576"
    assert page.find("a", class_="wordmark")
    assert not response.cookies


def test_a_forged_host_gets_the_400_page_with_every_header(db):
    response = visit("/", host="evil.example")
    assert response.status_code == 400
    assert b"We could not read that" in response.content
    assert "Content-Security-Policy" in response


def test_a_form_of_staff_without_its_csrf_cookie_gets_a_page_that_says_nothing_was_stored(db):
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "staff"})
    assert response.status_code == 403
    assert b"We stored nothing" in response.content


def without_database(monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", fail)


def test_the_500_page_needs_no_database(monkeypatch):
    without_database(monkeypatch)
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert b"(504) 249-7576" in response.content


def test_the_500_page_stands_though_the_closures_on_every_page_are_what_is_wrong(db, monkeypatch):
    Closure.objects.create(ends_at=timezone.now() + timedelta(days=1))
    monkeypatch.setattr(Practice, "reopening_in_words", property(lambda practice: 1 / 0))
    for address in ("/contact/", "/404/"):
        response = visit(address)
        assert response.status_code == 500
        assert b"(504) 249-7576" in response.content and b"Something went wrong" in response.content


def test_without_a_database_error_pages_show_the_number_last_known(db, monkeypatch):
    Practice.objects.filter(pk=1).update(telephone="tel:+1-504-555-0199")
    assert visit("/404/").status_code == 404
    without_database(monkeypatch)
    assert b"(504) 555-0199" in errors.server_error(RequestFactory().get("/")).content
