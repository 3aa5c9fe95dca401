import django.db.models.deletion
from django.db import migrations, models

from contact import append_only


def guard(apps, schema_editor):
    append_only.guard(schema_editor.connection)


def lift(apps, schema_editor):
    append_only.lift(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ("contact", "0009_list_inquiries_by_row"),
    ]

    operations = [
        migrations.RunPython(lift, guard),
        migrations.RemoveField(model_name="accessevent", name="listed"),
        migrations.AlterField(
            model_name="listedinquiry",
            name="event",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="listed",
                to="contact.accessevent",
            ),
        ),
        migrations.RunPython(guard, lift),
    ]
