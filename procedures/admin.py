from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from procedures import publishing
from procedures.models import Item, Page, Revision, Section

if TYPE_CHECKING:
    from django.contrib.auth.models import User


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


class SectionInline(LinkedPageChoices, admin.StackedInline):
    model = Section
    fields = (("heading", "slug"), ("kind", "order"), "intro", ("linked_page", "link_text"), "illustration")
    prepopulated_fields = {"slug": ("heading",)}
    fk_name = "page"
    extra = 0
    show_change_link = True


class ItemInline(LinkedPageChoices, admin.StackedInline):
    model = Item
    fields = (("term", "order"), "text", ("linked_page", "illustration"))
    fk_name = "section"
    extra = 1


@admin.register(Page)
class PageAdmin(admin.ModelAdmin):
    """The draft. Saving changes nothing for patients; “Save and publish” does."""

    list_display = ("title", "kind", "slug", "order", "live_since")
    list_filter = ("kind",)
    search_fields = ("title", "slug")
    fieldsets = (
        (None, {"fields": ("title", "summary", "introduction")}),
        ("Where it stands", {"fields": (("kind", "slug"), "order", "is_placeholder")}),
    )
    prepopulated_fields = {"slug": ("title",)}
    inlines = (SectionInline,)
    change_form_template = "admin/procedures/page/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Page]:
        return Page.objects.with_live_from()

    @admin.display(description="live since", empty_value="not published", ordering="live_from")
    def live_since(self, page: Page) -> Any:
        return page.live_from

    def get_prepopulated_fields(self, request: HttpRequest, obj: Page | None = None) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Page | None = None) -> tuple[str, ...]:
        return ("kind", "slug") if obj and obj.revisions.exists() else ()

    def has_delete_permission(self, request: HttpRequest, obj: Page | None = None) -> bool:
        """A published page stays, and so does its history."""
        return obj is not None and not obj.revisions.exists() and super().has_delete_permission(request, obj)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Page | None = None,
    ) -> HttpResponse:
        context["is_ahead_of_live"] = obj is not None and publishing.differs_from_live(obj)
        context["may_publish"] = self.may_publish(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def may_publish(self, request: HttpRequest, page: Page | None) -> bool:
        """A notice may be published by whoever may change it, anything medical by a reviewer only."""
        may_review = request.user.has_perm("procedures.publish_page")
        return self.has_change_permission(request, page) and (
            may_review or (page is not None and not page.is_medical)
        )

    def response_add(
        self, request: HttpRequest, obj: Page, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._publish(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Page) -> HttpResponse:
        return self._publish(request, obj) or super().response_change(request, obj)

    def _publish(self, request: HttpRequest, page: Page) -> HttpResponse | None:
        """Publish if that button was pressed, and stay on the page to say how it went."""
        if "_publish" not in request.POST:
            return None
        if not self.may_publish(request, page):
            problem = f"“{page}” is saved, but not published: a reviewer publishes medical content."
            self.message_user(request, problem, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:procedures_page_change", args=[page.pk]))
        try:
            publishing.publish(page, by=cast("User", request.user))
        except publishing.CannotPublish as error:
            for _, problem in error.problems:
                self.message_user(request, f"Saved, but not published: {problem}", messages.ERROR)
        else:
            self.log_change(request, page, "Published.")
            self.message_user(request, f"“{page}” is saved and published.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:procedures_page_change", args=[page.pk]))


@admin.register(Section)
class SectionAdmin(LinkedPageChoices, admin.ModelAdmin):
    """One section with its items; reached from its page."""

    actions = None
    fields = (
        "page",
        ("heading", "slug"),
        ("kind", "order"),
        "intro",
        ("linked_page", "link_text"),
        "illustration",
    )
    readonly_fields = ("page",)
    inlines = (ItemInline,)

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

    def save_model(self, request: HttpRequest, obj: Section, form: Any, change: bool) -> None:
        """Wait for a publication that is under way: it must see the section before or after, never half."""
        Page.objects.select_for_update().get(pk=obj.page_id)
        super().save_model(request, obj, form, change)

    def response_post_save_change(self, request: HttpRequest, obj: Section) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:procedures_page_change", args=[obj.page_id]))


@admin.register(Revision)
class RevisionAdmin(admin.ModelAdmin):
    """What was published, when and by whom. Read only."""

    list_display = ("page", "live_from", "made_by", "note")
    list_filter = ("page",)
    list_select_related = ("page", "made_by")
    fields = ("page", "live_from", "made_at", "made_by", "note", "snapshot")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return False
