"""The staff desk: Django's admin in the practice's name."""

from django.contrib.admin import AdminSite


class StaffSite(AdminSite):
    site_title = "Ascent Pain staff"
    site_header = "Ascent Pain"
    index_title = "Staff desk"
