from django.db import migrations

from ascentpain import roles


class Migration(migrations.Migration):

    dependencies = [
        ("ascentpain", "0001_initial"),
        ("contact", "0006_guard_the_access_log"),
        ("procedures", "0002_publish_permission"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(lambda apps, schema_editor: roles.make(apps), migrations.RunPython.noop),
    ]
