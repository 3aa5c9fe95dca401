from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from contact import desk, phone
from contact.models import Closure, OpeningHours, Practice


class PracticeForm(forms.ModelForm):
    telephone = phone.TelephoneField(help_text="The number that patients call, on every page.")

    class Meta:
        model = Practice
        fields = (
            "name",
            "telephone",
            "email",
            "address",
            "hours_note",
            "callback_hours",
            "alert_addresses",
            "acknowledges_by_email",
            "keep_closed_months",
            "keep_held_days",
        )


# The browser's own pickers: they have labels, need no script, and know the reader's clock.
TIME = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
MOMENT = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})


class OpeningHoursFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """Two stretches of one day must not overlap: patients would read both."""
        filled_in = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        stretches = sorted(
            (row["weekday"], row["opens"], row["closes"]) for row in filled_in if not row.get("DELETE")
        )
        for (day, _, closes), (next_day, opens, _) in pairwise(stretches):
            if day == next_day and opens < closes:
                name = OpeningHours.Weekday(day).label
                raise ValidationError(f"The hours of {name} overlap. Make them one, or leave a break.")


class OpeningHoursInline(admin.StackedInline):
    model = OpeningHours
    formset = OpeningHoursFormSet
    fields = (("weekday", "opens", "closes"),)
    extra = 0
    formfield_overrides = {models.TimeField: {"widget": TIME}}


@admin.register(Practice)
class PracticeAdmin(admin.ModelAdmin):
    """The one row of details; its list is the row itself."""

    form = PracticeForm
    fieldsets = (
        ("What patients see", {"fields": ("name", "telephone", "email", "address", "hours_note")}),
        ("Consultation requests", {"fields": ("callback_hours", "alert_addresses", "acknowledges_by_email")}),
        ("How long requests are kept", {"fields": ("keep_closed_months", "keep_held_days")}),
        ("Pages", {"fields": ("one_person_publishes",)}),
    )
    inlines = (OpeningHoursInline,)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        desk.renew_due_times(Practice.objects.current())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Practice | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        practice = Practice.objects.current()
        return HttpResponseRedirect(reverse("admin:contact_practice_change", args=[practice.pk]))


@admin.register(Closure)
class ClosureAdmin(admin.ModelAdmin):
    """Holidays, and what comes at once: a hurricane."""

    list_display = ("starts_at", "ends_at", "message", "is_now")
    ordering = ("-starts_at",)
    formfield_overrides = {models.DateTimeField: {"form_class": forms.DateTimeField, "widget": MOMENT}}

    def save_model(self, request: HttpRequest, obj: Closure, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        desk.renew_due_times(Practice.objects.current())

    def delete_model(self, request: HttpRequest, obj: Closure) -> None:
        super().delete_model(request, obj)
        desk.renew_due_times(Practice.objects.current())

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        super().delete_queryset(request, queryset)
        desk.renew_due_times(Practice.objects.current())

    @admin.display(description="closed now", boolean=True)
    def is_now(self, closure: Closure) -> bool:
        return closure.is_in_force(timezone.now())
