"""The draft as patients would read it: on a desk, on a phone, on paper, and by a link for a clinician."""

from collections.abc import Callable
from typing import Final, cast

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from contact import opening_hours
from procedures import advice, views
from procedures import preview as links
from procedures.admin import screens
from procedures.models import Page

Decorator = Callable[[screens.Screen], screens.Screen]
# Typed for views of a request alone.
SHOWN_IN_OWN_FRAMES = cast("Decorator", csp_replace({"frame-ancestors": ["'self'"]}))
SHOWS_OWN_FRAMES = cast("Decorator", csp_replace({"frame-src": ["'self'"]}))
FRAMES: Final = {"phone": "On a phone", "paper": "On paper"}


@never_cache
@require_safe
@SHOWN_IN_OWN_FRAMES
@xframe_options_sameorigin
def show(request: HttpRequest, page: Page) -> HttpResponse:
    """The page itself, from the real template. The desk's own frames may show it, nobody else's."""
    revision = views.draft_revision(page)
    shown = views.context(revision) | {
        "is_preview": True,
        "preview_grade": advice.grade(revision.snapshot),
        "preview_ways": [] if "bare" in request.GET else _ways(page),
        "is_paper": "paper" in request.GET,
    }
    return render(request, views.template(page), shown)


@require_safe
@SHOWS_OWN_FRAMES
def frame(request: HttpRequest, page: Page, kind: str) -> HttpResponse:
    """The preview as wide as a phone or a sheet."""
    address = f"{screens.path_of(page, 'preview')}?bare{'&paper' if kind == 'paper' else ''}"
    return screens.render(
        request,
        page,
        "frame",
        f"{page}: {FRAMES[kind].lower()}",
        kind=kind,
        address=address,
        frames=[("On a wide screen", screens.path_of(page, "preview")), *_frames(page)],
    )


@require_safe
def paper_style(request: HttpRequest) -> HttpResponse:
    """What the stylesheets hold for print, for the screen."""
    sheets = []
    for name in ("css/tokens.css", "css/print.css"):
        with open(str(finders.find(name)), encoding="utf-8") as file:
            sheets.append(file.read().replace("@media print", "@media all"))
    sheets.append("@layer print { body { padding: 1.5cm; } }")  # the margin that print.css gives a sheet
    return HttpResponse("\n".join(sheets), content_type="text/css; charset=utf-8")


@require_POST
def link(request: HttpRequest, page: Page) -> HttpResponse:
    """A link for a clinician who has no account; that it was made is logged, not the link."""
    screens.refuse_who_may_not_change(request)
    screens.log(request, page, "Made a link to the draft.")
    until = opening_hours.moment_in_words(timezone.localtime(timezone.now() + links.LASTS))
    return screens.render(
        request,
        page,
        "link",
        f"{page}: link to the draft",
        address=settings.SITE_URL + links.link(page),
        until=until,
    )


def _frames(page: Page) -> list[tuple[str, str]]:
    return [(words, screens.path_of(page, name)) for name, words in FRAMES.items()]


def _ways(page: Page) -> list[tuple[str, str]]:
    return [
        ("Edit", screens.path_of(page, "change")),
        *_frames(page),
        ("Compare with what patients read", screens.path_of(page, "compare")),
        ("Publish", screens.path_of(page, "publish")),
    ]
