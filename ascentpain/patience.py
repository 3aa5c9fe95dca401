"""How long a request that is served waits for the database, until its sender gets an answer.

Only wsgi.py sets these limits: migrations and commands wait, and take, as long as they must.
"""

from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper

LOCK_SECONDS: Final = 5
STATEMENT_SECONDS: Final = 15  # PostgreSQL


def limit(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """A receiver of connection_created. What takes longer raises OperationalError."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000:d}")
        else:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false)",
                [f"{LOCK_SECONDS}s", f"{STATEMENT_SECONDS}s"],
            )
