"""The staff desk: Django's admin in the practice's name."""

from django.contrib.admin import AdminSite


class StaffSite(AdminSite):
    site_title = "Ascent Pain staff"
    site_header = "Ascent Pain"
    index_title = "Staff desk"
    enable_nav_sidebar = False  # four lists are on the index; the queue needs the width
