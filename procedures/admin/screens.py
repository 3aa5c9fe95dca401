"""What the screens of one page have in common."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from contact import opening_hours
from procedures import advice, drafts
from procedures.models import Page, Revision

Screen = Callable[..., HttpResponse]  # of a request, a page, and what else its address holds
WAYS = {
    "change": "Edit",
    "preview": "Preview",
    "compare": "Compare",
    "publish": "Publish",
    "history": "History",
}


def of(page_admin: admin.ModelAdmin, screen: Screen) -> Callable[..., HttpResponse]:
    """The view of a screen of one page, for those who may see pages."""

    def view(request: HttpRequest, pk: int, **arguments: Any) -> HttpResponse:
        page = get_object_or_404(Page, pk=pk)
        if not page_admin.has_view_permission(request, page):
            raise PermissionDenied
        return screen(request, page, **arguments)

    return view


def refuse_who_may_not_change(request: HttpRequest) -> None:
    if not request.user.has_perm("procedures.change_page"):
        raise PermissionDenied


def render(
    request: HttpRequest, page: Page, template: str, title: str, status: int = 200, **context: Any
) -> HttpResponse:
    """A screen of the desk about this page, with the ways to its others."""
    shown = admin.site.each_context(request) | {
        "page": page,
        "title": title,
        "ways": ways(page),
        "here": request.path,
    }
    return TemplateResponse(request, f"admin/procedures/page/{template}.html", shown | context, status=status)


def scheduled_in_words(revision: Revision) -> str:
    """What is scheduled, when, and what is cancelled together with it."""
    start = timezone.localtime(revision.live_from)
    together = " and ".join(f"“{other.page}”" for other in revision.companions())
    words = f"“{revision.page}” for {opening_hours.moment_in_words(start)}"
    return f"{words}, together with {together}" if together else words


def ways(page: Page) -> list[tuple[str, str]]:
    return [(words, path_of(page, name)) for name, words in WAYS.items()]


def path_of(page: Page, screen: str) -> str:
    return reverse(f"admin:procedures_page_{screen}", args=[page.pk])


def log(request: HttpRequest, page: Page, words: str) -> LogEntry:
    """In the page's history, under the name of whoever asks."""
    return admin.site._registry[Page].log_change(request, page, words)


def keep_draft(request: HttpRequest, page: Page) -> None:
    """Before a part of it is deleted: what awaits a clinician stands in no other version."""
    if drafts.keep(page, cast(User, request.user), "The draft before a part of it was deleted"):
        messages.info(request, "What you deleted is kept: the history restores the draft that held it.")


def give_advice(request: HttpRequest, page: Page) -> None:
    """Say at which grade the stored draft reads, and what would make it better."""
    draft = drafts.current(page)
    if grade := advice.grade(draft):
        messages.info(request, f"“{page}” reads at grade {grade}.")
    for words in advice.for_page(page, draft):
        messages.warning(request, f"Advice: {words}")
