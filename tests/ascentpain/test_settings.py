import runpy

import pytest
from django.core.exceptions import ImproperlyConfigured

from ascentpain import settings as settings_module

STRONG = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.fixture
def settings_with(monkeypatch, tmp_path):
    """The settings as they are read on a machine with this environment."""

    def load(**variables):
        monkeypatch.setenv("DATA_DIR", str(tmp_path))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(settings_module.__file__)

    return load


def test_without_any_variable_the_site_is_in_production_on_loopback(settings_with):
    settings = settings_with()
    assert settings["DEBUG"] is False
    assert settings["SITE_URL"] == "http://127.0.0.1:8000"
    assert settings["SESSION_COOKIE_SECURE"] is False
    assert settings["SECURE_HSTS_SECONDS"] == 0
    assert settings["SECURE_SSL_REDIRECT"] is False


def test_cookies_are_out_of_reach_of_scripts_and_end_with_the_browser(settings_with):
    settings = settings_with()
    assert settings["SESSION_COOKIE_HTTPONLY"] and settings["CSRF_COOKIE_HTTPONLY"]
    assert settings["SESSION_EXPIRE_AT_BROWSER_CLOSE"]


def test_other_names_are_added_to_the_sites_own(settings_with):
    settings = settings_with(SITE_URL="https://www.example.com", ALLOWED_HOSTS="example.com")
    assert settings["ALLOWED_HOSTS"][:2] == ["www.example.com", "example.com"]


def test_an_ipv6_address_may_be_bound_and_named(settings_with):
    settings = settings_with(SITE_URL="http://[::1]:8000", BIND="[::1]")
    assert settings["BIND"] == "::1"
    assert settings["ALLOWED_HOSTS"][0] == "[::1]"


def test_staff_choose_long_passwords(settings_with):
    options = [v.get("OPTIONS") for v in settings_with()["AUTH_PASSWORD_VALIDATORS"]]
    assert {"min_length": 12} in options


def test_port_is_part_of_the_default_address(settings_with):
    assert settings_with(PORT="8001")["SITE_URL"] == "http://127.0.0.1:8001"


def test_an_https_address_brings_secure_cookies_hsts_and_the_redirect(settings_with):
    settings = settings_with(SITE_URL="https://www.example.com")
    assert settings["SESSION_COOKIE_SECURE"] and settings["CSRF_COOKIE_SECURE"]
    assert settings["SECURE_HSTS_SECONDS"] == 365 * 24 * 3600
    assert settings["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert settings["SECURE_SSL_REDIRECT"]
    assert "www.example.com" in settings["ALLOWED_HOSTS"]


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"SITE_URL": "http://www.example.com"}, "SITE_URL"),
        ({"BIND": "0.0.0.0"}, "BIND"),
        ({"DEBUG": "yes", "SITE_URL": "https://www.example.com"}, "DEBUG"),
        ({"DEBUG": "perhaps"}, "DEBUG"),
        ({"PORT": "http"}, "PORT"),
        ({"SECRET_KEY": "secret"}, "SECRET_KEY"),
        ({"DATABASE_URL": "oracle://x"}, "DATABASE_URL"),
        ({"CACHE_URL": "memory"}, "CACHE_URL"),
        ({"EMAIL_URL": "mail.example.com"}, "EMAIL_URL"),
        ({"DATA_DIR": "/dev/null"}, "DATA_DIR"),
        ({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY"),
        ({"BIND": "192.0.2.1"}, "BIND"),
        ({"BIND": "somewhere"}, "BIND"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "https://example.com"}, "ALLOWED_HOSTS"),
    ],
)
def test_a_wrong_value_refuses_to_start_and_names_itself(settings_with, variables, named):
    with pytest.raises(ImproperlyConfigured, match=named):
        settings_with(**variables)


def test_behind_https_other_machines_may_connect(settings_with):
    settings = settings_with(BIND="0.0.0.0", SITE_URL="https://www.example.com", SECRET_KEY=STRONG)
    assert settings["SECRET_KEY"] == STRONG
