from django.db import migrations

from contact import append_only


class Migration(migrations.Migration):

    dependencies = [
        ("contact", "0007_one_person_publishes"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: append_only.guard(schema_editor.connection),
            migrations.RunPython.noop,
        ),
    ]
