"""Whose receipt is whose, without an account.

A receipt has an address of its own, in which nothing is personal, and opens only in a browser that sent the
request's one-time token, by a cookie, for half an hour. Each has a cookie of its own, so that two tabs with
two requests keep theirs. The form sees them, too, and can say that a request was sent.
"""

from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import salted_hmac

from contact import intake, request_token
from contact.models import Inquiry

COOKIE: Final = "receipt_"  # and the key in the receipt's address
AGE: Final = int(intake.CORRECTION_TIME.total_seconds())


def address(inquiry: Inquiry) -> str:
    return reverse("contact:receipt", args=[_key(inquiry.request_id)])


def redirect(inquiry: Inquiry) -> HttpResponse:
    response = HttpResponseRedirect(address(inquiry))
    request_token.forget(response)
    return hand_out(response, inquiry)


def hand_out(response: HttpResponse, inquiry: Inquiry) -> HttpResponse:
    """Let the browser that gets this response open the receipt."""
    response.set_signed_cookie(
        COOKIE + _key(inquiry.request_id),
        inquiry.request_id,
        salt=COOKIE,
        max_age=AGE,
        path=reverse("contact:inquiry"),
        secure=settings.SITE_IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def may_open(request: HttpRequest, key: str) -> str | None:
    """The request_id whose receipt has this address, if this browser may open it."""
    try:
        request_id = request.get_signed_cookie(COOKIE + key, salt=COOKIE, max_age=AGE)
    except (KeyError, signing.BadSignature):
        return None
    return request_id if request_id and _key(request_id) == key else None


def recent(request: HttpRequest) -> list[str]:
    """The request_ids of all receipts that this browser may open."""
    keys = [name.removeprefix(COOKIE) for name in request.COOKIES if name.startswith(COOKIE)]
    return [request_id for key in keys if (request_id := may_open(request, key))]


def is_held(request: HttpRequest, inquiry: Inquiry) -> bool:
    """Whether this browser may open its receipt."""
    return may_open(request, _key(inquiry.request_id)) is not None


def _key(request_id: str) -> str:
    return salted_hmac("contact.receipt", request_id, algorithm="sha256").hexdigest()[:24]
