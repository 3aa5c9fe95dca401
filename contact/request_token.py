"""The form's one-time token: it makes a request one request, however often it is sent.

It holds a random number and the time of issue, signed with SECRET_KEY, and nothing of the person. The
number is stored with the inquiry under a unique constraint, so that the database itself refuses to store
it twice.
"""

import secrets
import time
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

FIELD: Final = "token"
COOKIE: Final = "request_token"
COOKIE_AGE: Final = 30 * 60  # seconds


@dataclass(frozen=True)
class RequestToken:
    request_id: str
    # Seconds since 1970, UTC; None for a token that is not ours.
    issued_at: int | None

    @property
    def age(self) -> float | None:
        """Seconds since it was issued; negative where the clock was set back."""
        return None if self.issued_at is None else time.time() - self.issued_at


def issue(issued_at: int | None = None) -> str:
    """A new token, of this moment unless it takes the place of one that was issued earlier."""
    return _signer().sign(f"{secrets.token_urlsafe(16)}.{issued_at or int(time.time())}")


def of_browser(request: HttpRequest) -> str | None:
    """The token of the form that this browser opened and did not yet get a receipt for.

    Who comes Back after an answer that never arrived gets a form with the same token, and so sends the same
    request. None after half an hour, or where a cookie is not kept.
    """
    token = request.COOKIES.get(COOKIE, "")
    age = read(token, "").age
    return token if age is not None and age < COOKIE_AGE else None


def keep(response: HttpResponse, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=COOKIE_AGE,
        path=reverse("contact:inquiry"),
        secure=settings.SITE_IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path=reverse("contact:inquiry"), samesite="Lax")


def read(value: str, content: str) -> RequestToken:
    """The token in `value`. Raises nothing.

    One that is missing, forged or signed with a lost key still names one request: the same content, sent
    again with the same value, is the same request.
    """
    try:
        number, issued_at = _signer().unsign(value).split(".")
        return RequestToken(number, int(issued_at))
    except (signing.BadSignature, ValueError):
        digest = salted_hmac("contact.request_token.not_ours", f"{value}\n{content}", algorithm="sha256")
        return RequestToken(digest.hexdigest(), None)


def _signer() -> signing.Signer:
    return signing.Signer(salt="contact.request_token")
