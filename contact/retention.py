"""How long inquiries are kept, by the practice's details, and how they are deleted for good."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from contact import access
from contact.models import AccessEvent, Inquiry, Practice

BATCH: Final = 100
DAYS_IN_A_MONTH: Final = 30.44  # on average
# To clean SQLite's files: about a minute in all
TRIES: Final = 60
PAUSE: Final = 1  # seconds between two
LONGEST_WAIT: Final = 100  # milliseconds of each


@dataclass(frozen=True)
class Rule:
    words: str
    name: str  # in the access log
    over: QuerySet[Inquiry]  # whose time is over


def rules(practice: Practice) -> list[Rule]:
    """What the practice entered; nothing where it entered nothing."""
    now, found, free = timezone.now(), [], Inquiry.objects.may_be_purged()
    if months := practice.keep_closed_months:
        over = free.closed_before(now - timedelta(days=months * DAYS_IN_A_MONTH))
        found.append(Rule(f"closed, not changed for {months} months", f"closed {months} months", over))
    if days := practice.keep_held_days:
        suspects = free.quarantined().not_held_for_timing_alone()
        over = suspects.sent_before(now - timedelta(days=days))
        found.append(Rule(f"held as possible spam for {days} days", f"held {days} days", over))
    return found


def references(rule: Rule) -> Iterator[str]:
    yield from rule.over.order_by("pk").values_list("reference", flat=True).iterator()


def purge(rule: Rule) -> Iterator[str]:
    """Delete them with all that belongs to them, a batch a transaction, and log each.

    Yields their references.
    """
    total = 0
    while batch := _purge_batch(rule):
        yield from batch
        total += len(batch)
    if total:
        kind, screen = AccessEvent.Kind.PURGED, AccessEvent.Screen.COMMAND
        access.record_several(kind, screen, None, total, filters={"rule": rule.name})


@transaction.atomic
def _purge_batch(rule: Rule) -> list[str]:
    batch = list(rule.over.select_for_update().order_by("pk").only("pk", "reference")[:BATCH])
    for inquiry in batch:
        access.record(AccessEvent.Kind.PURGED, AccessEvent.Screen.COMMAND, None, inquiry)
    Inquiry.objects.filter(pk__in=[inquiry.pk for inquiry in batch]).delete()
    return [inquiry.reference for inquiry in batch]


def on_hold() -> int:
    return Inquiry.objects.on_legal_hold().count()


def clean_files() -> bool:
    """Leave nothing of what was deleted in the files, while the site goes on.

    SQLite overwrites what it deletes (secure_delete); the write-ahead log still holds the pages as they
    were, until it is written back and cut off. False where something read the database all the while, so
    that this could not be done. On PostgreSQL, VACUUM frees the rows to be overwritten: VACUUM FULL would
    remove them at once, and lock patients out meanwhile.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return _cut_off_log(cursor)
        for model in ("inquiry", "inquiryevent", "searchterm", "alert", "notedraft", "requestdraft"):
            cursor.execute(f"VACUUM contact_{model}")
    return True


def _cut_off_log(cursor: Any) -> bool:
    """Often and each time shortly, since nobody can write while it waits for readers to finish."""
    cursor.execute("PRAGMA busy_timeout")
    (usual,) = cursor.fetchone()
    cursor.execute(f"PRAGMA busy_timeout = {LONGEST_WAIT}")
    try:
        for attempt in range(TRIES):
            time.sleep(PAUSE if attempt else 0)
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy, *_ = cursor.fetchone()
            if not is_busy:
                return True
        return False
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {usual}")
