"""Patients' pages from memory: rendered once an edition of the content, and answered before Django.

An edition is the content at one version (ascentpain.content_version), up to the moment at which time alone
changes it: a scheduled revision, a closure's start or end, midnight. Each worker asks for the version once
a second at most, so that what staff publish is with every reader within a second. A page is kept only when
the version was the same before and after it was rendered: it is never a mixture of old and new.

What is kept was rendered for nobody: from a request that has an address and nothing else. So no cookie, no
session and no header of a reader can get into it, and since its views promise to depend on nothing else
(`live_page`), every reader may have it.
"""

import logging
import math
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.cache import never_cache

from ascentpain import content_version
from ascentpain.inline_style import inline
from ascentpain.page_bytes import Headers, PageBytes, StartResponse
from contact.models import Practice

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
Application = Callable[..., Iterable[bytes]]
View = Callable[..., HttpResponse]

SESSION: Final = f"{settings.SESSION_COOKIE_NAME}="
READING: Final = {"GET", "HEAD"}
ASKS_AFTER: Final = 1.0  # seconds for which a worker takes the version for the current one
WAITS_FOR: Final = 0.5  # seconds that a reader waits while another thread asks for it
MOST_BYTES: Final = 32 * 1024 * 1024  # of one worker's memory; the pages least asked for go first
TRIES: Final = 5  # to render a page while staff publish
# Browsers ask each time, and get a 304; a CDN may answer for us for a moment, and while it asks anew.
CACHE_CONTROL: Final = "public, max-age=0, s-maxage=5, stale-while-revalidate=30"


def live_page(view: View | None = None, *, reads_query: bool = False) -> Any:
    """A view's promise: its answer depends on nothing but its address, the content (content_version.WATCHED)
    and, where it says so, the query.

    Django's own answer is for its one reader. What the cache has made sure of may be kept on the way, too.
    """
    if view is None:
        return lambda view: live_page(view, reads_query=reads_query)

    answer = never_cache(view)
    answer.is_live_page, answer.reads_query = True, reads_query  # type: ignore[attr-defined]
    return answer


class Kept(NamedTuple):
    page: PageBytes
    reads_query: bool


class Edition:
    """The pages at one version, for a span of time in seconds since 1970."""

    def __init__(self, version: int | None, until: float, before: "Edition | None" = None) -> None:
        self.version, self.since, self.until = version, time.time(), until
        self.pages: OrderedDict[str, Kept] = OrderedDict()
        # Of the edition before: compressed bytes are taken over where a page stayed the same.
        self.before = dict(before.pages) if before else {}
        self.size = sum(kept.page.size for kept in self.before.values())  # bytes
        self.keeping = threading.Lock()

    def is_of_now(self) -> bool:
        return self.since <= time.time() < self.until

    def keep(self, path: str, kept: Kept) -> None:
        with self.keeping:
            for dropped in (self.before.pop(path, None), self.pages.pop(path, None)):
                self.size -= dropped.page.size if dropped else 0
            self.pages[path] = kept
            self.size += kept.page.size
            while self.size > MOST_BYTES and len(self.before) + len(self.pages) > 1:
                _, dropped = self.before.popitem() if self.before else self.pages.popitem(last=False)
                self.size -= dropped.page.size

    def take(self, path: str) -> Kept | None:
        kept = self.pages.get(path)
        if kept:
            with suppress(KeyError):  # another thread has just dropped it
                self.pages.move_to_end(path)
        return kept


@dataclass(frozen=True)
class Unkept:
    """An answer that is given once: there is no such page, or it could not be rendered."""

    status: str
    headers: Headers
    body: bytes

    def answer(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        start_response(self.status, self.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]

    @property
    def may_be_kept(self) -> bool:
        """Whether it is a page, and the same for everybody."""
        said = {(name.lower(), value.lower()) for name, value in self.headers}
        is_personal = any(
            name == "set-cookie" or (name == "vary" and "cookie" in value) for name, value in said
        )
        return self.status.startswith("200 ") and not is_personal

    def as_bytes(self, like: PageBytes | None) -> PageBytes:
        """To keep, here and on the way."""
        headers = [header for header in self.headers if header[0].lower() not in {"cache-control", "expires"}]
        body, headers = inline(self.body, [*headers, ("Cache-Control", CACHE_CONTROL)])
        return PageBytes(body, headers, like)


class PageCache:
    """The WSGI application around Django's own, which answers whatever is not a live page."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.edition = Edition(None, 0)
        self.asked_at = -math.inf  # when the last question began, by time.monotonic()
        self.asks_at = -math.inf  # when the next one is due
        self.asking = threading.Lock()
        # One page is rendered once, and no page waits long for another.
        self.rendering = [threading.Lock() for _ in range(64)]

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        found = self.find(environ)
        return found.answer(environ, start_response) if found else self.application(environ, start_response)

    def find(self, environ: Environ) -> PageBytes | Unkept | None:
        """The live page that is asked for; None where Django has to answer."""
        if environ["REQUEST_METHOD"] not in READING:
            return None
        path = environ["PATH_INFO"]
        view = live_view(path)
        if view is None or not is_at_our_address(environ):
            return None
        if view.reads_query and environ.get("QUERY_STRING"):
            return None
        try:
            kept = self.current(at_once=is_of_staff(environ)).take(path)
            return kept.page if kept else self.render(path, view)
        except Exception:  # whatever it is, Django has an answer in the site's look
            logger.exception("pages: Django answers instead")
            return None

    def current(self, at_once: bool = False) -> Edition:
        """The edition of a second ago at most; while the database does not answer, the last one.

        Staff see what they have just published: `at_once`.
        """
        arrived = time.monotonic()
        due = arrived if at_once else self.asks_at
        if arrived >= due and self.asking.acquire(timeout=WAITS_FOR):
            try:
                if self.asked_at < arrived and (at_once or arrived >= self.asks_at):
                    self.ask()
            finally:
                self.asking.release()
        return self.edition

    def ask(self) -> None:
        started = time.monotonic()
        try:
            self.turn_to(content_version.read())
        except (DatabaseError, InterfaceError):
            logger.exception("pages: the database does not answer, so the last ones are shown")
            self.asks_at = time.monotonic() + ASKS_AFTER
        else:
            self.asked_at = started
            self.asks_at = started + min(ASKS_AFTER, self.edition.until - time.time())

    def turn_to(self, version: int | None) -> None:
        if version != self.edition.version or not self.edition.is_of_now():
            self.edition = Edition(version, content_version.holds_until(timezone.now()), self.edition)

    def render(self, path: str, view: Any) -> PageBytes | Unkept | None:
        """Render a page and keep it.

        None, and Django answers for once, where another page takes long or staff publish faster than that.
        """
        lock = self.rendering[hash(path) % len(self.rendering)]
        if not lock.acquire(timeout=WAITS_FOR):
            return None
        try:
            for _ in range(TRIES):
                self.turn_to(content_version.read())
                edition, guesses = self.edition, Practice.objects.times_guessed()
                if kept := edition.take(path):
                    return kept.page
                answer = ask_for(path, self.application)
                if not answer.may_be_kept:
                    return answer
                is_whole = edition.version == content_version.read() and edition.is_of_now()
                if is_whole and guesses == Practice.objects.times_guessed():
                    before = edition.before.get(path)
                    page = answer.as_bytes(like=before and before.page)
                    edition.keep(path, Kept(page, view.reads_query))
                    return page
            return None
        finally:
            lock.release()


@lru_cache(maxsize=1024)
def live_view(path: str) -> Any:
    """The view that keeps `live_page`'s promise at this address, if there is one."""
    try:
        view = resolve(path).func
    except Resolver404:
        return None
    return view if getattr(view, "is_live_page", False) else None


def is_of_staff(environ: Environ) -> bool:
    """Whether it brings a session; nobody has one but staff."""
    cookies: str = environ.get("HTTP_COOKIE", "")
    return SESSION in cookies and any(one.lstrip().startswith(SESSION) for one in cookies.split(";"))


def is_at_our_address(environ: Environ) -> bool:
    """Whether it came under one of the site's names and by the protocol that it is served on.

    Whatever did not is Django's to refuse or redirect.
    """
    if settings.SECURE_SSL_REDIRECT and environ["wsgi.url_scheme"] != "https":
        return False
    return not environ.get("SCRIPT_NAME") and _is_our_name(environ.get("HTTP_HOST", ""))


@lru_cache(maxsize=128)
def _is_our_name(host: str) -> bool:
    name, _ = split_domain_port(host)
    return bool(name) and validate_host(name, settings.ALLOWED_HOSTS)


def ask_for(path: str, application: Application) -> Unkept:
    """What Django answers to somebody of whom it knows nothing but the address they want."""
    site, started = urlsplit(settings.SITE_URL), []
    environ: Environ = {
        "PATH_INFO": path,
        "HTTP_HOST": site.netloc,
        "wsgi.url_scheme": site.scheme,
        "wsgi.errors": sys.stderr,
    }
    setup_testing_defaults(environ)  # the rest of what WSGI asks for, despite its name
    answer = application(environ, lambda status, headers, *_: started.append((status, headers)))
    try:
        body = b"".join(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()
    return Unkept(*started[-1], body)
