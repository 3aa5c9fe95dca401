from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from contact.admin.lists import OfferedOnly
from contact.models import AccessEvent
from contact.paging import BoundedPaginator
from contact.row_number import read_row_number


class PersonFilter(admin.SimpleListFilter):
    title = "person"
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (str(pk), name) for pk, name in User.objects.order_by("username").values_list("pk", "username")
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        by = read_row_number(self.value())
        return queryset if by is None else queryset.filter(by=by)


@admin.register(AccessEvent)
class AccessEventAdmin(admin.ModelAdmin):
    """The access log as a whole, to read. Of one request it stands on its record."""

    list_display = ("at", "by", "kind", "screen", "request", "fields", "count", "chosen_by", "reason")
    list_display_links = None
    list_filter = ("kind", "screen", PersonFilter, "at")
    list_select_related = ("by",)
    list_per_page = 50
    ordering = ("-at", "-pk")
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return OfferedOnly

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"title": "Access log"} | (extra_context or {}))

    @admin.display(description="request")
    def request(self, event: AccessEvent) -> str:
        if event.inquiry_pk is None:
            return "-"
        if event.kind == AccessEvent.Kind.PURGED:
            return event.reference
        address = reverse("admin:contact_inquiry_change", args=[event.inquiry_pk])
        return format_html('<a href="{}">{}</a>', address, event.reference)

    @admin.display(description="chosen by")
    def chosen_by(self, event: AccessEvent) -> str:
        return "; ".join(f"{name}: {value}" for name, value in event.filters.items()) or "-"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessEvent | None = None) -> bool:
        return False
