"""Guessing is slowed down, and keeps no colleague out."""

import pytest
from django.test import Client

from ascentpain.sign_in import second_factor
from tests.ascentpain.test_sign_in import CODE, PASSWORD, SIGN_IN, send_password
from tests.authenticator_app import code
from tests.staff import make_app, make_staff, sign_in

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


def known_browser(user, secret):
    """At the same address as the strangers of these tests, where this person signed in before."""
    client = client_at("192.0.2.1")
    send_password(client)
    assert client.post(CODE, {"code": code(secret, -1)}).status_code == 302
    client.post("/staff/sign-out/")
    return client


def flood(client):
    for i in range(21):
        guess(client, 1, f"name-{i}")


def test_a_colleague_whose_browser_is_known_signs_in_though_the_network_waits(rosa):
    secret = make_app(rosa)
    client, stranger = known_browser(rosa, secret), client_at("192.0.2.1")
    flood(stranger)
    guess(stranger, 6, "rosa")
    assert TOO_MANY in send_password(stranger).content.decode()
    assert send_password(client).status_code == 302
    assert client.post(CODE, {"code": code(secret)}).status_code == 302
    assert TOO_MANY in send_password(client_at("192.0.2.1")).content.decode()


def test_a_flood_does_not_keep_a_known_browser_from_the_form(rosa):
    secret = make_app(rosa)
    client, stranger = known_browser(rosa, secret), client_at("192.0.2.1")
    assert [stranger.post(SIGN_IN, {}).status_code for _ in range(31)][-1] == 429
    assert send_password(client).status_code == 302


def test_a_known_browser_has_no_more_tries_than_others_and_none_for_other_accounts(rosa):
    client = known_browser(rosa, make_app(rosa))
    make_staff("ben", password=PASSWORD)
    flood(client_at("192.0.2.1"))
    assert TOO_MANY in guess(client, 1, "ben")
    assert TOO_MANY not in guess(client, 5)
    assert TOO_MANY in send_password(client).content.decode()


def test_a_browser_is_unknown_again_after_a_new_password(rosa):
    client = known_browser(rosa, make_app(rosa))
    rosa.set_password(PASSWORD)
    rosa.save()
    flood(client_at("192.0.2.1"))
    assert TOO_MANY in send_password(client).content.decode()


def test_who_is_signed_in_confirms_though_the_network_waits(rosa):
    client = sign_in(client_at("192.0.2.1"), rosa)
    secret = make_app(rosa)
    session = client.session
    session[second_factor.SESSION_KEY]["at"] -= 600
    session.save()
    flood(client_at("192.0.2.1"))
    response = client.post("/staff/account/confirm/", {"code": code(secret), "next": "/staff/account/"})
    assert response.status_code == 302


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
