from typing import Any

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db import connections, transaction
from django.db.models.signals import post_migrate, pre_migrate


class AscentPainConfig(AppConfig):
    name = "ascentpain"
    verbose_name = "Ascent Pain"

    def ready(self) -> None:
        from ascentpain import key_rotation, sessions  # noqa: F401 (connects its receivers)
        from ascentpain.sign_in import second_factor

        key_rotation.others[:] = [second_factor.seal_anew]
        pre_migrate.connect(_unwatch_content, sender=self)
        post_migrate.connect(_watch_content, sender=self)


def _unwatch_content(using: str, plan: list[Any], **kwargs: Any) -> None:
    from ascentpain import content_version

    if plan:
        with transaction.atomic(using=using):
            content_version.unwatch(connections[using])


def _watch_content(using: str, **kwargs: Any) -> None:
    from ascentpain import content_version

    with transaction.atomic(using=using):
        content_version.watch(connections[using])


class StaffAdminConfig(AdminConfig):
    """Django's admin, with `admin.site` being the practice's own."""

    default_site = "ascentpain.staff.StaffSite"
