from django.db import migrations

from contact import append_only


class Migration(migrations.Migration):

    dependencies = [
        ("contact", "0005_encrypt"),
    ]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: append_only.guard(schema_editor.connection),
            lambda apps, schema_editor: append_only.lift(schema_editor.connection),
        ),
    ]
