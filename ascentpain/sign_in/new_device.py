"""A mail to the member of staff whose account is signed in to from a browser that did not do so before.

The browser keeps a signed cookie that names the accounts without telling who they are; with a new password
all browsers are new. Nobody waits for the mail: it goes out beside the answer, and one that fails leaves a
line in the log.
"""

import logging
import threading
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from contact.opening_hours import moment_in_words

logger = logging.getLogger(__name__)

COOKIE: Final = "known_browser"
SALT: Final = "ascentpain.known_browser"
SECONDS: Final = 180 * 24 * 3600
ACCOUNTS: Final = 20  # of one browser that a cookie holds


def greet(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Tell the person if the browser is new to the account, and know it from now on."""
    known, name = _known(request), _name(user)
    if name not in known and user.email:
        send(user)
    names = [*(other for other in known if other != name), name][-ACCOUNTS:]
    response.set_cookie(
        COOKIE,
        signing.dumps(names, salt=SALT),
        max_age=SECONDS,
        path=reverse("account_login"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def is_known(request: HttpRequest, user: User) -> bool:
    """Whether this person has signed in from this browser before, with the password they have now."""
    return _name(user) in _known(request)


def _known(request: HttpRequest) -> list[str]:
    try:
        return list(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS))
    except signing.BadSignature:
        return []


def _name(user: User) -> str:
    return salted_hmac(SALT, f"{user.pk}:{user.password}", algorithm="sha256").hexdigest()[:24]


def send(user: User) -> threading.Thread:
    """In a thread of its own, so that a slow mail server holds up nobody's sign-in."""
    body = render_to_string(
        "account/mail/new_device.txt",
        {
            "name": user.get_short_name() or user.get_username(),
            "when": moment_in_words(timezone.now()),
            "password_address": settings.SITE_URL + reverse("account_change_password"),
        },
    )
    mail = EmailMessage("New sign-in to your staff account", body, to=[user.email])
    thread = threading.Thread(target=_send, args=(mail, user.pk), daemon=True, name="new-device")
    thread.start()
    return thread


def _send(mail: EmailMessage, user_pk: int) -> None:
    try:
        mail.send()
    except Exception:  # whatever a mail server can do to us
        logger.exception("account %s was not told of a new browser", user_pk)
