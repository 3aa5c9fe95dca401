from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AscentPainConfig(AppConfig):
    name = "ascentpain"
    verbose_name = "Ascent Pain"

    def ready(self) -> None:
        from ascentpain import key_rotation, sessions  # noqa: F401 (connects its receivers)
        from ascentpain.sign_in import second_factor

        key_rotation.others[:] = [second_factor.seal_anew]


class StaffAdminConfig(AdminConfig):
    """Django's admin, with `admin.site` being the practice's own."""

    default_site = "ascentpain.staff.StaffSite"
