"""Guessing is slowed down, and keeps no colleague out."""

import pytest
from django.test import Client

from tests.ascentpain.test_sign_in import CODE, PASSWORD, SIGN_IN, send_password
from tests.authenticator_app import code
from tests.staff import make_app, make_staff

TOO_MANY = "too many wrong tries"


@pytest.fixture(autouse=True)
def behind_a_proxy(settings):
    settings.TRUSTED_PROXIES = 1


@pytest.fixture
def rosa(db):
    return make_staff("rosa", password=PASSWORD)


def client_at(address):
    return Client(headers={"x-forwarded-for": f"10.0.0.1, {address}"})


def guess(client, times, username="rosa"):
    return [send_password(client, username, "wrong").content.decode() for _ in range(times)][-1]


def test_after_five_wrong_passwords_an_account_waits(rosa):
    client = client_at("192.0.2.1")
    assert TOO_MANY not in guess(client, 5)
    assert TOO_MANY in guess(client, 1)
    assert TOO_MANY in send_password(client).content.decode()


def test_the_name_counts_however_it_is_written(rosa):
    client = client_at("192.0.2.1")
    guess(client, 5, "rosa")
    assert TOO_MANY in guess(client, 1, " ROSA ")


def test_a_colleague_in_another_network_is_not_kept_out(rosa):
    guess(client_at("192.0.2.1"), 8)
    assert send_password(client_at("192.0.2.2")).status_code == 302


def test_the_addresses_of_one_ipv6_network_count_together(rosa):
    for i in range(5):
        guess(client_at(f"2001:db8::{i}"), 1)
    assert TOO_MANY in guess(client_at("2001:db8::99"), 1)
    assert TOO_MANY not in guess(client_at("2001:db8:0:1::99"), 1)


def test_what_a_client_writes_into_the_header_itself_does_not_count(rosa):
    for i in range(5):
        guess(Client(headers={"x-forwarded-for": f"198.51.100.{i}, 192.0.2.1"}), 1)
    assert TOO_MANY in guess(client_at("192.0.2.1"), 1)


def test_a_network_that_tries_many_names_waits(rosa):
    client = client_at("192.0.2.1")
    for i in range(20):
        assert TOO_MANY not in guess(client, 1, f"name-{i}")
    assert TOO_MANY in guess(client, 1, "name-20")
    assert TOO_MANY not in guess(client_at("192.0.2.2"), 1, "name-20")


def test_a_flood_is_told_to_wait_in_the_sites_own_page(db):
    client = client_at("192.0.2.1")
    answers = [client.post(SIGN_IN, {}) for _ in range(31)]
    assert [answers[29].status_code, answers[30].status_code] == [200, 429]
    assert "Too many tries" in answers[30].content.decode()


def test_after_five_wrong_codes_an_account_waits_wherever_they_come_from(rosa):
    secret = make_app(rosa)
    for i in range(5):
        client = client_at(f"192.0.2.{i}")
        send_password(client)
        assert TOO_MANY not in client.post(CODE, {"code": "000000"}).content.decode()
    client = client_at("192.0.2.9")
    send_password(client)
    assert TOO_MANY in client.post(CODE, {"code": code(secret)}).content.decode()


def test_who_guesses_names_but_no_password_uses_up_no_codes_of_a_colleague(rosa):
    secret = make_app(rosa)
    guess(client_at("192.0.2.1"), 8)
    client = client_at("192.0.2.2")
    send_password(client)
    assert client.post(CODE, {"code": code(secret)}).status_code == 302


def test_no_address_is_kept_in_the_cache(rosa):
    from django.db import connection

    guess(client_at("192.0.2.77"), 2)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT cache_key FROM cache")
            assert "192.0.2.77" not in str(cursor.fetchall())
