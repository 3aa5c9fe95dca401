"""Error pages in the site's own look, each with the practice's telephone number.

They repeat nothing of the request and, like every page, send no cookie. None of them needs the database: the
practice's details fall back to the last ones known (contact.models.Practice.objects.current).
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "400", 400, "We could not read that")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "403", 403, "This page is not open to you")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, "csrf", 403, "Your request was not sent")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, "404", 404, "There is no page here")


def too_many_requests(request: HttpRequest, retry_after: int) -> HttpResponse:
    """`retry_after`: seconds until another try may succeed (RFC 6585)."""
    minutes = -(-retry_after // 60)
    response = _page(request, "429", 429, "Please wait a little", minutes=minutes)
    response["Retry-After"] = str(retry_after)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, "500", 500, "Something went wrong on our side")


def _page(request: HttpRequest, name: str, status: int, title: str, **context: Any) -> HttpResponse:
    return render(request, f"errors/{name}.html", {"title": title, **context}, status=status)
