"""Error pages in the site's own look, each with the practice's telephone number.

They repeat nothing of the request, send no cookie and are kept by no cache; only a patient's form comes back
as it was filled in. None of them needs the database: the practice's details fall back to the last
ones known (contact.models.Practice.objects.current).
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from contact import views
from contact.admin import record

FORMS_THAT_COME_BACK: Final[dict[str, Callable[..., HttpResponse]]] = {
    "contact:inquiry": views.form_without_csrf,
    "contact:receipt": views.receipt_without_csrf,
    "admin:contact_inquiry_act": record.show_without_csrf,
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "400", 400, "We could not read that")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "403", 403, "This page is not open to you")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A patient's form, and a record with its note, come back as they were filled in.

    Others with an explanation.
    """
    match = request.resolver_match
    if match and match.view_name in FORMS_THAT_COME_BACK:
        return FORMS_THAT_COME_BACK[match.view_name](request, **match.kwargs)
    return _page(request, "csrf", 403, "Your request was not sent")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "404", 404, "There is no page here")


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, "500", 500, "Something went wrong on our side")


def _page(request: HttpRequest, name: str, status: int, title: str) -> HttpResponse:
    response = render(request, f"errors/{name}.html", {"title": title}, status=status)
    add_never_cache_headers(response)
    return response
