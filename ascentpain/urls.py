from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path
from django.views.generic import TemplateView

from ascentpain import health
from ascentpain.page_cache import live_page
from procedures.sitemaps import SITEMAPS

handler400 = "ascentpain.errors.bad_request"
handler403 = "ascentpain.errors.permission_denied"
handler404 = "ascentpain.errors.page_not_found"
handler500 = "ascentpain.errors.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("staff/", include("ascentpain.sign_in.urls")),
    path("contact/", include("contact.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path(
        "robots.txt",
        live_page(TemplateView.as_view(template_name="robots.txt", content_type="text/plain")),
        name="robots",
    ),
    path("sitemap.xml", live_page(sitemap, reads_query=True), {"sitemaps": SITEMAPS}, name="sitemap"),
    # Last: it holds the notices, whose addresses are one word of staff's choice.
    path("", include("procedures.urls")),
]
