"""Tables to which the database itself only lets rows be added: triggers refuse to change or delete one.

Also a superuser of the site, and whoever found a way past Django, cannot tidy up after themselves. Who may
drop a trigger still can: on PostgreSQL, run the site as a role that does not own the tables. Django remakes
a table on SQLite when it alters one, and its triggers are gone then: a migration that alters a guarded
table guards it again.
"""

from typing import Any, Final

GUARDED: Final = ("contact_accessevent", "contact_listedinquiry")
REFUSAL: Final = "the access log is append-only"

# SQLite's INSERT OR REPLACE deletes the row that was there, and fires no trigger for that: refused before.
SQLITE: Final = [
    *(
        f"CREATE TRIGGER {{table}}_no_{event.lower()} BEFORE {event} ON {{table}} "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for event in ("UPDATE", "DELETE")
    ),
    "CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 (nobody's words)
    "WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
]
POSTGRESQL: Final = [
    "CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    "CREATE TRIGGER {table}_no_update BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
]
GUARD: Final = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
LIFT: Final = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {{table}}_no_{event}" for event in ("update", "delete", "replace")],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS {{table}}_no_{event} ON {{table}}" for event in ("update", "truncate")
    ],
}


def guard(connection: Any) -> None:
    """From now on, rows are only added."""
    lift(connection)
    _execute(connection, GUARD[connection.vendor])


def lift(connection: Any) -> None:
    """For a migration that has to alter a table."""
    _execute(connection, LIFT[connection.vendor])


def _execute(connection: Any, statements: list[str]) -> None:
    """On each of the tables that are there: a migration may be from before one of them."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for table in tables.intersection(GUARDED):
            for statement in statements:
                cursor.execute(statement.format(table=table))
