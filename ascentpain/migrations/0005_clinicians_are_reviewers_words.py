"""What is said of a clinician is live at once: a Content editor no longer writes it."""

from django.db import migrations


def take_back(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="procedures", codename__in=["add_clinician", "change_clinician"]
    )
    for role in apps.get_model("auth", "Group").objects.filter(name="Content editor"):
        role.permissions.remove(*permissions)


class Migration(migrations.Migration):
    dependencies = [("ascentpain", "0004_content_version")]

    operations = [migrations.RunPython(take_back, migrations.RunPython.noop)]
