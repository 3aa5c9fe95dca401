"""What memory is compared with: Django and the packages that the site runs on, and nothing of ours."""

import zoneinfo  # noqa: F401

import brotli  # noqa: F401
import crispy_forms.helper
import crispy_forms.layout  # noqa: F401
import cryptography.hazmat.primitives.ciphers.aead
import cryptography.hazmat.primitives.kdf.hkdf  # noqa: F401
import csp.middleware  # noqa: F401
import dj_database_url  # noqa: F401
import fido2.server  # noqa: F401
import phonenumbers  # noqa: F401
import segno  # noqa: F401
import whitenoise.middleware
import whitenoise.storage  # noqa: F401
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY="none is needed",
    SITE_ID=1,
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[
        "csp.middleware.CSPMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.gzip.GZipMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    CONTENT_SECURITY_POLICY={"DIRECTIVES": {"default-src": ["'none'"]}},
    CRISPY_TEMPLATE_PACK="bare",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    INSTALLED_APPS=[
        *(f"django.contrib.{name}" for name in ("admin", "auth", "contenttypes", "humanize", "messages")),
        *(f"django.contrib.{name}" for name in ("redirects", "sessions", "sitemaps", "sites", "staticfiles")),
        *("allauth", "allauth.account", "allauth.mfa", "crispy_forms", "csp"),
    ],
)


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>One paragraph.</p>")


application = get_wsgi_application()

from django.contrib import admin  # noqa: E402 (it needs the application)

urlpatterns = [path("", answer), path("admin/", admin.site.urls), path("staff/", include("allauth.urls"))]
