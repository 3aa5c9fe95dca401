from django.contrib import admin

from procedures.admin.fields import OVERRIDES
from procedures.models import Clinician


@admin.register(Clinician)
class ClinicianAdmin(admin.ModelAdmin):
    """Who may be named as a reviewer. One who is named stays; untick “listed” when they leave."""

    list_display = ("__str__", "certification", "is_listed")
    actions = None
    formfield_overrides = OVERRIDES
    fieldsets = (
        (None, {"fields": ("name", "degree", "about")}),
        ("Board certification", {"fields": ("is_board_certified", "board", "specialty")}),
        ("On the site", {"fields": ("is_listed", "order")}),
    )
