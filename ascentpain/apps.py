from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AscentPainConfig(AppConfig):
    name = "ascentpain"
    verbose_name = "Ascent Pain"


class StaffAdminConfig(AdminConfig):
    """Django's admin, with `admin.site` being the practice's own."""

    default_site = "ascentpain.staff.StaffSite"
