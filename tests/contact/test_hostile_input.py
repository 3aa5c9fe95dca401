"""What no browser sends: a clear 400 or a clean store, never a 500."""

from urllib.parse import quote_from_bytes

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from contact.models import Inquiry
from tests.contact.sending import payload, send

pytestmark = pytest.mark.usefixtures("content")
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def post_raw(client, body, content_type=FORM):
    return client.generic("POST", "/contact/", body, content_type=content_type)


def encoded(**overrides):
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in as_bytes(overrides).items())


def as_bytes(overrides):
    fields = payload() | overrides
    return {name: value if isinstance(value, bytes) else value.encode() for name, value in fields.items()}


def test_null_bytes_are_cleaned_from_every_field(client):
    nul = "\x00"
    fields = ("name", "phone", "email", "message", "helper_name", "language", "other_need")
    texts = {"name": "Ana", "phone": "504 249 7576", "email": "ana@example.com"}
    response = send(
        client, **{name: nul + texts.get(name, "x") + nul for name in fields}, about=f"cancer{nul}"
    )
    assert response.status_code == 302
    inquiry = Inquiry.objects.get()
    assert (inquiry.name, inquiry.email, inquiry.message, inquiry.about) == (
        "Ana",
        "ana@example.com",
        "x",
        "",
    )


@pytest.mark.parametrize("field", ["token", "website", "about", "asking_for", "best_time", "access_needs"])
@pytest.mark.parametrize(
    "value", ["\x00", "\ud83d".encode("utf-8", "surrogatepass"), b"\xff\xfe", "🦴" * 300, "'\"><"]
)
def test_what_no_browser_sends_in_a_field_is_no_error_of_ours(client, field, value):
    response = post_raw(client, encoded(**{field: value}))
    refused = field in {"asking_for", "best_time", "access_needs"}
    assert response.status_code == (200 if refused else 302)
    assert Inquiry.objects.count() == (0 if refused else 1)


@pytest.mark.parametrize("field", ["name", "message", "phone", "email"])
@pytest.mark.parametrize("value", [b"\xff\xfe\xfd", b"\x00", b"Ana \xf0\x28\x8c\x28", b"\xed\xa0\x80"])
def test_broken_utf8_is_no_error_of_ours(client, field, value):
    assert post_raw(client, encoded(**{field: value})).status_code in {200, 302}


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=B"])
@pytest.mark.parametrize(
    "charset", ["utf-16", "latin-1", "utf-7", "hex", "rot13", "idna", "unicode_escape", "no-such"]
)
def test_another_encoding_is_a_clear_400(client, kind, charset):
    response = post_raw(client, encoded(), f"{kind}; charset={charset}")
    assert response.status_code == 400
    assert "We could not read that" in response.content.decode()


def test_utf8_may_be_named(client):
    assert post_raw(client, encoded(), f"{FORM}; charset=UTF-8").status_code == 302


def test_ten_megabytes_are_a_clear_400(client):
    response = post_raw(client, encoded(message=b"x" * 10_000_000))
    assert response.status_code == 400
    assert "We could not read that" in response.content.decode()
    assert "(504) 249-7576" in response.content.decode()
    assert not Inquiry.objects.exists()


def test_thousands_of_fields_are_a_clear_400(client):
    response = post_raw(client, encoded() + "".join(f"&f{number}=1" for number in range(5000)))
    assert response.status_code == 400
    assert "We could not read that" in response.content.decode()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\nz"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nAna'),
        ("application/json", b'{"name": "Ana"}'),
        ("text/plain", b"name=Ana"),
        ("", b"\x00\x01"),
    ],
)
def test_a_body_that_is_no_form_is_a_400_or_shows_the_form(client, content_type, body):
    assert post_raw(client, body, content_type).status_code in {200, 400}
    assert not Inquiry.objects.exists()


def test_a_file_in_place_of_words_is_ignored(client):
    response = send(client, message=SimpleUploadedFile("scan.jpg", b"\xff\xd8"))
    assert response.status_code == 302
    assert Inquiry.objects.get().message == ""


def test_a_field_sent_many_times_is_taken_once(client):
    response = post_raw(client, encoded() + "&name=Eve" * 50)
    assert response.status_code == 302
    assert Inquiry.objects.get().name == "Eve"


@pytest.mark.parametrize("key", ["x", "a" * 2000, "0", "..%2f", "%00", "é"])
def test_a_made_up_receipt_is_no_receipt(client, key):
    assert client.get(f"/contact/sent/{key}/").status_code in {302, 404}


def test_a_made_up_receipt_cookie_is_no_receipt(client):
    for value in ("", "x", ":::", "\x00", "é" * 50, "x" * 4000):
        client.cookies["receipt_abc"] = value
        assert client.get("/contact/sent/abc/").status_code == 302
        assert client.get("/contact/").status_code == 200
