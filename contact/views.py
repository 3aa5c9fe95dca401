from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from contact.forms import InquiryForm
from procedures import site_map

# Tells the receipt that this browser has just sent a request. It holds nothing of the request.
SENT_COOKIE = "request_sent"
SENT_COOKIE_AGE = 30 * 60  # seconds


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inquiry(request: HttpRequest) -> HttpResponse:
    """The consultation form. What is sent is stored, then answered by a redirect to the receipt."""
    if request.method != "POST":
        form = InquiryForm(initial={"about": request.GET.get("about", "")})
        return _form_page(request, form)
    form = InquiryForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form)
    form.save()
    return _with_sent_cookie(redirect("contact:sent"))


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The receipt. It claims a request only to the browser that sent one in the last half hour."""
    was_sent = request.get_signed_cookie(SENT_COOKIE, default=None, max_age=SENT_COOKIE_AGE)
    return render(request, "contact/sent.html", {"was_sent": was_sent is not None})


def _form_page(request: HttpRequest, form: InquiryForm) -> HttpResponse:
    path = reverse("contact:inquiry")
    context = {
        "form": form,
        "part": "contact",
        "path": path,
        "breadcrumbs": [site_map.HOME, site_map.Crumb("Request a consultation", path)],
    }
    return render(request, "contact/inquiry.html", context)


def _with_sent_cookie(response: HttpResponse) -> HttpResponse:
    response.set_signed_cookie(
        SENT_COOKIE,
        "yes",
        max_age=SENT_COOKIE_AGE,
        path=reverse("contact:sent"),
        secure=settings.SITE_IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response
