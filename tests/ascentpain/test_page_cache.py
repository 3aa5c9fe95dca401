import math
import threading
import time
from datetime import timedelta
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings
from django.contrib.redirects.models import Redirect
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import DatabaseError, OperationalError, close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ascentpain import content_version, page_cache
from ascentpain.page_cache import CACHE_CONTROL, PageCache
from contact.models import Closure, OpeningHours, Practice
from contact.models.practice import PracticeManager
from procedures.models import Page, Revision
from procedures.publishing import publish, withdraw
from tests.addresses import HANDOUT, PUBLIC
from tests.procedures.pages import make_clinician, make_page

PATH = "/procedures/kyphoplasty/"
LIVE = [
    *(path for path in PUBLIC if not path.startswith("/contact/")),
    HANDOUT,
    "/robots.txt",
    "/sitemap.xml",
]


class Worker:
    """A process that serves the site, and what of it reaches Django."""

    def __init__(self):
        self.cache, self.asked = PageCache(self.django), []
        self.handler = WSGIHandler()

    def django(self, environ, start_response):
        self.asked.append(environ)
        return self.handler(environ, start_response)

    def ask(self, path=PATH, method="GET", query="", scheme="http", **headers):
        told = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": "localhost",
        }
        environ["wsgi.url_scheme"] = scheme
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        setup_testing_defaults(environ)
        answer = self.cache(environ, lambda status, headers, *_: told.append((status, dict(headers))))
        body = b"".join(answer).decode()
        [(status, headers)] = told
        return int(status.split()[0]), headers, body

    def read(self, path=PATH, **asked):
        status, _, body = self.ask(path, **asked)
        assert status == 200
        return body

    def a_second_passes(self):
        count_at_last()
        self.cache.asks_at = self.cache.asked_at = -math.inf


def count_at_last():
    """What PostgreSQL counts when a transaction ends; a test's own never does."""
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        connection.check_constraints()


@pytest.fixture(autouse=True)
def the_tests_connection_stays_open():
    """As Django's own test client has it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def worker(content):
    return Worker()


@pytest.mark.parametrize("path", LIVE)
def test_a_page_is_rendered_once_and_then_sent_from_memory(worker, path):
    first, second = worker.ask(path), worker.ask(path)
    assert first == second and first[0] == 200
    assert len(worker.asked) == 1
    assert first[1]["Cache-Control"] == CACHE_CONTROL and first[1]["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", LIVE)
def test_it_is_what_django_answers_with_all_of_its_headers(worker, client, path):
    _, headers, body = worker.ask(path)
    fresh = client.get(path)
    assert body == fresh.content.decode()
    assert "Content-Security-Policy" in headers and "no-store" in fresh["Cache-Control"]
    del fresh.headers["Cache-Control"], fresh.headers["Expires"]  # its own answer is for one reader
    for name, value in fresh.headers.items():
        # The policy's directives stand in an order of their own each time.
        assert sorted(headers[name].split("; ")) == sorted(value.split("; ")), name


def test_the_form_and_the_desk_are_never_kept(worker):
    for path in ("/contact/", "/contact/sent/", "/admin/", "/staff/sign-in/", "/healthz", "/readyz"):
        worker.ask(path)
        worker.ask(path)
    assert len(worker.asked) == 12
    assert not worker.cache.edition.pages


def publish_new_title():
    page = Page.objects.get(slug="kyphoplasty")
    page.title = "Another title"
    page.save()
    publish(page)


CHANGES = {
    "a publication": publish_new_title,
    "the practice's details": lambda: Practice.objects.update(name="Another practice"),
    "opening hours": lambda: OpeningHours.objects.create(weekday=0, opens="08:00", closes="17:00"),
    "a closure": lambda: Closure.objects.create(ends_at=timezone.now() + timedelta(days=1)),
    "a clinician": make_clinician,
    "a page's address": lambda: Page.objects.filter(slug="cancer").update(slug="tumors"),
    "a redirect": lambda: Redirect.objects.create(site_id=1, old_path="/old/", new_path="/"),
    "a deletion": lambda: Revision.objects.filter(page__slug="privacy").delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_staff_change_is_served_within_a_second(worker, change):
    worker.read()
    change()
    worker.read()
    assert len(worker.asked) == 1
    worker.a_second_passes()
    worker.read()
    assert len(worker.asked) == 2


def test_what_is_served_then_is_what_they_changed(worker):
    worker.read()
    publish_new_title()
    worker.a_second_passes()
    assert "<h1>Another title</h1>" in worker.read()


def test_staff_see_it_at_once(worker):
    worker.read()
    publish_new_title()
    count_at_last()
    assert "<h1>Another title</h1>" not in worker.read(cookie="csrftoken=1; my_sessionid=2")
    assert "<h1>Another title</h1>" in worker.read(cookie="csrftoken=1; sessionid=2")


def test_what_no_page_shows_renders_nothing_anew(worker, admin_user):
    worker.read()
    admin_user.set_password("another one")
    admin_user.save()
    worker.a_second_passes()
    worker.read()
    assert len(worker.asked) == 1


def test_the_database_is_asked_one_small_question_a_second_and_nothing_else(worker):
    worker.read()
    worker.a_second_passes()
    with CaptureQueriesContext(connection) as queries:
        for _ in range(50):
            worker.read()
    assert [query["sql"] for query in queries] == [f"SELECT number FROM {content_version.TABLE} WHERE id = 1"]
    time.sleep(page_cache.ASKS_AFTER)
    with CaptureQueriesContext(connection) as queries:
        worker.read()
        worker.read()
    assert len(queries) == 1


@pytest.mark.parametrize("path", ["/healthz", "/static/css/site.css", "/admin/", "/contact/sent/"])
def test_what_is_no_page_asks_for_no_version(worker, path):
    with CaptureQueriesContext(connection) as queries:
        worker.ask(path, cookie="sessionid=1")
    assert content_version.TABLE not in str(queries.captured_queries)


def test_every_table_that_a_page_is_read_from_is_watched(worker, admin_user):
    make_clinician(is_listed=True)
    withdraw(Page.objects.get(slug="trauma"), admin_user, "Old", instead=Page.objects.get(slug="cancer"))
    with CaptureQueriesContext(connection) as queries:
        for path in [*LIVE, "/clinicians/", "/no-page/"]:
            Worker().ask(path)
    tables = set(connection.introspection.table_names())
    read = {table for query in queries for table in tables if table in query["sql"]}
    assert read == {*content_version.WATCHED, content_version.TABLE}


def test_a_change_past_django_counts_too(content):
    before = content_version.read()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contact_practice SET name = 'Another practice'")
        cursor.execute("DELETE FROM contact_closure")
        cursor.execute(
            "UPDATE procedures_revision SET note = 'x' WHERE page_id IN (SELECT MIN(id) FROM procedures_page)"
        )
    count_at_last()
    assert content_version.read() > before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_emptying_a_table_counts_too(content):
    before = content_version.read()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE contact_closure")
    assert content_version.read() > before


def test_a_change_that_is_rolled_back_does_not_count(content):
    before = content_version.read()
    with transaction.atomic():
        Practice.objects.update(name="Another practice")
        count_at_last()
        assert content_version.read() > before
        transaction.set_rollback(True)
    assert content_version.read() == before


@pytest.mark.django_db(transaction=True)
def test_two_who_change_two_pages_in_turns_do_not_wait_for_each_other():
    """The first one's count must not stand in the way of the second, whom the first waits for."""
    first, second = Page.objects.order_by("pk")[:2]
    has_first, has_second, failed = threading.Event(), threading.Event(), []

    def change(before, keys, after):
        try:
            with transaction.atomic():
                Page.objects.filter(pk=keys[0]).update(order=1)
                before.set()
                after.wait(5)
                Page.objects.filter(pk=keys[1]).update(order=1)
        except DatabaseError as error:
            failed.append(error)
        finally:
            connection.close()

    def change_one():
        try:
            with transaction.atomic():
                list(Page.objects.select_for_update().filter(pk=second.pk))
                has_second.set()
                has_first.wait(0.5 if connection.vendor == "sqlite" else 5)
                Page.objects.filter(pk=second.pk).update(order=2)
        except DatabaseError as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=change, args=(has_first, (first.pk, second.pk), has_second)),
        threading.Thread(target=change_one),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.django_db(transaction=True)
def test_a_trigger_that_a_migration_dropped_is_made_again():
    on = "" if connection.vendor == "sqlite" else " ON contact_practice"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER contact_practice_update_counts{on}")
    before = content_version.read()
    Practice.objects.update(name="Another practice")
    assert content_version.read() == before
    call_command("migrate", verbosity=0)
    assert content_version.read() > before
    before = content_version.read()
    Practice.objects.update(name="One more")
    assert content_version.read() != before


@pytest.mark.parametrize("coming", ["revision", "start", "end"])
def test_what_time_alone_changes_is_served_when_its_time_has_come(worker, coming):
    soon, later = timezone.now() + timedelta(seconds=0.6), timezone.now() + timedelta(days=1)
    if coming == "revision":
        publish(make_page(kind="notice", slug="later", title="It is time"), live_from=soon)
        path, words = "/later/", "<h1>It is time</h1>"
    else:
        starts_at = soon if coming == "start" else timezone.now() - timedelta(days=1)
        Closure.objects.create(starts_at=starts_at, ends_at=soon if coming == "end" else later)
        path, words = PATH, "We are closed until"
    was_there = coming == "end"
    assert (words in worker.ask(path)[2]) == was_there
    time.sleep(max(0, (soon - timezone.now()).total_seconds()))
    assert (words in worker.ask(path)[2]) != was_there


def test_an_edition_ends_at_midnight_in_the_practices_zone(content):
    now = timezone.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert content_version.holds_until(now) == midnight.timestamp()


def test_nothing_of_its_reader_gets_into_a_page(worker):
    worker.read(cookie="sessionid=stolen; request_token=secret", query="name=Ana", authorization="secret",
                referer="http://localhost/?secret", user_agent="secret", host="localhost:1234")  # fmt: skip
    (asked,) = worker.asked
    assert {name: value for name, value in asked.items() if name.startswith("HTTP_")} == {
        "HTTP_HOST": settings.SITE_URL.removeprefix("http://")
    }
    assert not asked.get("QUERY_STRING")


def test_every_reader_gets_the_same_page_whatever_they_bring(worker, admin_client):
    session = admin_client.cookies["sessionid"].value
    pages = [
        worker.ask(),
        worker.ask(cookie=f"sessionid={session}"),
        worker.ask(query="utm_source=mail&name=Ana"),
        worker.ask(host="127.0.0.1:9999"),
    ]
    assert all(page == pages[0] for page in pages)
    assert "Set-Cookie" not in pages[0][1]
    assert len(worker.asked) == 1


def test_a_view_that_reads_its_query_gets_it(worker):
    assert worker.ask("/sitemap.xml", query="p=2")[0] == 404
    assert worker.ask("/sitemap.xml")[0] == 200
    assert worker.ask("/sitemap.xml", query="p=2")[0] == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [("/conditions/nothing/", 404), ("/conditions/trauma/", 410), ("/conditions/old/", 301)],
)
def test_what_is_no_page_is_never_kept_here_or_on_the_way(worker, admin_user, path, status):
    withdraw(Page.objects.get(slug="trauma"), admin_user, "Old")
    Redirect.objects.create(site_id=1, old_path="/conditions/old/", new_path="/conditions/cancer/")
    for number in (1, 2):
        got, headers, body = worker.ask(path)
        assert got == status
        assert "no-store" in headers["Cache-Control"] and "ETag" not in headers
        assert len(worker.asked) == number
        assert (status == 301) == (body == "")
    assert worker.ask(path, method="HEAD")[2] == ""


def test_an_error_is_never_kept(worker, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("procedures.views.context", lambda revision: 1 / 0)
        assert worker.ask()[0] == 500
    assert worker.ask()[0] == 200


@pytest.mark.parametrize("personal", [("Set-Cookie", "a=b"), ("Vary", "Accept-Encoding, Cookie")])
def test_an_answer_that_is_for_one_reader_is_never_kept(worker, personal):
    def application(environ, start_response):
        start_response("200 OK", [personal])
        return [b"for one"]

    worker.cache.application = application
    assert worker.read() == "for one"
    assert not worker.cache.edition.pages


def test_other_methods_and_other_names_are_djangos(worker):
    worker.read()
    assert worker.ask(method="POST")[0] == 403  # it has no token
    assert worker.ask(method="OPTIONS")[0] == 405
    assert worker.ask(host="evil.example")[0] == 400
    assert worker.ask(host="")[0] == 400
    assert len(worker.asked) == 5


def test_plain_http_is_redirected_where_the_site_is_https(content, settings):
    settings.SECURE_SSL_REDIRECT, settings.SITE_URL = True, "https://localhost"
    worker = Worker()
    assert worker.ask()[0] == 301
    assert worker.ask(scheme="https")[0] == 200
    assert worker.ask()[0] == 301


def test_memory_is_bounded_and_the_pages_last_asked_for_stay(worker, monkeypatch):
    worker.read()
    monkeypatch.setattr(page_cache, "MOST_BYTES", worker.cache.edition.size * 2)
    for path in LIVE:
        worker.read(path)
        worker.read(PATH)
    edition = worker.cache.edition
    assert edition.size == sum(kept.page.size for kept in edition.pages.values()) <= page_cache.MOST_BYTES
    assert PATH in edition.pages and len(edition.pages) < len(LIVE)


def fail(*args, **kwargs):
    raise OperationalError


def test_details_that_could_not_be_read_are_on_no_page_that_is_kept(worker, monkeypatch):
    """The database is back before anyone asks for the version again."""
    with monkeypatch.context() as away:
        away.setattr(PracticeManager, "_read", fail)
        assert worker.ask()[0] == 200
    assert not worker.cache.edition.pages
    Practice.objects.update(name="Another practice")
    worker.a_second_passes()
    assert "| Another practice</title>" in worker.read()


def test_details_that_another_thread_read_earlier_are_on_no_page(worker, monkeypatch):
    read, newer = PracticeManager._read, []

    def slow_read(manager):
        newer.append(read(manager))
        if len(newer) == 1:
            PracticeManager._last_known = Practice(name="Of long ago")
        return newer[-1]

    monkeypatch.setattr(PracticeManager, "_read", slow_read)
    assert "Of long ago" not in worker.read()


def test_a_clock_that_was_ahead_leaves_no_page_of_the_future(worker, monkeypatch):
    coming = timezone.now() + timedelta(hours=1)
    publish(make_page(kind="notice", slug="later", title="It is time"), live_from=coming)
    ahead = timezone.now() + timedelta(hours=2)
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: ahead)
        clock.setattr(page_cache.time, "time", ahead.timestamp)
        assert worker.ask("/later/")[0] == 200
    worker.a_second_passes()
    assert worker.ask("/later/")[0] == 404


def test_a_page_waits_for_no_other_that_takes_long(worker, monkeypatch):
    monkeypatch.setattr(page_cache, "WAITS_FOR", 0.05)
    for lock in worker.cache.rendering:
        lock.acquire()
    assert worker.ask()[0] == 200  # Django's own
    assert not worker.cache.edition.pages


def test_a_mistake_in_the_cache_costs_nobody_the_page(worker, monkeypatch):
    monkeypatch.setattr(page_cache, "inline", lambda body, headers: 1 / 0)
    status, headers, body = worker.ask()
    assert status == 200 and "<h1>Kyphoplasty</h1>" in body
    assert "no-store" in headers["Cache-Control"]


def test_pages_stand_while_the_database_does_not_answer(worker, monkeypatch):
    page = worker.read()
    worker.a_second_passes()
    monkeypatch.setattr(content_version, "read", fail)
    assert worker.read() == page
    worker.cache.edition.until = 0  # its time is over, too
    assert worker.read() == page
    assert worker.read("/privacy/")  # Django answers: in this test, its database does


def test_a_page_that_was_read_while_staff_published_is_read_again(worker, monkeypatch):
    """Old details and a new revision on one page would be a mixture."""
    current, times = Practice.objects.current, []

    def change_after_reading():
        practice = current()
        if len(times) < 2:
            times.append(Practice.objects.update(name=f"Practice {len(times)}"))
            count_at_last()
        return practice

    monkeypatch.setattr(Practice.objects, "current", change_after_reading)
    assert "<title>Kyphoplasty | Practice 1</title>" in worker.read()
    assert len(worker.asked) == 3


@pytest.mark.django_db(transaction=True)
def test_readers_of_two_workers_get_the_old_page_or_the_new_one_whole_and_the_new_one_in_a_second():
    workers, over, seen = [Worker(), Worker()], threading.Event(), []
    page = Page.objects.get(slug="kyphoplasty")
    published = {}  # when each version was committed

    def publish_number(number):
        with transaction.atomic():
            Practice.objects.update(name=f"Practice {number}")
            Page.objects.filter(pk=page.pk).update(title=f"Title {number}")
            publish(page)
        published[number] = time.monotonic()

    def read(worker):
        try:
            while not over.is_set():
                asked_at = time.monotonic()
                seen.append((asked_at, worker.read()))
                time.sleep(0.002)  # the machine has other tests to run
        finally:
            connection.close()

    publish_number(0)
    readers = [threading.Thread(target=read, args=(workers[number % 2],)) for number in range(16)]
    for reader in readers:
        reader.start()
    for number in range(1, 5):
        time.sleep(0.4)
        publish_number(number)
    time.sleep(page_cache.ASKS_AFTER + 0.3)
    over.set()
    for reader in readers:
        reader.join()

    for asked_at, page in seen:
        (number,) = [number for number in published if f"<h1>Title {number}</h1>" in page]
        assert f"| Practice {number}</title>" in page
        due = [n for n, at in published.items() if at + page_cache.ASKS_AFTER < asked_at]
        assert number >= max(due, default=0)
    assert f"Title {max(published)}" in seen[-1][1]
    assert len({page for _, page in seen}) > 2
