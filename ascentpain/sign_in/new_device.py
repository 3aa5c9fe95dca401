"""A mail to the member of staff whose account is signed in to from a browser that did not do so before.

The browser keeps a signed cookie that names the accounts without telling who they are; with a new password
all browsers are new. Who has no address gets no mail: their account page says so.
"""

from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

from ascentpain.sign_in import notice

COOKIE: Final = "known_browser"
SALT: Final = "ascentpain.known_browser"
SECONDS: Final = 180 * 24 * 3600
ACCOUNTS: Final = 20  # of one browser that a cookie holds


def greet(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Tell the person if the browser is new to the account, and know it from now on."""
    known, name = _known(request), _name(user)
    if name not in known:
        notice.send(user, "New sign-in to your staff account", "new_device")
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
