"""When the last backup was made.

Whatever makes them touches a file of DATA_DIR after it succeeded (README, "Deploy").
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings

NAME: Final = "last_backup"
TOO_OLD: Final = timedelta(days=2)


def last_made() -> datetime | None:
    """None where none is recorded."""
    try:
        return datetime.fromtimestamp((Path(settings.DATA_DIR) / NAME).stat().st_mtime, UTC)
    except OSError:
        return None
