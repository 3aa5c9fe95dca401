from functools import partial
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from procedures import advice, drafts, publishing
from procedures.admin import address, conflicts, history, ordering, preview, publish, screens, withdraw
from procedures.admin.fields import OVERRIDES
from procedures.admin.section import SectionInline
from procedures.models import Page

ADVISED_LENGTHS = {"title": advice.TITLE_LENGTH, "summary": advice.SUMMARY_LENGTH}


@admin.register(Page)
class PageAdmin(admin.ModelAdmin):
    """The draft. Saving changes nothing for patients; the screen “Publish” does."""

    form = conflicts.DraftForm
    list_display = ("title", "kind", "slug", "order", "live_since", "waits")
    list_filter = ("kind",)
    search_fields = ("title", "slug")
    actions = None
    fieldsets = (
        (None, {"fields": ("title", "summary", "introduction")}),
        (
            "Where it stands",
            {"fields": (("kind", "slug"), "order", "body_location", "effective_on", "is_placeholder")},
        ),
    )
    prepopulated_fields = {"slug": ("title",)}
    inlines = (SectionInline,)
    formfield_overrides = OVERRIDES
    change_form_template = "admin/procedures/page/change_form.html"

    class Media:
        js = ("js/shift.js", "js/character-advice.js")

    def get_urls(self) -> list[URLPattern]:
        names: dict[str, screens.Screen] = {
            "preview": preview.show,
            "phone": partial(preview.frame, kind="phone"),
            "paper": partial(preview.frame, kind="paper"),
            "link": preview.link,
            "compare": history.compare,
            "publish": publish.show,
            "ask": publish.ask,
            "withdraw": withdraw.show,
            "address": address.show,
        }
        wrap = self.admin_site.admin_view
        return [
            path("paper.css", wrap(preview.paper_style), name="procedures_page_paper_style"),
            *(
                path(f"<int:pk>/{name}/", wrap(screens.of(self, screen)), name=f"procedures_page_{name}")
                for name, screen in names.items()
            ),
            path(
                "<int:pk>/restore/<int:revision>/",
                wrap(screens.of(self, publish.restore)),
                name="procedures_page_restore",
            ),
            path(
                "<int:pk>/cancel/<int:revision>/",
                wrap(screens.of(self, publish.cancel)),
                name="procedures_page_cancel",
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Page]:
        return Page.objects.with_live_from()

    @admin.display(description="live since", empty_value="not published", ordering="live_from")
    def live_since(self, page: Page) -> Any:
        return page.live_from

    @admin.display(description="waits for a reviewer", empty_value="", ordering="review_asked_at")
    def waits(self, page: Page) -> Any:
        return page.review_asked_at

    def get_prepopulated_fields(self, request: HttpRequest, obj: Page | None = None) -> dict[str, Any]:
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Page | None = None) -> tuple[str, ...]:
        return ("kind", "slug") if obj and obj.was_published else ()

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and (lengths := ADVISED_LENGTHS.get(db_field.name)):
            least, most = lengths
            field.widget.attrs |= {"data-advised-least": least, "data-advised-most": most}
            best = (
                f"{least} to {most} characters are best." if least else f"Up to {most} characters are best."
            )
            field.help_text = f"{field.help_text} {best}"
        return field

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
        if obj is not None:
            context["is_ahead_of_live"] = publishing.differs_from_live(obj)
            context |= {"ways": screens.ways(obj), "here": request.path}
            context["seen"] = conflicts.fingerprint(Page.objects.get(pk=obj.pk))
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if any(formset.deleted_forms for formset in formsets):
            screens.keep_draft(request, form.instance)
        super().save_related(request, form, formsets, change)
        by = cast(User, request.user)
        if not change or form.has_changed() or any(formset.deleted_objects for formset in formsets):
            drafts.changed(form.instance, by)
        for formset in formsets:
            for section in (*formset.new_objects, *(section for section, _ in formset.changed_objects)):
                drafts.changed(form.instance, by, section)

    def response_add(
        self, request: HttpRequest, obj: Page, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._go_on(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Page) -> HttpResponse:
        return self._go_on(request, obj) or super().response_change(request, obj)

    def _go_on(self, request: HttpRequest, page: Page) -> HttpResponse | None:
        """To the screen that was asked for with the saving, with advice on what was saved."""
        screens.give_advice(request, page)
        if ordering.shift_pressed(request):
            return HttpResponseRedirect(screens.path_of(page, "change"))
        for name in ("preview", "publish"):
            if f"_{name}" in request.POST:
                return HttpResponseRedirect(screens.path_of(page, name))
        return None

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        key = int(object_id) if object_id.isdecimal() and len(object_id) < 18 else 0
        return screens.of(self, history.show)(request, key)
