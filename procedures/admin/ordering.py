"""Up and down buttons of rows that have an order, for a keyboard as for a mouse."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from procedures import drafts
from procedures.admin import screens
from procedures.models import Item, Section

MODELS: dict[str, Any] = {"section": Section, "item": Item}


@require_POST
def shift(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """One place up (`to=up`) or down; answers with the new place."""
    if not request.user.has_perm("procedures.change_section"):
        raise PermissionDenied
    row: Any = get_object_or_404(MODELS[kind], pk=pk)
    place, number = _shift(request, row, up=request.POST.get("to") == "up")
    return JsonResponse({"name": str(row), "place": place, "number": number})


def _shift(request: HttpRequest, row: Section | Item, up: bool) -> tuple[int, int]:
    """Move it and say so in the page's history, unless it stood at that end already."""
    place, number, has_moved = drafts.shift(row, cast(User, request.user), up=up)
    if has_moved:
        section = row if isinstance(row, Section) else row.section
        item = "" if isinstance(row, Section) else f" Item “{row}”:"
        words = f"Section “{section}”:{item} Moved {'up' if up else 'down'}, to place {place} of {number}."
        screens.log(request, section.page, words)
    return place, number


def shift_pressed(request: HttpRequest) -> bool:
    """Without script the buttons send the whole form: what was typed is saved, then the row is moved."""
    kind, _, rest = request.POST.get("_shift", "").partition("-")
    key, _, to = rest.partition("-")
    if kind not in MODELS or not key.isdecimal():
        return False
    row: Any = MODELS[kind].objects.filter(pk=key).first()
    if row is not None:
        _shift(request, row, up=to == "up")
    return True


class PlaceMixin(admin.options.BaseModelAdmin):
    """A column that says what the row is, with its buttons."""

    @admin.display(description="place")
    def place(self, row: Section | Item) -> str | SafeString:
        if not row.pk:
            return "It comes last; move it once it is saved."
        kind = "section" if isinstance(row, Section) else "item"
        path = reverse(f"admin:procedures_{kind}_shift", args=[row.pk])
        return format_html(
            '<span class="place" data-path="{}">'
            '<button type="submit" name="_shift" value="{}-{}-up" aria-label="Move up: {}">Move up</button>'
            ' <button type="submit" name="_shift" value="{}-{}-down" aria-label="Move down: {}">'
            "Move down</button>"
            "</span>{}",
            *(path, kind, row.pk, row, kind, row.pk, row),
            " Awaits a clinician: patients do not see it." if getattr(row, "awaits_review", False) else "",
        )
