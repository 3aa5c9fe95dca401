"""Which inquiries: what lists, counts and commands ask for, by name."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection, models
from django.db.models import Exists, OuterRef, Prefetch

from contact.spam import Suspicion

if TYPE_CHECKING:
    from contact.models.inquiry import Inquiry  # noqa: F401 (named in quotes)

# Who was called in vain is not called again at once, unless the next call is due already.
JUST_CALLED: Final = timedelta(hours=1)


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def newest_first(self) -> "InquiryQuerySet":
        return self.order_by("-sent_at", "-pk")

    def new(self) -> "InquiryQuerySet":
        return self.filter(status=self.model.Status.NEW)

    def quarantined(self) -> "InquiryQuerySet":
        return self.filter(status=self.model.Status.QUARANTINED)

    def on_legal_hold(self) -> "InquiryQuerySet":
        return self.filter(legal_hold=True)

    def may_be_purged(self) -> "InquiryQuerySet":
        """Once their time is over (contact.retention)."""
        return self.filter(legal_hold=False)

    def closed_before(self, moment: datetime) -> "InquiryQuerySet":
        """Closed, and not changed since."""
        return self.filter(status=self.model.Status.CLOSED, changed_at__lt=moment)

    def sent_before(self, moment: datetime) -> "InquiryQuerySet":
        return self.filter(sent_at__lt=moment)

    def to_call(self) -> "InquiryQuerySet":
        """Those that somebody has to call, the one that is due first at the top."""
        return self.filter(due_at__isnull=False).order_by("due_at", "pk")

    def to_call_now(self, now: datetime) -> "InquiryQuerySet":
        """Without those that were called in vain within JUST_CALLED and are due again later."""
        from contact.models.event import InquiryEvent  # it refers to Inquiry itself

        calls = InquiryEvent.objects.filter(
            inquiry=OuterRef("pk"), kind=InquiryEvent.Kind.CALLED, at__gt=now - JUST_CALLED
        )
        return self.exclude(Exists(calls), status=self.model.Status.TRYING, due_at__gt=now)

    def overdue(self, now: datetime) -> "InquiryQuerySet":
        return self.filter(due_at__lt=now)

    def due_between(self, start: datetime, end: datetime) -> "InquiryQuerySet":
        return self.filter(due_at__gte=start, due_at__lt=end)

    def not_held_for_timing_alone(self) -> "InquiryQuerySet":
        """Timing says little against a person: browsers fill forms in, and tabs stay open for days."""
        return self.exclude(suspicions=[Suspicion.TOO_FAST]).exclude(suspicions=[Suspicion.TOO_OLD])

    def held_past_promise(self, now: datetime) -> "InquiryQuerySet":
        """Suspects whose receipt named a time that is over."""
        return self.quarantined().filter(call_by__lt=now)

    def sent_between(self, start: datetime, end: datetime) -> "InquiryQuerySet":
        return self.filter(sent_at__gte=start, sent_at__lt=end)

    def owned_by(self, user: "AbstractBaseUser | AnonymousUser") -> "InquiryQuerySet":
        return self.filter(owner_id=user.pk)

    def pages(self, limit: int) -> list[str]:
        """The titles of the pages that their senders came from, the first `limit` by the alphabet.

        Steps from title to title in their index, where DISTINCT would read it all.
        """
        table = self.model._meta.db_table
        sql = f"""
            WITH RECURSIVE titles(about) AS (
                SELECT min(about) FROM {table} WHERE about > ''
                UNION ALL
                SELECT (SELECT min(about) FROM {table} WHERE about > titles.about)
                FROM titles WHERE titles.about IS NOT NULL
            )
            SELECT about FROM titles WHERE about IS NOT NULL LIMIT %s"""  # noqa: S608 (the table's own name)
        with connection.cursor() as cursor:
            cursor.execute(sql, [limit])
            return [title for (title,) in cursor.fetchall()]

    def with_corrections(self) -> "InquiryQuerySet":
        """Each with the phone numbers that its sender corrected, in one query more."""
        from contact.models.event import InquiryEvent  # it refers to Inquiry itself

        corrected = InquiryEvent.objects.filter(kind=InquiryEvent.Kind.PHONE_CORRECTED)
        return self.prefetch_related(Prefetch("events", corrected, to_attr="corrections"))

    def with_steps(self) -> "InquiryQuerySet":
        """Each with the calls and moves that have set its due time, oldest first, in one query more."""
        from contact.models.event import InquiryEvent  # it refers to Inquiry itself

        kinds = [InquiryEvent.Kind.CALLED, InquiryEvent.Kind.MOVED]
        steps = InquiryEvent.objects.filter(kind__in=kinds).only("inquiry", "kind", "status", "at")
        return self.prefetch_related(Prefetch("events", steps, to_attr="steps"))
