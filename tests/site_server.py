"""The site as `make run` serves it, in a process of its own on data of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECONDS_TO_START = 30
SECONDS_TO_STOP = 5
# The environment of who runs the tests is not the newcomer's.
FOREIGN = (
    "DATABASE_URL",
    "TEST_DATABASE_URL",
    "CACHE_URL",
    "TEST_CACHE_URL",
    "EMAIL_URL",
    "EMAIL_FROM",
    "REQUESTS_PER_NETWORK",
    "TRUSTED_PROXIES",
    "SITE_URL",
    "SECRET_KEY",
    "DATA_KEYS",
    "DJANGO_SETTINGS_MODULE",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_running(pid: int | str) -> bool:
    """Whether it has not ended; one that ended may be listed until its parent, or process 1, asks for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def newcomers_environment(**environment: str) -> dict[str, str]:
    """No server's database, cache or key from the one that the tests run in."""
    return {name: value for name, value in os.environ.items() if name not in FOREIGN} | environment


@dataclass
class SiteServer:
    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return (self.data / "output.log").read_text()

    @property
    def password(self) -> str:
        return re.search(r"Password: (\S+)", self.output)[1]

    def start(self) -> "SiteServer":
        self.data.mkdir(parents=True, exist_ok=True)
        own = {"DATA_DIR": str(self.data), "PORT": str(self.port)}
        with (self.data / "output.log").open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=newcomers_environment(**own | self.environment),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while "Ready." not in self.output:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The site did not start:\n{self.output}")
            time.sleep(0.05)
        return self

    def stop(self) -> int:
        """End it as Ctrl-C does: a SIGINT to every process of the terminal's group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        try:
            return self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise

    def get(self, path: str, **headers: str):
        request = urllib.request.Request(self.url + path, headers=headers)
        return urllib.request.urlopen(request, timeout=10)
