"""Roles get what the content desk adds: clinicians, and reviewers who mend a section themselves."""

from django.db import migrations

from ascentpain import roles


class Migration(migrations.Migration):
    dependencies = [
        ("ascentpain", "0002_roles"),
        ("procedures", "0003_content_desk"),
    ]

    operations = [migrations.RunPython(lambda apps, editor: roles.make(apps), migrations.RunPython.noop)]
