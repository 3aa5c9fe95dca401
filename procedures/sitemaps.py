from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from procedures.models import Clinician, Revision


class SiteSitemap(Sitemap):
    """Addresses under SITE_URL, whatever Host header the request came with."""

    protocol = urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: object = None) -> str:
        return urlsplit(settings.SITE_URL).netloc


class PublishedPages(SiteSitemap):
    def items(self) -> QuerySet[Revision]:
        return Revision.objects.live().order_by("page__kind", "page__slug")

    def lastmod(self, revision: Revision) -> datetime | None:
        return revision.live_from


class ClinicianPage(SiteSitemap):
    """The clinicians, when there are any. The form is not listed: nobody should find it without the page."""

    def items(self) -> list[str]:
        has_clinicians = Clinician.objects.listed().exists()
        return ["procedures:clinicians"] if has_clinicians else []

    def location(self, item: str) -> str:
        return reverse(item)


SITEMAPS = {"pages": PublishedPages, "clinicians": ClinicianPage}
