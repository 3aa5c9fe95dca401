from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from contact.models import Practice
from procedures import qr_code, site_map, structured_data
from procedures.models import Page, Revision


@require_safe
def page(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Any page patients read: the live revision at this address; on an index page, what it lists."""
    revision = get_object_or_404(Revision.objects.live().at_address(kind, slug))
    practice = Practice.objects.current()
    context = {
        "page": revision.snapshot,
        "slug": slug,
        "path": revision.get_absolute_url(),
        "breadcrumbs": site_map.trail(revision),
        "listings": site_map.listings(slug) if kind == Page.Kind.INDEX else [],
        "contact_path": _contact_path(kind, slug),
        "part": site_map.INDEXES.get(Page.Kind(kind), slug),
        "practice": practice,
        "structured_data": structured_data.graph(revision, practice),
    }
    return render(request, _template(kind, slug), context)


@require_safe
def handout(request: HttpRequest, slug: str) -> HttpResponse:
    """The live procedure page on paper: large print, a code that leads back to it, room for questions."""
    revision = get_object_or_404(Revision.objects.live().at_address(Page.Kind.PROCEDURE, slug))
    address = settings.SITE_URL + revision.get_absolute_url()
    context = {
        "page": revision.snapshot,
        "path": revision.get_absolute_url(),
        "address": address,
        "code": qr_code.squares(address),
    }
    return render(request, "procedures/handout.html", context)


def _contact_path(kind: str, slug: str) -> str:
    """The form, which is told what the patient was reading about."""
    path = reverse("contact:inquiry")
    return f"{path}?about={slug}" if kind in {Page.Kind.PROCEDURE, Page.Kind.CONDITION} else path


def _template(kind: str, slug: str) -> str:
    if kind == Page.Kind.PROCEDURE:
        return "procedures/procedure.html"
    if kind != Page.Kind.INDEX:
        return "procedures/page.html"
    return "procedures/home.html" if slug == "home" else "procedures/index.html"
