from django.db import migrations, models

from ascentpain import content_version


class Migration(migrations.Migration):

    dependencies = [
        ('ascentpain', '0003_clinicians_role'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContentVersion',
            fields=[
                ('id', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('number', models.PositiveBigIntegerField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='content_version_is_one_row')],
            },
        ),
        # The triggers are made when all migrations are done (ascentpain.apps).
        migrations.RunPython(
            migrations.RunPython.noop,
            lambda apps, schema_editor: content_version.unwatch(schema_editor.connection),
        ),
    ]
