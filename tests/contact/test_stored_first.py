"""What was acknowledged is stored; nothing that may fail can undo it or stand in its way."""

import socket
import time
from contextlib import closing, contextmanager

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.cache import caches
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ascentpain import env, patience
from contact import receipt
from contact.models import Alert, Inquiry, InquiryEvent
from contact.models.practice import PracticeManager
from tests.contact.sending import payload, send

pytestmark = pytest.mark.usefixtures("content")
NOTHING_STORED = (0, 0, 0)


def stored():
    return (Inquiry.objects.count(), Alert.objects.count(), InquiryEvent.objects.count())


def test_one_transaction_stores_inquiry_alert_and_first_event(client):
    send(client)
    inquiry = Inquiry.objects.get()
    assert [event.kind for event in inquiry.events.all()] == ["received"]
    assert [(alert.kind, alert.status) for alert in inquiry.alerts.all()] == [("staff", "waiting")]


@pytest.mark.parametrize("part", [Inquiry, Alert, InquiryEvent])
def test_when_one_of_them_cannot_be_stored_none_is_and_no_receipt_is_shown(client, monkeypatch, part):
    def fail(self, *args, **kwargs):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(part, "save", fail)
    response = send(client)
    assert response.status_code == 503
    assert not [name for name in response.cookies if name.startswith(receipt.COOKIE)]
    assert stored() == NOTHING_STORED


def test_a_commit_survives_a_power_cut(client):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone() == (2,)  # FULL
        else:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)


def everything_fails(*args, **kwargs):
    raise OSError("connection refused")


def test_a_cache_that_is_down_costs_nobody_the_request(client, monkeypatch):
    for method in ("add", "get", "get_many", "set", "incr"):
        monkeypatch.setattr(type(caches["default"]), method, everything_fails)
    assert send(client).status_code == 302
    assert Inquiry.objects.count() == 1


def test_a_cache_server_that_is_not_there_costs_nobody_the_request(client, settings):
    nobody = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    settings.CACHES = {"default": nobody}
    assert send(client).status_code == 302


def seconds_to_send(client, **overrides):
    began = time.monotonic()
    assert send(client, **overrides).status_code == 302
    return time.monotonic() - began


def test_a_cache_server_that_hangs_costs_less_than_a_second(client, settings, monkeypatch):
    before = seconds_to_send(client, name="Bea")
    with socket.create_server(("127.0.0.1", 0)) as hung:  # it takes the connection, and never answers
        monkeypatch.setenv("CACHE_URL", f"redis://127.0.0.1:{hung.getsockname()[1]}/0")
        settings.CACHES = {"default": env.cache("CACHE_URL")}
        assert seconds_to_send(client) < before + 1
    assert stored() == (2, 2, 2)


def test_a_mail_server_that_is_down_costs_nobody_the_request(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert send(client).status_code == 302
    assert Alert.objects.get().status == "waiting"


class Away:
    """A database that answers nothing."""

    def __call__(self, execute, sql, params, many, context):
        raise OperationalError("the database system is shutting down")


def test_without_the_database_every_word_comes_back_with_the_phone_number_and_can_be_sent_again(client):
    sent = payload(
        asking_for="someone_else",
        helper_name="Rosa",
        helper_may_speak="on",
        voicemail_ok="on",
        email="ana@example.com",
        best_time="afternoon",
        message="My back hurts.\nSince Monday.",
        access_needs=["relay"],
        other_need="A quiet room",
        about="kyphoplasty",
    )
    with connection.execute_wrapper(Away()):
        response = client.post("/contact/", sent)
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 503 and response["Retry-After"] == "60"
    assert "We may not have it yet." in page.find(class_="error-summary").text
    assert page.find(class_="error-summary").find("a", href="tel:+1-504-249-7576")
    again = fields_of(page)
    assert again == {"csrfmiddlewaretoken": again["csrfmiddlewaretoken"], **expected(sent)}
    assert stored() == NOTHING_STORED
    assert client.post("/contact/", again).status_code == 302
    assert Inquiry.objects.get().message == "My back hurts.\nSince Monday."


def expected(sent):
    """A browser sends every text field, empty ones too, and a list for a list of boxes."""
    return {"language": "", "send": "Send my request", **sent}


def fields_of(page):
    """What a browser would send from this page if its button were pressed now."""
    fields = {}
    for field in page.form.select("input, textarea, button"):
        kind, name = field.get("type"), field["name"]
        if kind in {"radio", "checkbox"} and not field.has_attr("checked"):
            continue
        value = (
            field.text.removeprefix("\n")
            if field.name == "textarea"
            else field.get("value", "on" if kind == "checkbox" else "")
        )
        fields[name] = [*fields.get(name, []), value] if name == "access_needs" else value
    return fields


def test_without_the_database_the_form_can_be_opened(client):
    with connection.execute_wrapper(Away()):
        response = client.get("/contact/?about=kyphoplasty")
    assert response.status_code == 200
    assert b"Send my request" in response.content


def test_without_the_database_a_receipt_still_says_that_we_have_the_request(client):
    address = send(client)["Location"]
    with connection.execute_wrapper(Away()):
        response = client.get(address)
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 503
    assert page.h1.text == "We have your request"
    assert not page.find(class_="error-summary") and "not" not in page.title.text
    assert "We cannot show its details right now." in page.main.text


def test_without_the_database_a_corrected_number_comes_back_as_typed(client):
    address = send(client)["Location"]
    with connection.execute_wrapper(Away()):
        response = client.post(address, {"phone": "504 555 0199"})
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 503
    assert page.find(id="id_phone")["value"] == "504 555 0199"
    assert "We may not have it yet." in page.find(class_="error-summary").text


def test_a_database_that_failed_is_not_asked_again_in_the_same_request(client):
    tries = []

    class Counted(Away):
        def __call__(self, execute, sql, params, many, context):
            tries.append(sql)
            super().__call__(execute, sql, params, many, context)

    with connection.execute_wrapper(Counted()):
        assert client.post("/contact/", payload()).status_code == 503
    assert len(tries) == 1


def test_the_last_known_details_stand_in_for_a_database_that_is_away(client):
    client.get("/contact/")
    PracticeManager._last_known.telephone = "tel:+1-504-555-0199"
    with connection.execute_wrapper(Away()):
        assert b"(504) 555-0199" in client.post("/contact/", payload()).content


def test_any_other_failure_keeps_the_words_too(monkeypatch):
    def fail(*args):
        raise ValueError

    monkeypatch.setattr("contact.intake.receive", fail)
    response = Client(raise_request_exception=False).post("/contact/", payload(name="Ana Núñez"))
    page = BeautifulSoup(response.content, "html.parser")
    assert response.status_code == 500
    assert page.find(id="id_name")["value"] == "Ana Núñez"
    assert "We may not have it yet." in page.text


on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no such limit to set")


@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_on_a_full_disk_nothing_is_half_stored_and_the_words_come_back(client):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            answers = [send(client, name=f"Ana {n}", message="My back hurts. " * 130) for n in range(15)]
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    acknowledged = [answer for answer in answers if answer.status_code == 302]
    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused and len(acknowledged) + len(refused) == 15
    assert stored() == (len(acknowledged),) * 3
    assert b"My back hurts. My back" in refused[0].content


@contextmanager
def locked():
    """Nothing can be stored meanwhile, as while an index is built."""
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
        if connection.vendor != "sqlite":
            cursor.execute("LOCK TABLE contact_inquiry IN SHARE MODE")
        yield


@pytest.fixture
def served(monkeypatch):
    """A connection as those that serve requests, though less patient."""
    connection.close()
    monkeypatch.setattr(patience, "LOCK_SECONDS", 3)
    connection_created.connect(patience.limit)
    yield
    connection_created.disconnect(patience.limit)
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stays_locked_gives_the_words_back_after_one_wait(client, served):
    client.get("/contact/")
    with locked():
        began = time.monotonic()
        response = send(client, message="My back hurts.")
        took = time.monotonic() - began
    assert 2.9 < took < 5.9  # for the throttle and the request together
    assert response.status_code == 503
    assert b"My back hurts." in response.content
    assert send(client).status_code == 302


CACHE_IS_TABLE = settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache")
WRITES = ("INSERT", "UPDATE", "DELETE")


@pytest.mark.django_db(transaction=True)
def test_a_request_is_one_transaction_and_takes_its_place_of_the_throttle_in_it(client):
    client.get("/contact/")
    with CaptureQueriesContext(connection) as seen:
        assert send(client).status_code == 302
    said = [query["sql"].split()[0] for query in seen]
    assert said.count("COMMIT") == 1
    assert not [word for word in said[: said.index("BEGIN")] if word in WRITES]
    assert said[-1] == "COMMIT"
    assert any('INTO "cache"' in query["sql"] for query in seen) is CACHE_IS_TABLE


@pytest.mark.skipif(not CACHE_IS_TABLE, reason="the cache is a server")
def test_a_throttle_whose_table_is_gone_costs_nobody_the_request(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cache RENAME TO gone")
    assert send(client).status_code == 302
    assert stored() == (1, 1, 1)
