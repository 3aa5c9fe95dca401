"""A request that a patient makes on the phone, written down by staff."""

from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contact import access, intake, spam
from contact.admin.record import require
from contact.forms import InquiryForm
from contact.models import AccessEvent, Inquiry, Practice
from procedures.models import Revision


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
        titles = [("", "No page"), *((title, title) for title in Revision.objects.public_titles())]
        self.fields["about"] = forms.ChoiceField(required=False, label="About", choices=titles)

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
    """The form, or, where it is filled in, the record of what was stored."""
    user = require(request, "contact.add_inquiry", "contact.view_inquiry")
    form = PhoneRequestForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = {"title": "A request taken by phone", "opts": Inquiry._meta, "form": form}
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        context = admin.site.each_context(request) | context
        return render(request, "admin/contact/inquiry/phone_request.html", context, status=status)
    new = form.inquiry_to_store()
    stored = intake.receive(new, Practice.objects.current(), by=user)
    if stored is new:
        access.record(AccessEvent.Kind.CHANGED, AccessEvent.Screen.PHONE_REQUEST, user, stored, ["received"])
    messages.success(request, f"{stored} is stored. Its reference is for the patient, too.")
    return HttpResponseRedirect(reverse("admin:contact_inquiry_change", args=[stored.pk]))
