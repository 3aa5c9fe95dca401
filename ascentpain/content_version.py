"""A number that grows with every change to what patients' pages are made of, in the change's own transaction.

By it each worker notices what staff changed (ascentpain.page_cache). Triggers in the database count, so that
no way of writing is forgotten: neither a bulk update, nor a command, nor a person with a database shell.
They are taken away before migrations and made anew after them (ascentpain.apps).
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from contact.models import Closure
from procedures.models import Revision

TABLE: Final = "ascentpain_contentversion"
# All that patients' pages are read from. A test holds this together with what they do read.
WATCHED: Final = (
    "contact_closure",
    "contact_openinghours",
    "contact_practice",
    "django_redirect",
    "django_site",
    "procedures_clinician",
    "procedures_page",
    "procedures_revision",
)
EVENTS: Final = {
    "sqlite": ("INSERT", "UPDATE", "DELETE"),
    "postgresql": ("INSERT", "UPDATE", "DELETE", "TRUNCATE"),
}

ONE_MORE: Final = f"ON CONFLICT (id) DO UPDATE SET number = {TABLE}.number + 1"
COUNT: Final = f"INSERT INTO {TABLE} (id, number) VALUES (1, 1) {ONE_MORE}"  # noqa: S608 (constants)
# It finds its table also while a dump is restored, when the search path is empty.
FUNCTION: Final = (
    f"CREATE OR REPLACE FUNCTION {TABLE}_count() RETURNS trigger LANGUAGE plpgsql "
    f"SET search_path FROM CURRENT AS $$ BEGIN {COUNT}; RETURN NULL; END $$"
)
TRIGGERS: Final = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' AND pg_table_is_visible(tgrelid)",
}


def read() -> int | None:
    """The number now, in one query. None before the first change.

    A connection that a restarted database has closed is opened anew. Raises DatabaseError or InterfaceError
    where the database does not answer.
    """
    try:
        return _read()
    except (DatabaseError, InterfaceError):
        connection.close()
        return _read()


def _read() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM {TABLE} WHERE id = 1")  # noqa: S608 (a constant)
        row = cursor.fetchone()
    return row[0] if row else None


def holds_until(now: datetime) -> float:
    """When time alone changes the content, in seconds since 1970: a revision's or a closure's time comes, or
    a day is over in the practice's time zone (reviews are due by the day)."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    scheduled = Revision.objects.scheduled().values_list("live_from", flat=True).first()
    moments = [midnight, scheduled, Closure.objects.next_turn(now)]
    return min(moment.timestamp() for moment in moments if moment)


def watch(connection: Any) -> None:
    """Make the triggers that are missing, and count once if there were any: changes may have gone unseen."""
    vendor = connection.vendor
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        there = _triggers(connection, cursor)
        missing = [
            (table, event)
            for table in WATCHED
            for event in EVENTS[vendor]
            if {table, TABLE} <= tables and _trigger(table, event) not in there
        ]
        if missing and vendor == "postgresql":
            cursor.execute(FUNCTION)
        for table, event in missing:
            cursor.execute(_drop(vendor, table, event))
            cursor.execute(_create(vendor, table, event))
        if missing:
            cursor.execute(COUNT)


def unwatch(connection: Any) -> None:
    """For migrations: they remake tables, and on PostgreSQL none is altered while its changes wait to be
    counted. Everything counts as changed once they are done (`watch`)."""
    vendor = connection.vendor
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for table in tables.intersection(WATCHED):
            for event in EVENTS[vendor]:
                cursor.execute(_drop(vendor, table, event))


def _triggers(connection: Any, cursor: Any) -> set[str]:
    cursor.execute(TRIGGERS[connection.vendor])
    return {name for (name,) in cursor.fetchall()}


def _trigger(table: str, event: str) -> str:
    return f"{table}_{event.lower()}_counts"


def _drop(vendor: str, table: str, event: str) -> str:
    on = f" ON {table}" if vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {_trigger(table, event)}{on}"


def _create(vendor: str, table: str, event: str) -> str:
    """On PostgreSQL it counts at the end of the transaction: whoever holds the row waits for nobody then."""
    what = f"TRIGGER {_trigger(table, event)} AFTER {event} ON {table}"
    if vendor == "sqlite":
        return f"CREATE {what} BEGIN {COUNT}; END"
    if event == "TRUNCATE":
        return f"CREATE {what} FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_count()"
    at_commit = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    return f"CREATE CONSTRAINT {what} {at_commit} EXECUTE FUNCTION {TABLE}_count()"
