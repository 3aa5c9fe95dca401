"""Who wrote what nobody else has published."""

from django.conf import settings
from django.db import migrations, models


def remember_writers(apps, schema_editor):
    """Of drafts that changed since they were published, whoever changed them last is known, and nobody else."""
    for page in apps.get_model("procedures", "Page").objects.exclude(draft_changed_by=None):
        published = page.revisions.filter(live_from__isnull=False, is_withdrawal=False).order_by("-made_at").first()
        if published is None or page.draft_changed_at is None or page.draft_changed_at > published.made_at:
            page.draft_writers.add(page.draft_changed_by)


class Migration(migrations.Migration):

    dependencies = [
        ('procedures', '0004_snapshots'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='page',
            name='draft_writers',
            field=models.ManyToManyField(blank=True, editable=False, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='revision',
            name='writers',
            field=models.ManyToManyField(blank=True, help_text='All who wrote of it what nobody else had published.', related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='section',
            name='draft_writers',
            field=models.ManyToManyField(blank=True, editable=False, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunPython(remember_writers, migrations.RunPython.noop),
    ]
