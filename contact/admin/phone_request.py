"""A request that a patient makes on the phone, written down by staff."""

import logging
from http import HTTPStatus
from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import resolve, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ascentpain import sessions
from ascentpain.encrypted_fields import is_readable
from contact import access, intake, spam
from contact.admin import typed_text
from contact.admin.record import require
from contact.forms import InquiryForm
from contact.models import AccessEvent, Inquiry, Practice, RequestDraft
from procedures.models import Revision

logger = logging.getLogger(__name__)

TITLE: Final = "A request taken by phone"
TEMPLATE: Final = "admin/contact/inquiry/phone_request.html"
FORMS: Final = ("admin:contact_inquiry_add", "admin:contact_inquiry_add_draft")


class PhoneRequestForm(InquiryForm):
    """The same, filled in by staff while the patient is on the phone.

    The one-time token keeps it one request, too.
    """

    FIELDSETS = (
        ("Who asks", ("asking_for", "name", "helper_name", "helper_may_speak")),
        ("How to reach them", ("phone", "voicemail_ok", "email", "best_time")),
        ("What they said", ("message", "about")),
        ("What to prepare", ("access_needs", "language", "other_need")),
    )

    # What the patient reads as "you" is somebody else here.
    LABELS = {
        "helper_name": "Helper’s name (optional)",
        "helper_may_speak": "The patient agrees that we speak with the helper",
        "voicemail_ok": "We may leave a message at this number",
        "best_time": "Best time to call",
        "message": "In the patient’s words (optional)",
        "other_need": "What else",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields[spam.DECOY]
        for name, label in self.LABELS.items():
            self.fields[name].label = label
        for field in self.fields.values():
            # The browser knows its own person, who is not the patient, and must not learn the patient.
            field.widget.attrs["autocomplete"] = "off"
        asking_for = cast(forms.ChoiceField, self.fields["asking_for"])
        asking_for.choices = [
            (Inquiry.AskingFor.SELF, "The patient, who calls"),
            (Inquiry.AskingFor.SOMEONE_ELSE, "Someone for whom the caller asks"),
        ]
        self.fields["about"] = forms.ChoiceField(required=False, label="About", choices=self._titles())

    def _titles(self) -> list[tuple[str, str]]:
        """The public pages; while the database is away, the one that was chosen."""
        try:
            titles = Revision.objects.public_titles()
        except typed_text.DATABASE_ERRORS:
            titles = [self.data["about"]] if self.data.get("about") else []
        return [("", "No page"), *((title, title) for title in titles)]

    @property
    def fieldsets(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in self.FIELDSETS]

    def clean_about(self) -> str:
        return str(self.cleaned_data["about"])

    def inquiry_to_store(self) -> Inquiry:
        """What staff write is no spam."""
        inquiry = self.inquiry
        inquiry.request_id = self.one_time_token.request_id
        inquiry.source = Inquiry.Source.PHONE
        return inquiry


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """The form, or, where it is filled in, the record of what was stored.

    Whatever fails, the answer is the form with all that was typed in it.
    """
    user = require(request, "contact.add_inquiry", "contact.view_inquiry")
    if not request.POST:
        draft = RequestDraft.objects.of(user)
        draft = draft if draft and is_readable(draft.typed) else None
        return _page(request, _form_of(draft), draft=draft)
    if "empty" in request.POST:
        RequestDraft.objects.filter(by=user).delete()
        return HttpResponseRedirect(request.path)
    form = PhoneRequestForm(request.POST)
    try:
        return _receive(request, form, user)
    except typed_text.DATABASE_ERRORS:
        logger.exception("phone request: the database did not store it")
        return typed_page(request, typed_text.NOT_STORED, HTTPStatus.SERVICE_UNAVAILABLE)


def _receive(request: HttpRequest, form: PhoneRequestForm, user: User) -> HttpResponse:
    if not form.is_valid():
        return _page(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    new = form.inquiry_to_store()
    with transaction.atomic():
        stored = intake.receive(new, Practice.objects.current(), by=user)
        if stored is new:
            screen = AccessEvent.Screen.PHONE_REQUEST
            access.record(AccessEvent.Kind.CHANGED, screen, user, stored, ["received"])
        _forget(user, form.token_value)
    if not form.inquiry.says_the_same_as(stored):
        form.renew()
        problem = (
            f"This form has stored {stored} before, in other words. Store it again if it is another one."
        )
        return _page(request, form, problem, HTTPStatus.CONFLICT)
    messages.success(request, f"{stored} is stored. Its reference is for the patient, too.")
    return HttpResponseRedirect(reverse("admin:contact_inquiry_change", args=[stored.pk]))


def _page(
    request: HttpRequest,
    form: PhoneRequestForm,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    draft: RequestDraft | None = None,
) -> HttpResponse:
    context = admin.site.each_context(request) | {"title": TITLE, "opts": Inquiry._meta, "draft": draft}
    return render(request, TEMPLATE, context | {"form": form, "problem": problem}, status=status)


def typed_page(request: HttpRequest, problem: str, status: HTTPStatus) -> HttpResponse:
    """The form as it was filled in, with a fresh CSRF token. Nothing is stored."""
    context = {"title": TITLE, "form": PhoneRequestForm(request.POST), "problem": problem}
    return typed_text.bare(request, TEMPLATE, context, status)


def show_without_csrf(request: HttpRequest) -> HttpResponse:
    is_known = admin.site.has_permission(request)
    return typed_page(
        request, typed_text.TOO_OLD if is_known else typed_text.SIGNED_OUT, HTTPStatus.FORBIDDEN
    )


# What was typed when the session ended


@never_cache
def keep_draft(request: HttpRequest) -> HttpResponse:
    """Keep what is being written, for when its writer is back."""
    _keep(require(request, "contact.add_inquiry", "contact.view_inquiry"), request.POST)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@receiver(sessions.expired_with_post)
def keep_request_of_expired_session(request: HttpRequest, user: User, **kwargs: Any) -> str:
    """Returns the form to come back to."""
    if resolve(request.path_info).view_name not in FORMS or not user.has_perm("contact.add_inquiry"):
        return ""
    _keep(user, request.POST)
    return reverse("admin:contact_inquiry_add")


@transaction.atomic
def _keep(user: User, sent: QueryDict) -> None:
    """One for each person, and none for longer than a month."""
    RequestDraft.objects.expired().delete()
    RequestDraft.objects.filter(by=user).delete()
    typed = sent.copy()
    typed.pop("csrfmiddlewaretoken", None)
    RequestDraft.objects.create(by=user, typed=typed.urlencode())


def _form_of(draft: RequestDraft | None) -> PhoneRequestForm:
    """With what was kept in its fields, and no mistakes told yet."""
    if draft is None:
        return PhoneRequestForm()
    typed = QueryDict(draft.typed)
    return PhoneRequestForm(initial=typed.dict() | {"access_needs": typed.getlist("access_needs")})


def _forget(user: User, token: str) -> None:
    """What is stored need not be kept; another form's words are."""
    draft = RequestDraft.objects.filter(by=user).first()
    if draft and QueryDict(draft.typed).get("token") == token:
        draft.delete()
