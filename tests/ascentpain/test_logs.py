import io
import logging

import pytest
from django.test import Client

from ascentpain.logs import PrivateFormatter
from tests.contact.sending import payload

MARKER = "Marisol-5045550123"


@pytest.fixture
def log():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PrivateFormatter())
    logger = logging.getLogger()
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


def test_an_exception_is_logged_by_class_and_place_without_its_words(log):
    def inner():
        raise ValueError(f"duplicate key {MARKER}")

    try:
        try:
            inner()
        except ValueError as error:
            raise RuntimeError(MARKER) from error
    except RuntimeError:
        logging.getLogger("django.request").exception("Internal Server Error: /contact/")

    text = log.getvalue()
    assert "builtins.ValueError" in text and "builtins.RuntimeError" in text
    assert "in inner" in text
    assert MARKER not in text


def test_a_crash_while_a_request_is_stored_logs_nothing_of_it(db, log, monkeypatch):
    def fail(self, *args, **kwargs):
        raise ValueError(f"cannot store {self.name} {self.phone}")

    monkeypatch.setattr("contact.models.Inquiry.save", fail)
    response = Client(raise_request_exception=False).post(
        f"/contact/?q={MARKER}", payload(name=MARKER, phone="504 555 0123")
    )
    assert response.status_code == 500
    assert "builtins.ValueError" in log.getvalue()
    assert MARKER not in log.getvalue() and "0123" not in log.getvalue()


def test_what_staff_search_for_is_not_logged(log):
    logging.getLogger("django.request").warning("Bad Request: %s", f"/admin/?q={MARKER}&p=1 from staff")
    assert "Bad Request: /admin/?… from staff" in log.getvalue()


def test_the_settings_log_through_this_formatter_only(settings):
    handlers = settings.LOGGING["handlers"]
    assert handlers["stderr"]["formatter"] == "private"
    assert settings.LOGGING["loggers"]["django"]["handlers"] == []
