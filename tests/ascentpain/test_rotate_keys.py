import os
import secrets
import stat
import threading
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from ascentpain import encryption, key_rotation
from ascentpain.models import EncryptionKey
from contact import intake, search
from contact.models import Inquiry, InquiryEvent, Practice, SearchTerm
from tests.authenticator_app import code
from tests.contact.sending import make_inquiry
from tests.staff import make_app, make_staff


@pytest.fixture
def new_key(settings):
    EncryptionKey.objects.refuse_missing()
    settings.DATA_KEYS = [secrets.token_bytes(32), *settings.DATA_KEYS]
    return encryption.current_key()


def rotate():
    said = StringIO()
    call_command("rotate_keys", stdout=said)
    return said.getvalue()


def key_ids():
    """Of all that is sealed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone, phone_uri, email, message, access_needs FROM contact_inquiry")
        tokens = [token for row in cursor.fetchall() for token in row if token]
        cursor.execute("SELECT text, phone FROM contact_inquiryevent")
        tokens += [token for row in cursor.fetchall() for token in row if token]
    return {encryption.key_id_of(token) for token in tokens}


def found(typed):
    return search.find(Inquiry.objects.all(), typed).count()


def fill(count=3):
    for number in range(count):
        inquiry = make_inquiry(
            name=f"Ana {number}", message="My back hurts since Monday.", access_needs={"other": "x"}
        )
        inquiry.message_digest = search.text_index("my back hurts since monday.")
        inquiry.save(update_fields=["message_digest"])
        inquiry.events.create(kind="note", text="Rang.")


def test_everything_is_under_the_new_key_and_read_and_found_as_before(db, settings, request):
    fill()
    key = request.getfixturevalue("new_key")
    assert found("ana") == 3  # before, under both keys
    said = rotate()
    assert key_ids() == {key.id}
    assert "contact.Inquiry: 3 rows sealed anew" in said and "Left under an older key: 0" in said
    old = settings.DATA_KEYS[1]
    settings.DATA_KEYS = settings.DATA_KEYS[:1]
    assert f"Key {encryption.Key(old).id} is no longer needed" in said
    EncryptionKey.objects.refuse_missing()
    assert sorted(inquiry.name for inquiry in Inquiry.objects.all()) == ["Ana 0", "Ana 1", "Ana 2"]
    assert {event.text for event in InquiryEvent.objects.all()} == {"Rang."}
    assert found("ana") == 3 and found("7576") == 3
    assert intake.count_same_text("my back hurts since monday.") == 3


def test_second_factors_work_on_under_the_new_key(db, client, request, settings):
    rosa = make_staff("rosa", password="three words in a row")
    secret = make_app(rosa)
    request.getfixturevalue("new_key")
    assert "Second factors: 1 rows sealed anew" in rotate()
    assert "Second factors: 0 rows sealed anew" in rotate()
    settings.DATA_KEYS = settings.DATA_KEYS[:1]
    client.post("/staff/sign-in/", {"login": "rosa", "password": "three words in a row"})
    assert client.post("/staff/sign-in/code/", {"code": code(secret)}).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_a_second_factor_that_cannot_be_read_keeps_the_old_key_needed(db, request):
    make_app(make_staff("rosa"))
    Authenticator.objects.update(data={"secret": "0badf00d.AAAA"})
    request.getfixturevalue("new_key")
    said = rotate()
    assert "Left under an older key: 1" in said and "no longer needed" not in said


def test_a_second_run_finds_nothing_to_do(db, request):
    fill()
    request.getfixturevalue("new_key")
    rotate()
    terms = SearchTerm.objects.count()
    assert "contact.Inquiry: 0 rows sealed anew" in rotate()
    assert SearchTerm.objects.count() == terms


def test_stopped_anywhere_the_next_run_goes_on_with_what_is_left(db, request, monkeypatch):
    fill(5)
    key = request.getfixturevalue("new_key")
    whole, calls = key_rotation.also_write["contact.Inquiry"], []

    def stopped_at_the_third(inquiry):
        calls.append(inquiry)
        if len(calls) == 3:
            raise KeyboardInterrupt
        whole(inquiry)

    monkeypatch.setitem(key_rotation.also_write, "contact.Inquiry", stopped_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        rotate()
    assert len(key_ids()) == 2 and found("ana") == 5
    assert key_rotation.left() > 0
    monkeypatch.setitem(key_rotation.also_write, "contact.Inquiry", whole)
    assert "contact.Inquiry: 3 rows sealed anew" in rotate()
    assert key_ids() == {key.id}


def test_what_cannot_be_read_is_kept_named_and_keeps_its_key_needed(db, request):
    inquiry = make_inquiry()
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM contact_inquiry")
        broken = cursor.fetchone()[0][:-4] + "AAAA"
        cursor.execute("UPDATE contact_inquiry SET name = %s", [broken])
    request.getfixturevalue("new_key")
    said = rotate()
    assert f"Inquiry {inquiry.reference} (name) cannot be read and is left as it is" in said
    assert "Left under an older key: 1" in said and "no longer needed" not in said
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM contact_inquiry")
        assert cursor.fetchone()[0] == broken
    assert found("ana") == 1


@pytest.mark.django_db(transaction=True)
def test_requests_come_in_and_are_found_meanwhile(request):
    fill(20)
    key, problems = request.getfixturevalue("new_key"), []
    done = threading.Event()

    def receive():
        number = 0
        try:
            while not done.is_set() or number < 3:
                sent = Inquiry(
                    request_id=f"r{number}", name="Bea", phone="504 555 0123", phone_uri="tel:+1-504-555-0123"
                )
                intake.receive(sent, Practice.objects.current())
                assert found("ana") == 20
                number += 1
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=receive)
    thread.start()
    rotate()
    done.set()
    thread.join()
    assert not problems
    assert found("bea") >= 3 and key_ids() == {key.id}


def test_a_key_that_is_missing_refuses_to_start_and_says_how_to_put_it_right(db, settings):
    EncryptionKey.objects.refuse_missing()
    lost = settings.DATA_KEYS
    settings.DATA_KEYS = [secrets.token_bytes(32)]
    with pytest.raises(ImproperlyConfigured, match=rf"key {encryption.Key(lost[0]).id}.*data_keys.*backup"):
        EncryptionKey.objects.refuse_missing()
    settings.DATA_KEYS = [*settings.DATA_KEYS, *lost]  # beside the one that was made meanwhile
    EncryptionKey.objects.refuse_missing()
    settings.DATA_KEYS = lost
    with pytest.raises(ImproperlyConfigured):
        EncryptionKey.objects.refuse_missing()


def test_a_new_key_stands_in_front_for_the_owner_only(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    place = tmp_path / "data_keys"
    place.write_text("ab" * 32 + "\n")
    place.chmod(0o600)
    said = StringIO()
    call_command("rotate_keys", "--new-key", stdout=said)
    new, old = place.read_text().split()
    assert old == "ab" * 32 and len(new) == 64 and new not in said.getvalue()
    assert stat.S_IMODE(os.stat(place).st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["data_keys"]


def test_where_the_environment_holds_the_keys_it_says_how_to_make_one(monkeypatch):
    monkeypatch.setenv("DATA_KEYS", "ab" * 32)
    with pytest.raises(CommandError, match="openssl rand -hex 32"):
        call_command("rotate_keys", "--new-key")
