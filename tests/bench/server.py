"""A WSGI application served by gunicorn, the site's own as `make run` serves it, for a `with` block."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.site_server import ROOT, free_port, newcomers_environment

SECONDS_TO_START = 30
GUNICORN = [sys.executable, "-m", "gunicorn"]
AS_THE_SITE = ["--config", "python:ascentpain.gunicorn_config"]
# The same for an application with settings of its own.
BARE = ["--workers", "2", "--worker-class", "gthread", "--threads", "8", "--no-control-socket"]


@contextmanager
def served(application: str, data: Path, **environment: str) -> Iterator[tuple[int, int]]:
    """Its port and the process id of gunicorn's master."""
    port = free_port()
    is_site = application in {"ascentpain.wsgi", "tests.bench.without_storing"}
    how = AS_THE_SITE if is_site else [*BARE, "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    own = newcomers_environment(DATA_DIR=str(data), PORT=str(port), TRUSTED_PROXIES="1") | environment
    process = subprocess.Popen([*GUNICORN, *how, application], cwd=ROOT, env=own, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def wait_for(port: int, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("gunicorn did not start")


def workers(master: int) -> list[int]:
    """gunicorn's workers, in /proc of Linux."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [int(pid) for pid in children if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def memory(pid: int) -> float:
    """Resident, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def prepare(data: Path) -> Path:
    data.mkdir()
    environment = newcomers_environment(DATA_DIR=str(data))
    run = [sys.executable, "manage.py", "prepare"]
    subprocess.run(run, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    return data


def seconds() -> float:
    """How long one turn takes: BENCH_SECONDS, 2 unless told."""
    return float(os.environ.get("BENCH_SECONDS", "2"))
