import logging
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ascentpain import write_turn
from contact import callback, intake, opening_hours, receipt, request_token, throttle
from contact.forms import InquiryForm, PhoneCorrectionForm
from contact.models import Inquiry, Practice
from procedures import site_map

logger = logging.getLogger(__name__)

# What stands above a form that comes back with what was typed in it, by the reason for which it does.
TROUBLES: Final = {
    HTTPStatus.FORBIDDEN: "contact/trouble/csrf.html",
    HTTPStatus.GONE: "contact/trouble/number_not_changed.html",
    HTTPStatus.TOO_MANY_REQUESTS: "contact/trouble/throttled.html",
    HTTPStatus.INTERNAL_SERVER_ERROR: "contact/trouble/not_stored.html",
    HTTPStatus.SERVICE_UNAVAILABLE: "contact/trouble/not_stored.html",
}
FAILURES: Final = {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE}
ALREADY_SENT: Final = "contact/trouble/already_sent.html"
NOT_SENT_YET: Final = "contact/trouble/not_sent_yet.html"
SEND_ANOTHER: Final = "Send a new request"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inquiry(request: HttpRequest) -> HttpResponse:
    """The consultation form. What is sent is stored, then answered by a redirect to the receipt.

    Whatever fails, the answer is the form with all that was typed in it, and says what to do.
    """
    if request.method != "POST":
        return _empty_form_page(request)
    form = InquiryForm(request.POST)
    try:
        return _receive(request, form)
    except (DatabaseError, InterfaceError):
        logger.exception("inquiry: the database did not store it")
        return _form_page(request, form, HTTPStatus.SERVICE_UNAVAILABLE, retry_after=60)
    except Exception:  # the patient's words must outlive any mistake of ours
        logger.exception("inquiry: it was not stored")
        return _form_page(request, form, HTTPStatus.INTERNAL_SERVER_ERROR)


def _receive(request: HttpRequest, form: InquiryForm) -> HttpResponse:
    """A request that is known by its token is answered before anything else is asked of it."""
    if earlier := intake.find(form.one_time_token.request_id):
        return _known(request, form, earlier)
    if not form.is_valid():
        return _form_page(request, form)
    # On Back, browsers put the words into a form with a new token.
    if same := intake.find_same(form.inquiry, receipt.recent(request)):
        return receipt.redirect(same)
    new, practice = form.inquiry_to_store(), Practice.objects.current()
    try:
        with write_turn.turn(), throttle.place(request, new.request_id):
            stored = intake.receive(new, practice)
    except throttle.Full as full:
        return _form_page(request, form, HTTPStatus.TOO_MANY_REQUESTS, retry_after=full.seconds)
    return receipt.redirect(stored) if stored is new else _known(request, form, stored)


def _known(request: HttpRequest, form: InquiryForm, earlier: Inquiry) -> HttpResponse:
    """The same request again gets its receipt. Other words under its token change nothing unasked.

    Under another name or number it is somebody else's: tabs share a token, and so do people who share a
    browser. A token alone opens nobody's receipt.
    """
    is_theirs, is_same_person = receipt.is_held(request, earlier), False
    if form.is_valid():
        if form.inquiry.says_the_same_as(earlier):
            return receipt.redirect(earlier)
        if same := intake.find_same(form.inquiry, receipt.recent(request)):
            return receipt.redirect(same)
        is_same_person = form.inquiry.is_from_the_same_person_as(earlier)
        is_theirs |= is_same_person and form.token_value == request_token.of_browser(request)
    elif is_theirs:  # Back, to the form as it was before its mistakes were mended
        is_same_person = form.cleaned_data.get("name") == earlier.name
    form.renew()
    form.send_label = SEND_ANOTHER
    context: dict[str, Any] = {"trouble": ALREADY_SENT if is_same_person and is_theirs else NOT_SENT_YET}
    if not is_theirs:
        return _form_page(request, form, HTTPStatus.CONFLICT, **context)
    context |= {"earlier": earlier, "receipt_path": receipt.address(earlier)}
    return receipt.hand_out(_form_page(request, form, HTTPStatus.CONFLICT, **context), earlier)


def _empty_form_page(request: HttpRequest) -> HttpResponse:
    """A new form. Who has just sent one is told so, beside the button, too."""
    form = InquiryForm(initial={"about": request.GET.get("about", "")})
    form.take_token(request_token.of_browser(request))
    try:
        sent = intake.find_all(receipt.recent(request))
    except (DatabaseError, InterfaceError):
        sent = []
    if sent:
        form.send_label = SEND_ANOTHER
    links = [(inquiry.reference, receipt.address(inquiry)) for inquiry in sent[:3]]
    return _form_page(request, form, already_sent=links)


@never_cache
def form_without_csrf(request: HttpRequest) -> HttpResponse:
    """The form again, as it was filled in, with a fresh CSRF token. Nothing is stored.

    Another site can have a browser post it. So its one-time token is kept only where this browser had it
    before: whoever made it up would else know the token of what is sent next.
    """
    form = InquiryForm(request.POST)
    is_own = form.token_value == request_token.of_browser(request)
    if not is_own and form.one_time_token.request_id not in receipt.recent(request):
        form.renew()
    try:
        return _form_page(request, form, HTTPStatus.FORBIDDEN, keeps_token=False)
    except Exception:  # as on the form
        logger.exception("inquiry: the form could not be shown again")
        return _form_page(request, form, HTTPStatus.INTERNAL_SERVER_ERROR, keeps_token=False)


def _form_page(
    request: HttpRequest,
    form: InquiryForm,
    status: HTTPStatus = HTTPStatus.OK,
    retry_after: int = 0,
    keeps_token: bool = True,
    **context: Any,
) -> HttpResponse:
    """`status` says why the form is shown; `retry_after`, in seconds, when sending again may succeed.

    `keeps_token` is whether the browser's next form is to go on with this one's token.
    """
    path = reverse("contact:inquiry")
    practice, has_failed = _practice(status), status in FAILURES
    context = {
        "form": form,
        "part": "contact",
        "path": path,
        "practice": practice,
        "about_title": None if has_failed else form.about_title,
        "breadcrumbs": [site_map.HOME, site_map.Crumb("Request a consultation", path)],
        "promise": "" if has_failed else _in_words(callback.promise(practice, timezone.now())),
        "trouble": TROUBLES.get(status),
        "minutes": -(-retry_after // 60),
        **context,
    }
    response = render(request, "contact/inquiry.html", context, status=status)
    if keeps_token and form.one_time_token.issued_at:
        request_token.keep(response, form.token_value)
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response


def _practice(status: HTTPStatus) -> Practice:
    """A database that has just failed is not asked again: each try could take seconds. After a mistake of
    ours, nothing is asked that could be the mistake."""
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return Practice.objects.last_known()
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return Practice.objects.name_and_number()
    return Practice.objects.current()


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """What happens after a request is sent, for a browser that may open no receipt (any more)."""
    return render(request, "contact/sent.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_page(request: HttpRequest, key: str) -> HttpResponse:
    """The receipt, in the browser that sent the request. For a while it takes a corrected phone number."""
    if request.method == "POST":
        return _correct_phone(request, key)
    request_id = receipt.may_open(request, key)
    if request_id is None:
        return redirect("contact:sent")
    try:
        stored = intake.find(request_id)
        return _receipt_page(request, PhoneCorrectionForm(), stored) if stored else redirect("contact:sent")
    except (DatabaseError, InterfaceError):
        logger.exception("receipt: the database does not answer")
        context = {"practice": Practice.objects.last_known()}
        return render(request, "contact/receipt.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)


@never_cache
def receipt_without_csrf(request: HttpRequest, key: str) -> HttpResponse:
    """The receipt again with the number as it was typed and a fresh CSRF token. Nothing is stored."""
    return _correct_phone(request, key, has_csrf=False)


def _correct_phone(request: HttpRequest, key: str, has_csrf: bool = True) -> HttpResponse:
    """Whatever fails, the answer shows the number that was typed, and says that it was not taken."""
    form, request_id, stored = PhoneCorrectionForm(request.POST), receipt.may_open(request, key), None
    try:
        stored = intake.find(request_id) if request_id else None
        if stored is None:
            return _receipt_page(request, form, None, HTTPStatus.GONE, "contact/sent.html")
        if has_csrf and form.is_valid() and intake.correct_phone(stored, form.cleaned_data["phone"]):
            return redirect(receipt.address(stored))
        if not intake.may_correct_phone(stored):
            return _receipt_page(request, form, stored, HTTPStatus.GONE)
        return _receipt_page(request, form, stored, HTTPStatus.OK if has_csrf else HTTPStatus.FORBIDDEN)
    except (DatabaseError, InterfaceError):
        logger.exception("receipt: the database did not take the number")
        return _receipt_page(request, form, None, HTTPStatus.SERVICE_UNAVAILABLE)
    except Exception:  # as on the form
        logger.exception("receipt: the number was not taken")
        return _receipt_page(request, form, None, HTTPStatus.INTERNAL_SERVER_ERROR)


def _receipt_page(
    request: HttpRequest,
    form: PhoneCorrectionForm,
    stored: Inquiry | None,
    status: HTTPStatus = HTTPStatus.OK,
    template: str = "contact/receipt.html",
) -> HttpResponse:
    practice = _practice(status)
    call_by = callback.standing_promise(stored, practice) if stored else None
    context = {
        "form": form,
        "practice": practice,
        "inquiry": stored,
        "sent": _in_words(stored.sent_at if stored else None),
        "promise": _in_words(call_by),
        "promise_is_past": bool(call_by and call_by < timezone.now()),
        "may_correct": stored is None or intake.may_correct_phone(stored),
        "trouble": TROUBLES.get(status),
    }
    return render(request, template, context, status=status)


def _in_words(moment: datetime | None) -> str:
    return opening_hours.moment_in_words(moment) if moment else ""
