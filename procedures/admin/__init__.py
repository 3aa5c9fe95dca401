"""The content desk: pages with their screens, sections, clinicians, and what was published."""

# Loaded here, so that what they register can be taken away: a page is moved on its own screen.
import django.contrib.redirects.admin
import django.contrib.sites.admin  # noqa: F401
from django.contrib import admin
from django.contrib.redirects.models import Redirect
from django.contrib.sites.models import Site

from procedures.admin import clinician, page, revision, section  # noqa: F401 (each registers its own)

admin.site.unregister([Redirect, Site])
