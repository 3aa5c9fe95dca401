import django.db.models.deletion
from django.db import migrations, models

from contact import append_only


def copy(apps, schema_editor):
    """What an entry listed in one column gets a row each."""
    listed = apps.get_model("contact", "ListedInquiry").objects
    for event in apps.get_model("contact", "AccessEvent").objects.exclude(listed=[]).iterator(1000):
        listed.bulk_create(listed.model(event=event, inquiry_pk=pk) for pk in event.listed)


class Migration(migrations.Migration):

    dependencies = [
        ("contact", "0008_refuse_replaced_entries"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListedInquiry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("inquiry_pk", models.BigIntegerField(editable=False, verbose_name="inquiry")),
                (
                    "event",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contact.accessevent",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["inquiry_pk", "-event"], name="listed_of_inquiry")],
            },
        ),
        migrations.RunPython(copy, migrations.RunPython.noop),
        migrations.RunPython(
            lambda apps, schema_editor: append_only.guard(schema_editor.connection),
            migrations.RunPython.noop,
        ),
    ]
