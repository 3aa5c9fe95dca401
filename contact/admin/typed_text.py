"""What staff typed comes back to them whatever fails: in its fields, on a page that needs no database."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from django.contrib import admin
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

DATABASE_ERRORS: Final = (DatabaseError, InterfaceError)
TOO_OLD: Final = "Nothing was saved: this page was open for too long. Press the button again."
NOT_STORED: Final = (
    "The site could not save this. What you typed is still here: wait a minute, then press the button again."
)
SIGNED_OUT: Final = (
    "Nothing was saved: you are signed out. What you typed is still here. Sign in in another tab, then come "
    "back to this one and press the button again."
)

Page = Callable[[HttpRequest, str, HTTPStatus], HttpResponse]


def note_page(request: HttpRequest, problem: str, status: HTTPStatus) -> HttpResponse:
    """The note of a record in its field, and a button that does again what was pressed."""
    pressed = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in {"note", "csrfmiddlewaretoken"}
        for value in values
    ]
    context = {"title": "Your note", "note": request.POST.get("note", ""), "pressed": pressed}
    return bare(request, "admin/contact/inquiry/note.html", context | {"problem": problem}, status)


def bare(request: HttpRequest, template: str, context: dict[str, Any], status: HTTPStatus) -> HttpResponse:
    """A page of the desk that asks nobody who is signed in, since that may be what does not work."""
    nobody = {"messages": [], "has_permission": False, "site_title": admin.site.site_title, "is_bare": True}
    response = render(request, template, nobody | context, status=status)
    add_never_cache_headers(response)
    return response


def kept_for_who_is_signed_out(view: Callable[..., Any], page: Page) -> Callable[..., Any]:
    """Instead of to the sign-in, which would drop it, lead a form that was filled in back to its sender."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        has_text = request.POST.get("note", "name" in request.POST)
        if request.method == "POST" and has_text and not admin.site.has_permission(request):
            return page(request, SIGNED_OUT, HTTPStatus.FORBIDDEN)
        return view(request, *args, **kwargs)

    return kept
