import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ascentpain import health


def test_healthz_needs_no_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_is_ready_when_every_part_answers(db, client):
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ready\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("part", ["database", "cache", "migrations"])
def test_readyz_names_the_part_that_failed_and_nothing_more(db, client, monkeypatch, part):
    def fail():
        raise OSError("could not connect to db.internal:5432 as web")

    monkeypatch.setitem(health.PARTS, part, fail)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, f"failed: {part}\n".encode())


def test_readyz_sees_a_migration_that_was_not_run(db, client):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="contact").delete()
    assert client.get("/readyz").content == b"failed: migrations\n"


def test_readyz_sees_a_cache_that_does_not_answer(db, client, settings):
    nobody = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    settings.CACHES = {"default": nobody}
    assert client.get("/readyz").content == b"failed: cache\n"


def test_readyz_only_reads(db, client, django_assert_num_queries):
    with CaptureQueriesContext(connection) as queries:
        client.get("/readyz")
    assert not [q for q in queries if not q["sql"].lstrip("( \n").upper().startswith(("SELECT", "PRAGMA"))]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_answers_on_plain_http_where_the_site_is_https(db, client, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path, headers={"host": "127.0.0.1"}).status_code == 200
    assert client.get("/contact/").status_code == 301
