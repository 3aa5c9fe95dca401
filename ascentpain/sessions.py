"""When a session of staff ends: when nothing is done in it, after a working day, or when somebody ends it.

Sessions are rows of Django's own table, and hold no address and no browser's name.
"""

import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.dispatch import Signal, receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

SIGNED_IN_AT: Final = "signed_in_at"
ACTIVE_AT: Final = "active_at"
RENEWED_AFTER: Final = 30  # seconds: more often would write to the database with each click
STAFF_PATHS: Final = ("/admin/", "/staff/")
# The admin's addresses that answer a GET as well as a POST, by the end of their names
PAGES: Final = ("_add", "_change", "_changelist", "index")

IDLE: Final = "You were signed out because nothing was done for 15 minutes. Sign in to go on."
TOO_LONG: Final = "You were signed out because you signed in 10 hours ago. Sign in to go on."

# A form came from a session that has just ended: sent with `request` and `user` before they are signed out,
# so that what was typed can be kept. A receiver may return the path to go on with after signing in again; the
# first one that is a path of this site is taken.
expired_with_post = Signal()


@receiver(user_logged_in)
def _start(request: HttpRequest, **kwargs: Any) -> None:
    now = time.time()
    request.session.update({SIGNED_IN_AT: now, ACTIVE_AT: now})


def ends_in(request: HttpRequest) -> float:
    """Seconds until the session ends if nothing is done; 0 or less when it is over."""
    active: float = request.session.get(ACTIVE_AT, 0)
    signed_in: float = request.session.get(SIGNED_IN_AT, 0)
    return (
        min(active + settings.SESSION_IDLE_SECONDS, signed_in + settings.SESSION_LIMIT_SECONDS) - time.time()
    )


def renew(request: HttpRequest) -> None:
    """Something was done. The working day does not get longer by it."""
    if time.time() - request.session[ACTIVE_AT] > RENEWED_AFTER:
        request.session[ACTIVE_AT] = time.time()


def end_all(user: AbstractBaseUser) -> int:
    """End this person's sessions, and the sign-ins that wait for a second factor. Returns how many."""
    ended = 0
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if _is_of(session.get_decoded(), user):
            session.delete()
            ended += 1
    return ended


def _is_of(data: dict[str, Any], user: AbstractBaseUser) -> bool:
    waiting = data.get(LOGIN_SESSION_KEY) or {}
    return str(user.pk) == data.get(auth.SESSION_KEY) or user_pk_to_url_str(user) == waiting.get("user_pk")


class SessionLimitsMiddleware:
    """Sign out, at the staff's addresses, who was away too long. Patients' pages never ask for a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(STAFF_PATHS) and request.user.is_authenticated:
            is_question = request.path == reverse("staff_session")
            if ends_in(request) <= 0 and not is_question:
                return _sign_out(request)
            # A session that is over stays while it is only asked for: its page then sends what was typed.
            if ends_in(request) > 0 and not (is_question and request.method == "GET"):
                renew(request)
            # For the page's script (templates/admin/_session_end.html)
            request.session_ends_in = round(ends_in(request))  # type: ignore[attr-defined]
            request.session_warning = settings.SESSION_WARNING_SECONDS  # type: ignore[attr-defined]
        return self.get_response(request)


def _sign_out(request: HttpRequest) -> HttpResponse:
    is_idle = request.session.get(SIGNED_IN_AT, 0) + settings.SESSION_LIMIT_SECONDS > time.time()
    path = _path_to_go_on(request)
    auth.logout(request)
    messages.warning(request, IDLE if is_idle else TOO_LONG)
    return to_sign_in(path)


def to_sign_in(path: str = "") -> HttpResponse:
    return redirect(reverse("account_login") + (f"?{urlencode({'next': path}, safe='/')}" if path else ""))


def _path_to_go_on(request: HttpRequest) -> str:
    answers = []
    if request.method == "POST":
        results = expired_with_post.send_robust(
            sender=SessionLimitsMiddleware, request=request, user=request.user
        )
        answers = [answer for _, answer in results if isinstance(answer, str)]
    answers.append(_own_path(request))
    return next((path for path in answers if is_path(path)), reverse("admin:index"))


def _own_path(request: HttpRequest) -> str:
    try:
        name = resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""
    if name == "staff_session":
        return ""
    return request.get_full_path() if request.method == "GET" or name.endswith(PAGES) else ""


def is_path(path: str) -> bool:
    """Whether it leads to a page of this site, for sure."""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
