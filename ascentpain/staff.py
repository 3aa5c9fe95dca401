"""The staff desk: Django's admin in the practice's name."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from ascentpain import morning, sessions
from ascentpain.sign_in import second_factor, views


class StaffSite(AdminSite):
    site_title = "Ascent Pain staff"
    site_header = "Ascent Pain"
    index_title = "Staff desk"
    enable_nav_sidebar = False  # few lists are on the index; the queue needs the width

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The desk's first page starts with what waits for whoever looks at it."""
        return super().index(request, {"morning": morning.page(request.user), **(extra_context or {})})

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, with a second factor that was used in this session. Superusers, too."""
        return super().has_permission(request) and second_factor.is_done(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Django leads everybody here who may not see a page of the admin. allauth has the form."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated and (step := views.first_step(request)):
            return step
        return sessions.to_sign_in(request.GET.get("next", ""))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        return views.sign_out(request)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """No form of the desk uses it, and it would list requests past their access log."""
        raise Http404

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")
