import json
from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from procedures import drafts, publishing
from procedures.admin import conflicts, history, ordering, screens
from procedures.admin.fields import OVERRIDES
from procedures.models import Item, Page, Section


class LinkedPageChoices(admin.options.BaseModelAdmin):
    """One query for the pages to choose from, however many fields of a form offer them."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "linked_page" and field:
            kept = vars(request)
            if "linked_page_choices" not in kept:
                kept["linked_page_choices"] = [("", "No page"), *Page.objects.values_list("pk", "title")]
            field.choices = kept["linked_page_choices"]
        return field


class SectionInline(LinkedPageChoices, ordering.PlaceMixin, admin.StackedInline):
    model = Section
    formfield_overrides = OVERRIDES
    fields = ("place", ("heading", "slug"), "kind", "intro", ("linked_page", "link_text"), "illustration")
    readonly_fields = ("place",)
    prepopulated_fields = {"slug": ("heading",)}
    fk_name = "page"
    extra = 0
    show_change_link = True


class ItemInline(LinkedPageChoices, ordering.PlaceMixin, admin.StackedInline):
    model = Item
    formfield_overrides = OVERRIDES
    fields = ("place", ("term", "urgency"), "text", ("linked_page", "illustration"))
    readonly_fields = ("place",)
    fk_name = "section"
    extra = 1


@admin.register(Section)
class SectionAdmin(LinkedPageChoices, admin.ModelAdmin):
    """One section with its items; reached from its page."""

    form = conflicts.DraftForm
    actions = None
    formfield_overrides = OVERRIDES
    fields = (
        "page",
        ("heading", "slug"),
        "kind",
        "intro",
        ("linked_page", "link_text"),
        "illustration",
        "meaning",
        "awaits_review",
    )
    inlines = (ItemInline,)

    class Media:
        js = ("js/shift.js",)

    def get_readonly_fields(self, request: HttpRequest, obj: Section | None = None) -> tuple[str, ...]:
        """Who may not publish may hold a section back, and not give it free."""
        is_held = obj is not None and obj.awaits_review and not request.user.has_perm(publishing.PERMISSION)
        return ("page", "awaits_review") if is_held else ("page",)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/shift/",
                wrap(ordering.shift),
                {"kind": "section"},
                name="procedures_section_shift",
            ),
            path(
                "item/<int:pk>/shift/", wrap(ordering.shift), {"kind": "item"}, name="procedures_item_shift"
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sections are listed where they mean something: on their page."""
        return HttpResponseRedirect(reverse("admin:procedures_page_changelist"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Sections are added on their page."""
        return False

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Section | None = None,
    ) -> HttpResponse:
        if obj is not None:
            context["seen"] = conflicts.fingerprint(Section.objects.get(pk=obj.pk))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Section, form: Any, change: bool) -> None:
        """Wait for a publication that is under way: it must see the section before or after, never half."""
        Page.objects.select_for_update().get(pk=obj.page_id)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if any(formset.deleted_forms for formset in formsets):
            screens.keep_draft(request, form.instance.page)
        super().save_related(request, form, formsets, change)
        page, by = form.instance.page, cast(User, request.user)
        if form.has_changed() or any(formset.has_changed() for formset in formsets):
            drafts.changed(page, by, form.instance)
        if "awaits_review" in form.changed_data:  # patients get the page with the section, or without it
            drafts.changed(page, by)

    def log_change(self, request: HttpRequest, obj: Section, message: Any) -> LogEntry:
        """In the history of its page, where the section is still told of once it is deleted."""
        told = LogEntry(change_message=json.dumps(message)).get_change_message()
        return screens.log(request, obj.page, f"Section “{obj}”: {told}")

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Section]) -> list[LogEntry]:
        return [screens.log(request, s.page, f"Section “{s}”: Deleted.") for s in queryset]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Its page's."""
        section = self.get_object(request, object_id)
        if section is None:
            raise Http404
        return screens.of(self, history.show)(request, section.page_id)

    def delete_model(self, request: HttpRequest, obj: Section) -> None:
        screens.keep_draft(request, obj.page)
        super().delete_model(request, obj)
        drafts.changed(obj.page, cast(User, request.user))

    def response_change(self, request: HttpRequest, obj: Section) -> HttpResponse:
        screens.give_advice(request, obj.page)
        if ordering.shift_pressed(request):
            return HttpResponseRedirect(request.path)
        return super().response_change(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Section) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:procedures_page_change", args=[obj.page_id]))
