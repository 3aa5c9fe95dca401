import os
import stat

import pytest
from django.core.exceptions import ImproperlyConfigured

from ascentpain import env


@pytest.fixture
def given(monkeypatch):
    return lambda value: monkeypatch.setenv("THING", value)


def refusal(read, *args):
    with pytest.raises(ImproperlyConfigured) as error:
        read("THING", *args)
    return str(error.value)


@pytest.mark.parametrize(("value", "meaning"), [("yes", True), ("ON", True), ("0", False), ("", True)])
def test_flag_is_read(given, value, meaning):
    given(value)
    assert env.flag("THING", True) is meaning


def test_a_flag_that_is_neither_names_itself(given):
    given("maybe")
    assert "THING='maybe'" in refusal(env.flag, False)


@pytest.mark.parametrize("value", ["eight", "-1", "70000", "8000.0", "٣"])
def test_a_number_out_of_bounds_names_itself_and_the_bounds(given, value):
    given(value)
    message = refusal(env.integer, 8000, 1, 65535)
    assert "THING=" in message and "from 1 to 65535" in message


def test_words_are_separated_by_commas_or_spaces(given):
    given("a.example, b.example c.example")
    assert env.words("THING", []) == ["a.example", "b.example", "c.example"]


def test_a_folder_is_made_for_its_owner_only(given, tmp_path):
    given(str(tmp_path / "new" / "data"))
    path = env.folder("THING", tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_names_itself(given, tmp_path):
    (tmp_path / "file").write_text("")
    given(str(tmp_path / "file"))
    assert "THING=" in refusal(env.folder, tmp_path)


def test_a_secret_is_made_once_and_readable_by_its_owner_only(given, tmp_path):
    given("")
    first = env.secret("THING", tmp_path / "key")
    assert len(first) >= 50
    assert env.secret("THING", tmp_path / "key") == first
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["key"]


def test_an_empty_secret_file_is_refused_rather_than_used(given, tmp_path):
    given("")
    (tmp_path / "key").write_text("\n")
    assert "is empty" in refusal(env.secret, tmp_path / "key")


@pytest.mark.parametrize("value", ["abc", "ab" * 31, "00" * 32, "xy" * 32])
def test_a_key_that_is_none_is_named_and_not_repeated(given, tmp_path, value):
    given(f"{'0123456789abcdef' * 4} {value}")
    message = refusal(env.data_keys, tmp_path / "keys")
    assert "THING: key 2 is not 64 random hexadecimal digits" in message and value not in message


def test_keys_are_made_once_and_the_first_one_stays_first(given, tmp_path):
    given("")
    made = env.data_keys("THING", tmp_path / "keys")
    assert env.data_keys("THING", tmp_path / "keys") == made and len(made[0]) == 32
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600
    env.add_data_key(tmp_path / "keys")
    assert env.data_keys("THING", tmp_path / "keys")[1:] == made
    (tmp_path / "keys").write_text("")
    assert "is empty" in refusal(env.data_keys, tmp_path / "keys")


@pytest.mark.parametrize("weak", ["short", "a" * 60, "django-insecure-" + "abcdefgh" * 8])
def test_a_weak_secret_is_refused_and_not_repeated(given, tmp_path, weak):
    given(weak)
    message = refusal(env.secret, tmp_path / "key")
    assert "THING" in message and weak not in message


@pytest.mark.parametrize(
    "value",
    [
        "http://127.0.0.1:8000",
        "http://localhost",
        "http://[::1]:8000",
        "https://www.example.com/",
        "HTTPS://WWW.Example.com",
    ],
)
def test_site_url_is_https_or_loopback(given, value):
    given(value)
    assert env.site_url("THING", "") == value.lower().rstrip("/")


@pytest.mark.parametrize("value", ["http://www.example.com", "http://10.0.0.4:8000", "http://0.0.0.0"])
def test_plain_http_beyond_loopback_is_refused_with_the_fix(given, value):
    given(value)
    message = refusal(env.site_url, "")
    assert f"THING={value!r}" in message and "https://" in message


@pytest.mark.parametrize(
    "value",
    [
        "www.example.com",
        "https://",
        "https://a.example/path",
        "ftp://a.example",
        "https://a:b",
        "https://u@a.example",
        "https://:p@a.example",
        "https://*",
        "https://a.example?",
        "https://exa mple.com",
        "https://a.example:0",
    ],
)
def test_site_url_that_is_no_address_of_a_site_is_refused(given, value):
    given(value)
    assert "THING=" in refusal(env.site_url, "")


def test_sqlite_waits_for_its_turn_and_survives_a_power_cut(given, tmp_path):
    given("")
    options = env.database("THING", tmp_path / "db")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in options["init_command"]


@pytest.mark.parametrize("name", ["d#1", "d?1", "d%41", "d 1"])
def test_the_default_database_is_the_file_it_is_told(given, tmp_path, name):
    given("")
    assert env.database("THING", tmp_path / name / "db")["NAME"] == tmp_path / name / "db"


def test_database_url_names_a_postgresql(given, tmp_path):
    given("postgres://u:p@db.example:5433/name")
    config = env.database("THING", tmp_path / "db")
    assert (config["HOST"], config["PORT"], config["NAME"]) == ("db.example", 5433, "name")
    assert config["CONN_MAX_AGE"] == 600
    assert config["OPTIONS"] == {"connect_timeout": 3}
    given("postgres://u:p@db.example/name?connect_timeout=9&sslmode=require")
    assert env.database("THING", tmp_path / "db")["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize(
    "value",
    [
        "postgres//u:hunter2@h/n",
        "mysql://u:hunter2@h/n",
        "postgres://u:hunter2@h",
        "sqlite://:memory:",
        "sqlite://",
    ],
)
def test_a_database_url_it_cannot_use_is_refused_without_its_password(given, tmp_path, value):
    given(value)
    message = refusal(env.database, tmp_path / "db")
    assert "THING" in message and "hunter2" not in message


def test_cache_url_names_a_redis(given):
    given("redis://127.0.0.1:6379/1")
    assert env.cache("THING")["LOCATION"] == "redis://127.0.0.1:6379/1"


@pytest.mark.parametrize("value", ["memcached://:hunter2@h", "redis://", "redis", "redis://:hunter2@h/cache"])
def test_a_cache_url_it_cannot_use_is_refused_without_its_password(given, value):
    given(value)
    message = refusal(env.cache)
    assert "THING" in message and "hunter2" not in message


@pytest.mark.parametrize(
    ("value", "port", "starttls", "tls"),
    [
        ("submission://me%40x:p%2Fw@mail.example", 587, True, False),
        ("smtps://me%40x:p%2Fw@mail.example", 465, False, True),
        ("smtp://me%40x:p%2Fw@mail.example:2525", 2525, False, False),
    ],
)
def test_mail_url_names_host_account_and_transport(given, value, port, starttls, tls):
    given(value)
    config = env.mail("THING")
    assert config["EMAIL_HOST"] == "mail.example"
    assert (config["EMAIL_HOST_USER"], config["EMAIL_HOST_PASSWORD"]) == ("me@x", "p/w")
    assert (config["EMAIL_PORT"], config["EMAIL_USE_TLS"], config["EMAIL_USE_SSL"]) == (
        port,
        starttls,
        tls,
    )


@pytest.mark.parametrize("value", ["mail.example", "pop3://a:hunter2@mail.example", "smtp://"])
def test_a_mail_url_it_cannot_use_is_refused_without_its_password(given, value):
    given(value)
    message = refusal(env.mail)
    assert "THING" in message and "hunter2" not in message


def test_mail_is_sent_from_an_address(given):
    given("desk@example.com")
    assert env.mail_address("THING", "noreply@localhost") == "desk@example.com"
    given("desk")
    assert "THING='desk' is not an e-mail address" in refusal(env.mail_address, "noreply@localhost")


def test_a_cache_server_that_hangs_is_not_waited_for(given):
    given("redis://127.0.0.1:6379/1")
    times = env.cache("THING")["OPTIONS"]
    assert 0 < times["socket_timeout"] <= 0.5 and 0 < times["socket_connect_timeout"] <= 0.5
