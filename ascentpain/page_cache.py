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
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from ascentpain import content_version
from ascentpain.inline_style import inline
from ascentpain.page_bytes import Headers, PageBytes, StartResponse

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
    and, where it says so, the query. Its 200 may be kept, here and in caches on the way; nothing else may."""
    if view is None:
        return lambda view: live_page(view, reads_query=reads_query)

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            response["Cache-Control"] = CACHE_CONTROL
        else:
            add_never_cache_headers(response)
        return response

    answer.is_live_page, answer.reads_query = True, reads_query  # type: ignore[attr-defined]
    return answer


class Kept(NamedTuple):
    page: PageBytes
    reads_query: bool


class Edition:
    """The pages at one version, until a moment in seconds since 1970."""

    def __init__(self, version: int | None, until: float, before: "Edition | None" = None) -> None:
        self.version, self.until = version, until
        self.pages: OrderedDict[str, Kept] = OrderedDict()
        self.size = 0  # bytes
        # Their compressed bytes are taken over where the page stayed the same.
        self.before = dict(before.pages) if before else {}

    def keep(self, path: str, kept: Kept) -> None:
        self.before.pop(path, None)
        self.pages[path] = kept
        self.size += kept.page.size
        while self.size > MOST_BYTES and len(self.pages) > 1:
            _, dropped = self.pages.popitem(last=False)
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


class PageCache:
    """The WSGI application around Django's own, which answers whatever is not a live page."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.edition = Edition(None, 0)
        self.asks_at = 0.0  # by time.monotonic()
        self.asking, self.rendering = threading.Lock(), threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        found = self.find(environ)
        return found.answer(environ, start_response) if found else self.application(environ, start_response)

    def find(self, environ: Environ) -> PageBytes | Unkept | None:
        """The live page that is asked for; None where Django has to answer."""
        if environ["REQUEST_METHOD"] not in READING or not is_at_our_address(environ):
            return None
        path, is_staff = environ["PATH_INFO"], SESSION in environ.get("HTTP_COOKIE", "")
        kept = self.current(at_once=is_staff).take(path)
        if kept:
            return None if kept.reads_query and environ.get("QUERY_STRING") else kept.page
        view = live_view(path)
        if view is None or (view.reads_query and environ.get("QUERY_STRING")):
            return None
        try:
            return self.render(path, view)
        except (DatabaseError, InterfaceError):  # Django says so, in the site's look
            return None

    def current(self, at_once: bool = False) -> Edition:
        """The edition of a second ago at most; while the database does not answer, the last one.

        Staff see what they have just published: `at_once`.
        """
        if (at_once or time.monotonic() >= self.asks_at) and self.asking.acquire(timeout=WAITS_FOR):
            try:
                if at_once or time.monotonic() >= self.asks_at:  # else another thread has just asked
                    self.ask()
            finally:
                self.asking.release()
        return self.edition

    def ask(self) -> None:
        started = time.monotonic()
        self.asks_at = started + ASKS_AFTER
        try:
            self.turn_to(content_version.read())
        except (DatabaseError, InterfaceError):
            logger.exception("pages: the database does not answer, so the last ones are shown")
        else:
            self.asks_at = started + min(ASKS_AFTER, self.edition.until - time.time())

    def turn_to(self, version: int | None) -> None:
        if version != self.edition.version or time.time() >= self.edition.until:
            self.edition = Edition(version, content_version.holds_until(timezone.now()), self.edition)

    def render(self, path: str, view: Any) -> PageBytes | Unkept | None:
        """Render a page and keep it. None where staff publish faster than it is rendered."""
        with self.rendering:
            for _ in range(TRIES):
                self.turn_to(content_version.read())
                edition = self.edition
                if kept := edition.take(path):
                    return kept.page
                answer = ask_for(path, self.application)
                if not answer.may_be_kept:
                    return answer
                if edition.version == content_version.read() and time.time() < edition.until:
                    before = edition.before.get(path)
                    page = PageBytes(*inline(answer.body, answer.headers), like=before and before.page)
                    edition.keep(path, Kept(page, view.reads_query))
                    return page
        return None


@lru_cache(maxsize=1024)
def live_view(path: str) -> Any:
    """The view that keeps `live_page`'s promise at this address, if there is one."""
    try:
        view = resolve(path).func
    except Resolver404:
        return None
    return view if getattr(view, "is_live_page", False) else None


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
