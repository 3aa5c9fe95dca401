"""The export of what the queue shows: asked for with a reason, logged, streamed."""

from array import array
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contact import access, export
from contact.admin.record import require
from contact.models import AccessEvent, Inquiry
from contact.paging import LIMIT, count_up_to

PKS_READ: Final = 2000  # at once


class ExportForm(forms.Form):
    use_required_attribute = False

    reason = forms.ChoiceField(
        label="Why do you export?",
        choices=AccessEvent.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose why you export.",
            "invalid_choice": "Choose one of these reasons.",
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def download(
    request: HttpRequest, found: QuerySet[Inquiry], in_words: dict[str, str], filters: dict[str, Any]
) -> HttpResponse | StreamingHttpResponse:
    """The file, or the form that asks for the reason.

    `filters` go into the log; they hold nothing personal.
    """
    user = require(request, "contact.view_inquiry", "contact.export_inquiry")
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        event, pks = _taken(found, user, filters, form.cleaned_data["reason"])
        name = f"requests-{timezone.localdate():%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(
            export.csv_lines(event, pks), content_type="text/csv; charset=utf-8", headers=headers
        )
    number = count_up_to(found, LIMIT + 1)
    context = {
        "title": "Export requests",
        "opts": Inquiry._meta,
        "form": form,
        "count": min(number, LIMIT),
        "is_more": number > LIMIT,
        "in_words": in_words,
        "query": request.GET.urlencode(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = admin.site.each_context(request) | context
    return render(request, "admin/contact/inquiry/export.html", context, status=status)


@transaction.atomic
def _taken(
    found: QuerySet[Inquiry], user: User, filters: dict[str, Any], reason: str
) -> tuple[AccessEvent, Sequence[int]]:
    """Which are exported, in their order, once the log says so: of what is not logged, nothing is sent."""
    # Eight bytes each, however many there are.
    pks = array("q", found.values_list("pk", flat=True).iterator(PKS_READ))
    kind, screen = AccessEvent.Kind.EXPORTED, AccessEvent.Screen.EXPORT
    event = access.record_several(kind, screen, user, len(pks), filters=filters, reason=reason)
    return event, pks
