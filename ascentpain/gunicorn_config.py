"""gunicorn's settings: `gunicorn --config python:ascentpain.gunicorn_config ascentpain.wsgi`."""

import os
import signal
import time
from typing import Any

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascentpain.settings")

bind = f"[{settings.BIND}]:{settings.PORT}" if ":" in settings.BIND else f"{settings.BIND}:{settings.PORT}"
workers = settings.WORKERS
# A sender holds a thread until the request is there, for twenty seconds at most (gunicorn_worker.py).
worker_class = "ascentpain.gunicorn_worker.Worker"
threads = 8
# A new worker now and then, in case a library leaks; seldom, since it starts with no page in memory.
max_requests = 1_000_000
max_requests_jitter = 100_000
graceful_timeout = 20  # seconds, after a SIGTERM
umask = 0o077
# It would be written under the home folder, which a locked-down service does not have.
control_socket_disable = True
# No access log: an address and a time together tell who asked for help.
accesslog = None
# Its warnings quote requests that it could not read, with the sender's address.
loglevel = "error"
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": settings.LOGGING["formatters"],
    "handlers": settings.LOGGING["handlers"],
    "root": {"handlers": [], "level": "ERROR"},
    "loggers": {"gunicorn.error": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}


def when_ready(server: Any) -> None:
    print(f"Ready. Open {settings.SITE_URL}/ for the site and {settings.SITE_URL}/admin/ for staff.")
    print(f"gunicorn listens on {bind}. Ctrl-C stops it.", flush=True)


def post_worker_init(worker: Any) -> None:
    """Stop at once on Ctrl-C.

    gunicorn's own handler waits for threads that wait for senders, and its locks can meet themselves when the
    terminal's SIGINT and the master's SIGQUIT arrive together. So workers leave SIGINT to the master.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGQUIT, _stop_soon)


def _stop_soon(number: int, frame: object) -> None:
    time.sleep(0.5)  # the threads finish what they are answering
    os._exit(0)
