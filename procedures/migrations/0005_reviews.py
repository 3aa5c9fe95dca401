"""Who wrote what nobody else published; reviewers as on the day of their review; what was published together."""

from django.conf import settings
from django.db import migrations, models


def remember_writers(apps, schema_editor):
    """Of drafts that changed since they were published, whoever changed them last is known, and nobody else."""
    for page in apps.get_model("procedures", "Page").objects.exclude(draft_changed_by=None):
        published = page.revisions.filter(live_from__isnull=False, is_withdrawal=False).order_by("-made_at").first()
        if published is None or page.draft_changed_at is None or page.draft_changed_at > published.made_at:
            page.draft_writers.add(page.draft_changed_by)


def keep_reviewers(apps, schema_editor):
    for clinician in apps.get_model("procedures", "Clinician").objects.all():
        clinician.reviews.update(reviewer_name=clinician.name, reviewer_degree=clinician.degree)


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
        migrations.AddField(
            model_name='revision',
            name='made_together',
            field=models.UUIDField(blank=True, help_text='The same for all that were published in one step.', null=True),
        ),
        migrations.RemoveConstraint(
            model_name='revision',
            name='revision_review_is_whole',
        ),
        migrations.AddField(
            model_name='revision',
            name='reviewer_degree',
            field=models.CharField(blank=True, help_text='As it was then.', max_length=50),
        ),
        migrations.AddField(
            model_name='revision',
            name='reviewer_name',
            field=models.CharField(blank=True, help_text='As it was then.', max_length=200),
        ),
        migrations.RunPython(keep_reviewers, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('next_review_on', None), ('reviewed_by', None), ('reviewed_on', None)), models.Q(models.Q(models.Q(('reviewer_name', ''), _negated=True), models.Q(('reviewer_degree', ''), _negated=True)), ('next_review_on__gt', models.F('reviewed_on')), ('next_review_on__isnull', False), ('reviewed_by__isnull', False), ('reviewed_on__isnull', False)), _connector='OR'), name='revision_review_is_whole', violation_error_message='A review has a reviewer, its day, and a later day for the next one.'),
        ),
        migrations.RunPython(remember_writers, migrations.RunPython.noop),
    ]
