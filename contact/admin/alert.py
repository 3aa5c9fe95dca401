from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest

from contact.admin.lists import OfferedOnly
from contact.models import Alert
from contact.paging import BoundedPaginator


@admin.register(Alert)
class AlertAdmin(admin.ModelAdmin):
    """The outbox, to read: what was mailed, and what keeps failing and why."""

    list_display = (
        "created_at",
        "kind",
        "inquiry",
        "status",
        "tries",
        "last_problem",
        "next_try_at",
        "finished_at",
    )
    list_filter = ("status", "kind")
    list_select_related = ("inquiry",)
    list_per_page = 50
    ordering = ("-created_at", "-pk")
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return OfferedOnly

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Alert | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Alert | None = None) -> bool:
        return False
