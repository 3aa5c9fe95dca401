"""gunicorn's worker of threads, which lets no sender hold one for longer than a request takes to arrive."""

import errno
import math
import socket
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

GRACE = 0.01  # seconds; what came in time may be read later


class Connection(socket.socket):
    """What is read from it has to come before `deadline`, of time.monotonic, drop by drop or not."""

    deadline = math.inf

    def recv(self, *args: Any) -> bytes:
        """Once it is late, it counts as broken, which gunicorn and Django know what to do about."""
        left, before = max(self.deadline - time.monotonic(), GRACE), self.gettimeout()
        if before is not None and before < left:
            return super().recv(*args)
        self.settimeout(left if left < math.inf else None)
        try:
            return super().recv(*args)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "the request did not arrive in time") from error
        finally:
            self.settimeout(before)


class Worker(ThreadWorker):
    seconds_to_arrive = 20.0

    def enqueue_req(self, conn: Any) -> None:
        """The time runs while a request waits for a thread, so that many who are late are late together."""
        if not isinstance(conn.sock, Connection):
            conn.sock = Connection(fileno=conn.sock.detach())
        conn.sock.deadline = time.monotonic() + self.seconds_to_arrive
        super().enqueue_req(conn)
