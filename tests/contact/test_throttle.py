import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory

from contact import throttle
from tests.contact.sending import send


def request(address="203.0.113.7", forwarded=None):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().post("/contact/", REMOTE_ADDR=address, **headers)


def fill(**client):
    for number in range(settings.REQUESTS_PER_NETWORK):
        assert throttle.seconds_to_wait(request(**client), f"fill-{number}") == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", None),
        ("not an address", None),
    ],
)
def test_a_network_is_an_ipv4_address_or_the_64_of_an_ipv6_address(address, network):
    assert throttle.client_network(request(address)) == network


@pytest.mark.parametrize(
    ("trusted", "forwarded", "network"),
    [
        (0, "198.51.100.1", "203.0.113.7"),  # nobody is trusted: what the header says is nothing
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "192.0.2.66, 198.51.100.1", "198.51.100.1"),  # the left one is the client's own invention
        (1, "192.0.2.66,,198.51.100.1:4711", "198.51.100.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::/64"),
        (2, "192.0.2.66, 198.51.100.1, 203.0.113.50", "198.51.100.1"),
        (2, "198.51.100.1", None),  # one of the proxies did not add anything
        (1, "", None),
        (1, "unknown", None),
    ],
)
def test_trusted_proxies_are_counted_from_the_right(monkeypatch, trusted, forwarded, network):
    monkeypatch.setattr(settings, "TRUSTED_PROXIES", trusted)
    assert throttle.client_network(request(forwarded=forwarded)) == network


@pytest.mark.parametrize("trusted", [0, 1])
def test_a_forged_header_changes_nothing(db, monkeypatch, trusted):
    monkeypatch.setattr(settings, "TRUSTED_PROXIES", trusted)
    true = "203.0.113.7"
    for number in range(settings.REQUESTS_PER_NETWORK):
        forged = f"192.0.2.{number}, {true}" if trusted else f"192.0.2.{number}"
        assert throttle.seconds_to_wait(request(true, forged), str(number)) == 0
    assert throttle.seconds_to_wait(request(true, f"192.0.2.99, {true}"), "one more") > 0


def test_one_network_over_its_limit_holds_up_no_other(db):
    fill(address="203.0.113.7")
    assert throttle.seconds_to_wait(request("203.0.113.7"), "more") > 0
    assert throttle.seconds_to_wait(request("203.0.113.8"), "other") == 0


def test_the_same_request_takes_one_place(db):
    for _ in range(3):
        fill()
    assert throttle.seconds_to_wait(request(), "more") > 0


def test_the_wait_is_until_the_first_place_is_free(db, monkeypatch):
    start = time.time()
    monkeypatch.setattr("contact.throttle.time.time", lambda: start)
    fill()
    monkeypatch.setattr("contact.throttle.time.time", lambda: start + 60)
    assert throttle.seconds_to_wait(request(), "more") == throttle.WINDOW - 60


def test_a_place_is_free_again_after_a_while(db, monkeypatch):
    monkeypatch.setattr(throttle, "WINDOW", 1)
    fill()
    assert throttle.seconds_to_wait(request(), "more") == 1
    time.sleep(2)  # the cache table counts whole seconds
    assert throttle.seconds_to_wait(request(), "more") == 0


@pytest.mark.django_db(transaction=True)
def test_at_once_no_more_pass_than_one_after_the_other():
    def ask(number):
        wait = throttle.seconds_to_wait(request(), str(number))
        connection.close()
        return wait

    with ThreadPoolExecutor(20) as pool:
        waits = list(pool.map(ask, range(30)))
    assert waits.count(0) == settings.REQUESTS_PER_NETWORK


def test_without_an_address_or_a_cache_nobody_is_throttled(db, monkeypatch):
    for number in range(settings.REQUESTS_PER_NETWORK + 1):
        assert throttle.seconds_to_wait(request(address=""), str(number)) == 0
    fill()
    monkeypatch.setattr(type(cache._connections["default"]), "get_many", lambda *args, **kwargs: 1 / 0)
    assert throttle.seconds_to_wait(request(), "more") == 0


def test_no_address_is_stored_anywhere(content, client, monkeypatch):
    address, told, add = "203.0.113.77", [], type(cache._connections["default"]).add

    def watched(self, *args, **kwargs):
        told.append(repr((args, kwargs)))
        return add(self, *args, **kwargs)

    monkeypatch.setattr(type(cache._connections["default"]), "add", watched)
    client.defaults["REMOTE_ADDR"] = address
    send(client)
    assert told and address not in "".join(told)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert address not in str(cursor.fetchall()), table
