"""Error pages in the site's own look, each with the practice's telephone number.

They repeat nothing of the request, send no cookie and are kept by no cache; only a patient's form, and what
staff write about a patient, come back as they were filled in. None of them needs the database: the practice's
details fall back to the last ones known (contact.models.Practice.objects.current).
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import resolve
from django.utils.cache import add_never_cache_headers

from contact import views
from contact.admin import phone_request, record, typed_text
from contact.models import Practice

logger = logging.getLogger(__name__)

FORMS_THAT_COME_BACK: Final[dict[str, Callable[..., HttpResponse]]] = {
    "contact:inquiry": views.form_without_csrf,
    "contact:receipt": views.receipt_without_csrf,
    "admin:contact_inquiry_act": record.show_without_csrf,
    "admin:contact_inquiry_add": phone_request.show_without_csrf,
}
# The same after a mistake of ours, even where the database does not tell who sent it. A patient's form comes
# back by itself (contact.views).
STAFF_FORMS_THAT_COME_BACK: Final[dict[str, typed_text.Page]] = {
    "admin:contact_inquiry_act": typed_text.note_page,
    "admin:contact_inquiry_add": phone_request.typed_page,
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "400", 400, "We could not read that")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "403", 403, "This page is not open to you")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Forms of patients and about them come back as they were filled in, others with an explanation."""
    match = request.resolver_match
    name = match.view_name if match else ""
    is_forged = name in STAFF_FORMS_THAT_COME_BACK and _is_from_elsewhere(request)
    if match and name in FORMS_THAT_COME_BACK and not is_forged:
        return FORMS_THAT_COME_BACK[name](request, **match.kwargs)
    return _page(request, "csrf", 403, "Your request was not sent")


def _is_from_elsewhere(request: HttpRequest) -> bool:
    """Whether another site sent it, which may have filled it in: it must not come back with a button that
    does what it says."""
    ours = f"{request.scheme}://{request.get_host()}"
    is_cross_site = request.headers.get("Sec-Fetch-Site") == "cross-site"
    return is_cross_site or request.headers.get("Origin", ours) != ours


def broken_off(request: HttpRequest) -> HttpResponse:
    return _page(request, "408", 408, "We did not get all of it")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "404", 404, "There is no page here")


def server_error(request: HttpRequest) -> HttpResponse:
    """What staff typed comes back; should that fail, too, the page that cannot fail.

    Whatever went wrong may be in what every page shows: the closures first of all.
    """
    if request.method == "POST":
        try:
            page = STAFF_FORMS_THAT_COME_BACK.get(resolve(request.path_info).view_name)
            if page:
                return page(request, typed_text.NOT_STORED, HTTPStatus.INTERNAL_SERVER_ERROR)
        except Exception:
            logger.exception("what was typed did not come back")
    practice = Practice.objects.name_and_number()
    return _page(request, "500", 500, "Something went wrong on our side", practice=practice)


def _page(request: HttpRequest, name: str, status: int, title: str, **context: Any) -> HttpResponse:
    response = render(request, f"errors/{name}.html", {"title": title, **context}, status=status)
    add_never_cache_headers(response)
    return response
