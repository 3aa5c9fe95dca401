"""Whose turn it is to write, where the database is a file that one writes at a time.

SQLite lets those who wait try again after pauses that grow to a tenth of a second, and whoever happens to
come in between is served: with many senders some wait for very long. Here they stand in line, by a lock in
each process and a locked file between them, and try every half a millisecond. It only orders: a turn that
does not come in time, or a file that cannot be locked, leaves it to the database as before.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from django.conf import settings
from django.db import connection

LONGEST: Final = 2.0  # seconds in line
PAUSE: Final = 0.0005  # seconds between two tries for the file

_line = threading.Lock()


@contextmanager
def turn() -> Iterator[None]:
    """Write in here, in one short transaction."""
    if connection.vendor != "sqlite":
        yield
        return
    deadline = time.monotonic() + LONGEST
    is_first = _line.acquire(timeout=LONGEST)
    try:
        with _file_locked(deadline if is_first else 0):
            yield
    finally:
        if is_first:
            _line.release()


@contextmanager
def _file_locked(deadline: float) -> Iterator[None]:
    """The lock goes with its descriptor, so that a process that is killed leaves none behind."""
    descriptor = -1
    with suppress(OSError):
        descriptor = os.open(settings.DATA_DIR / "write_turn", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while descriptor >= 0 and time.monotonic() < deadline and not _lock(descriptor):
            time.sleep(PAUSE)
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
