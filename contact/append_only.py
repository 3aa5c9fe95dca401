"""A table to which the database itself only lets rows be added: triggers refuse to change or delete one.

Also a superuser of the site, and whoever found a way past Django, cannot tidy up after themselves. Who may
drop a trigger still can: on PostgreSQL, run the site as a role that does not own the tables. Django remakes
a table on SQLite when it alters one, and its triggers are gone then: a migration that alters a guarded
table guards it again.
"""

from typing import Any, Final

GUARDED: Final = "contact_accessevent"
REFUSAL: Final = "the access log is append-only"

SQLITE: Final = [
    f"CREATE TRIGGER {GUARDED}_no_{event.lower()} BEFORE {event} ON {GUARDED} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for event in ("UPDATE", "DELETE")
]
POSTGRESQL: Final = [
    f"CREATE OR REPLACE FUNCTION {GUARDED}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    f"CREATE TRIGGER {GUARDED}_no_update BEFORE UPDATE OR DELETE ON {GUARDED} "
    f"FOR EACH ROW EXECUTE FUNCTION {GUARDED}_refuse()",
    f"CREATE TRIGGER {GUARDED}_no_truncate BEFORE TRUNCATE ON {GUARDED} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {GUARDED}_refuse()",
]
DROP: Final = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {GUARDED}_no_{event}" for event in ("update", "delete")],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS {GUARDED}_no_{event} ON {GUARDED}" for event in ("update", "truncate")
    ],
}


def guard(connection: Any) -> None:
    """From now on, rows are only added."""
    lift(connection)
    with connection.cursor() as cursor:
        for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[connection.vendor]:
            cursor.execute(statement)


def lift(connection: Any) -> None:
    """For a migration that has to alter the table."""
    with connection.cursor() as cursor:
        for statement in DROP[connection.vendor]:
            cursor.execute(statement)
