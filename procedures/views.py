from typing import Any

from django.conf import settings
from django.contrib.redirects.models import Redirect
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ascentpain.page_cache import live_page
from contact.models import Practice
from procedures import citations, drafts, notices, preview, qr_code, site_map, structured_data
from procedures.models import Clinician, Page, Revision, Snapshot


@live_page
@require_safe
def page(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """Any page patients read: the live revision at this address; on an index page, what it lists."""
    revision = Revision.objects.in_force().at_address(kind, slug).first()
    if revision is None:
        return _former_address(request)
    if revision.is_withdrawal:
        return _withdrawn(request, revision)
    return render(request, template(revision.page), context(revision))


@live_page
@require_safe
def handout(request: HttpRequest, slug: str) -> HttpResponse:
    """The live procedure page on paper: large print, a code that leads back to it, room for questions."""
    revision = Revision.objects.in_force().at_address(Page.Kind.PROCEDURE, slug).first()
    if revision is None:
        return _former_address(request)
    if revision.is_withdrawal:
        return _withdrawn(request, revision)
    return render(request, "procedures/handout.html", handout_context(revision))


@live_page
@require_safe
def clinicians(request: HttpRequest) -> HttpResponse:
    """Those whom the practice entered and listed; without any there is no page."""
    listed = Clinician.objects.listed()
    if not listed:
        raise Http404
    path = reverse("procedures:clinicians")
    crumbs = [site_map.HOME, site_map.Crumb("Our clinicians", path)]
    return render(
        request, "procedures/clinicians.html", {"clinicians": listed, "breadcrumbs": crumbs, "path": path}
    )


@never_cache
@require_safe
def preview_link(request: HttpRequest, token: str) -> HttpResponse:
    """A draft, to whoever holds the link to it (procedures.preview)."""
    try:
        key = preview.page_of(token)
    except signing.BadSignature as error:
        raise Http404 from error
    if key is None:
        return _no_store(
            render(request, "procedures/preview_expired.html", {"title": "This link is too old"}, status=410)
        )
    shown = draft_revision(get_object_or_404(Page, pk=key))
    response = render(request, template(shown.page), context(shown) | {"is_preview": True})
    return _no_store(response)


def _no_store(response: HttpResponse) -> HttpResponse:
    """Of a link that is a key: no search engine, no other site and no cache learns it."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response


def draft_revision(page: Page) -> Revision:
    """The stored draft as patients would get it, sections that await a clinician included; not stored."""
    return Revision(page=page, snapshot=drafts.current(page))


def context(revision: Revision) -> dict[str, Any]:
    """What the templates of patients' pages show of a revision."""
    kind, slug = revision.page.kind, revision.page.slug
    practice = Practice.objects.current()
    return {
        "page": citations.numbered(revision.snapshot),
        "revision": revision,
        "slug": slug,
        "path": revision.get_absolute_url(),
        "breadcrumbs": site_map.trail(revision),
        "listings": site_map.listings(slug) if kind == Page.Kind.INDEX else [],
        "has_clinicians": slug == "home" and Clinician.objects.listed().exists(),
        "in_effect_since": _in_effect_since(revision),
        "contact_path": _contact_path(kind, slug),
        "part": site_map.INDEXES.get(Page.Kind(kind), slug),
        "practice": practice,
        "structured_data": structured_data.graph(revision, practice),
    }


def handout_context(revision: Revision) -> dict[str, Any]:
    address = settings.SITE_URL + revision.get_absolute_url()
    return {
        "page": citations.numbered(revision.snapshot),
        "revision": revision,
        "has_questions": _has_questions(revision.snapshot),
        "path": revision.get_absolute_url(),
        "address": address,
        "code": qr_code.squares(address),
    }


def template(page: Page) -> str:
    if page.kind == Page.Kind.PROCEDURE:
        return "procedures/procedure.html"
    if page.kind != Page.Kind.INDEX:
        return "procedures/page.html"
    return "procedures/home.html" if page.slug == "home" else "procedures/index.html"


def _has_questions(snapshot: Snapshot) -> bool:
    """Whether the page itself lists questions to ask; then the handout adds none."""
    return any(section["slug"] == "questions-to-ask" for section in snapshot["sections"])


def _in_effect_since(revision: Revision) -> str | None:
    """The day, as YYYY-MM-DD, since which a notice applies: as staff say, else since it was first published.

    Mending a word of it makes no new notice.
    """
    if revision.page.kind != Page.Kind.NOTICE or revision.page.slug not in notices.DATED:
        return None
    if revision.snapshot["is_placeholder"]:
        return None
    if revision.snapshot["effective_on"]:
        return str(revision.snapshot["effective_on"])
    first = Revision.objects.in_effect().filter(page=revision.page).order_by("live_from").first() or revision
    return first.live_on.isoformat() if first.live_on else None


def _contact_path(kind: str, slug: str) -> str:
    """The form, which is told what the patient was reading about."""
    path = reverse("contact:inquiry")
    return f"{path}?about={slug}" if kind in {Page.Kind.PROCEDURE, Page.Kind.CONDITION} else path


def _former_address(request: HttpRequest) -> HttpResponse:
    """Where the page that had this address is now, for ever; else there is none. Raises Http404."""
    moved = get_object_or_404(Redirect, site_id=settings.SITE_ID, old_path=request.path)
    return HttpResponsePermanentRedirect(moved.new_path)


def _withdrawn(request: HttpRequest, revision: Revision) -> HttpResponse:
    """410: it was here and will not be back (RFC 9110, 15.5.11); with where to go instead."""
    instead = revision.instead and Revision.objects.live_of(revision.instead)
    return render(
        request, "errors/410.html", {"title": "This page was taken down", "instead": instead}, status=410
    )
