from django.contrib import admin
from django.http import HttpRequest

from procedures.models import Revision


@admin.register(Revision)
class RevisionAdmin(admin.ModelAdmin):
    """What was published, when and by whom. Read only; each page's history compares and restores."""

    list_display = ("page", "live_from", "made_by", "reviewer", "note")
    list_filter = ("page",)
    list_select_related = ("page", "made_by")
    fields = (
        "page",
        "live_from",
        ("made_at", "made_by"),
        ("written_by", "writers"),
        "note",
        ("reviewed_by", "reviewer_name", "reviewer_degree"),
        ("reviewed_on", "next_review_on"),
        ("is_withdrawal", "instead"),
        ("cancelled_at", "cancelled_by"),
        "snapshot",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return False
