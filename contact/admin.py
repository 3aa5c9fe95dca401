from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.views.decorators.http import require_POST

from contact import phone
from contact.models import Inquiry, Practice


class AboutFilter(admin.SimpleListFilter):
    """The pages that patients came from, by the titles they saw."""

    title = "page"
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(title, title) for title in Inquiry.objects.pages_of_interest()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
        return queryset.filter(about=self.value()) if self.value() else queryset


@admin.register(Inquiry)
class InquiryAdmin(admin.ModelAdmin):
    """The queue: staff read what patients wrote and say how far each request is. None is added or deleted."""

    list_display = ("sent_at", "name", "call", "best_time", "about", "status")
    list_display_links = ("sent_at", "name")
    list_filter = ("status", "best_time", "sent_at", AboutFilter)
    search_fields = ("name", "phone", "phone_uri", "email", "about")
    actions = None
    fieldsets = (
        ("Call back", {"fields": ("name", "call", "best_time", "status")}),
        ("What they wrote", {"fields": ("message", "about", "phone", "email", "sent_at")}),
    )
    readonly_fields = ("name", "call", "best_time", "message", "about", "phone", "email", "sent_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Inquiry]:
        return Inquiry.objects.newest_first()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Inquiry], search_term: str
    ) -> tuple[QuerySet[Inquiry], bool]:
        """A telephone number is found however it is typed, as a caller's display shows it, too."""
        with suppress(ValidationError):
            return queryset.filter(phone_uri=phone.normalise(search_term)), False
        return super().get_search_results(request, queryset, search_term)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Inquiry | None = None) -> bool:
        return False

    @admin.display(description="phone", ordering="phone_uri")
    def call(self, inquiry: Inquiry) -> str:
        return format_html('<a href="{}">{}</a>', inquiry.phone_uri, inquiry.phone_display)

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """The columns and, for who may use them, buttons that come back to the list as it is filtered."""
        if not self.has_change_permission(request):
            return tuple(super().get_list_display(request))
        filters = request.GET.urlencode()

        @admin.display(description="move to")
        def move_to(inquiry: Inquiry) -> str:
            return self._buttons(inquiry, filters)

        return (*super().get_list_display(request), move_to)

    def _buttons(self, inquiry: Inquiry, filters: str) -> str:
        """They submit the list's own form, which carries the CSRF token, to an address of their own."""
        address = reverse("admin:contact_inquiry_move", args=[inquiry.pk])
        return format_html_join(
            " ",
            '<button type="submit" class="button" name="to" value="{}" formaction="{}?{}">{}'
            '<span class="visually-hidden"> ({})</span></button>',
            (
                (value, address, filters, label, inquiry.name)
                for value, label in Inquiry.Status.choices
                if value != inquiry.status
            ),
        )

    def get_urls(self) -> list[URLPattern]:
        move = self.admin_site.admin_view(require_POST(self.move))
        return [path("<int:pk>/move/", move, name="contact_inquiry_move"), *super().get_urls()]

    def move(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give one inquiry another status and go back to the list."""
        inquiry = get_object_or_404(Inquiry, pk=pk)
        if not self.has_change_permission(request, inquiry):
            raise PermissionDenied
        status = request.POST.get("to", "")
        if status not in Inquiry.Status.values:
            raise BadRequest
        inquiry.status = status
        inquiry.save(update_fields=["status"])
        self.log_change(request, inquiry, f"Moved to {inquiry.get_status_display()}.")
        self.message_user(
            request, f"{inquiry} is now {inquiry.get_status_display().lower()}.", messages.SUCCESS
        )
        queue = reverse("admin:contact_inquiry_changelist")
        return HttpResponseRedirect(f"{queue}?{request.GET.urlencode()}")


class PracticeForm(forms.ModelForm):
    telephone = phone.TelephoneField(help_text="The number that patients call, on every page.")

    class Meta:
        model = Practice
        fields = ("name", "telephone", "email", "address", "hours")


@admin.register(Practice)
class PracticeAdmin(admin.ModelAdmin):
    """The one row of details; its list is the row itself."""

    form = PracticeForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Practice | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        practice = Practice.objects.current()
        return HttpResponseRedirect(reverse("admin:contact_practice_change", args=[practice.pk]))
