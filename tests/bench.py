"""`make bench`: how many requests a second are stored, beside the same form without the insert.

Both are served by gunicorn as `make run` does, on data of their own, and asked in turns; the machine's noise
is the same for both, so the ratio says more than the rates. BENCH_SECONDS (3) is how long one turn takes, and
BENCH_SENDERS (16) how many send at once.
"""

import itertools
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from multiprocessing import Pool
from pathlib import Path
from urllib.parse import urlencode

from tests.site_server import ROOT, SiteServer, free_port

SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
SENDERS = int(os.environ.get("BENCH_SENDERS", "16"))
TURNS = 5
FORM = "application/x-www-form-urlencoded"


def tokens(environment: dict[str, str], number: int) -> list[str]:
    """One-time tokens as the site issues them, a minute old."""
    program = (
        "import time; now = time.time(); time.time = lambda: now - 60\n"
        "from contact import request_token\n"
        f"for _ in range({number}): print(request_token.issue())"
    )
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", program]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return run.stdout.split()


def send_for_a_while(job: tuple[int, list[str]]) -> list[float]:
    """Seconds that each request took, on one connection that stays open."""
    port, own_tokens = job
    connection, took = HTTPConnection("127.0.0.1", port, timeout=60), []
    csrf = secrets.token_hex(16)
    person = {"name": "Ana Núñez", "phone": "504 249 7576", "website": "", "csrfmiddlewaretoken": csrf}
    end = time.monotonic() + SECONDS
    for number, token in enumerate(own_tokens):
        fields = person | {"token": token, "message": f"{token} My back hurts since I fell."}
        address = f"10.{os.getpid() % 256}.{number // 250}.{number % 250}"
        headers = {"Content-Type": FORM, "Cookie": f"csrftoken={csrf}", "X-Forwarded-For": address}
        start = time.monotonic()
        if start > end:
            break
        connection.request("POST", "/contact/", urlencode(fields), headers)
        response = connection.getresponse()
        response.read()
        if response.status != 302:
            raise RuntimeError(f"the form answered {response.status}")
        took.append(time.monotonic() - start)
    return took


def turn(port: int, pool: Pool, supply) -> list[float]:
    jobs = [(port, list(itertools.islice(supply, int(300 * SECONDS)))) for _ in range(SENDERS)]
    return list(itertools.chain.from_iterable(pool.imap_unordered(send_for_a_while, jobs)))


def serve_without_storing(data: Path, port: int) -> subprocess.Popen:
    environment = os.environ | {"DATA_DIR": str(data), "PORT": str(port), "TRUSTED_PROXIES": "1"}
    config = "python:ascentpain.gunicorn_config"
    command = [sys.executable, "-m", "gunicorn", "--config", config, "tests.bench_without_storing"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            HTTPConnection("127.0.0.1", port, timeout=1).connect()
            return process
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the site without storing did not start")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Pool(SENDERS) as pool:
        site = SiteServer(Path(folder) / "stored", {"TRUSTED_PROXIES": "1"}).start()
        # Its own data, prepared the same way.
        other = SiteServer(Path(folder) / "not_stored", {"TRUSTED_PROXIES": "1"}).start()
        other.stop()
        port = free_port()
        without = serve_without_storing(other.data, port)
        try:
            number = int(SENDERS * 300 * SECONDS) * TURNS
            measure(
                pool,
                {"stored": site.port, "not stored": port},
                {
                    "stored": tokens(os.environ | {"DATA_DIR": str(site.data)}, number),
                    "not stored": tokens(os.environ | {"DATA_DIR": str(other.data)}, number),
                },
            )
        finally:
            without.send_signal(signal.SIGINT)
            without.wait(10)
            site.stop()


def measure(pool: Pool, ports: dict[str, int], supplies: dict[str, list[str]]) -> None:
    iterators = {name: iter(supply) for name, supply in supplies.items()}
    rates: dict[str, list[float]] = {name: [] for name in ports}
    took: dict[str, list[float]] = {name: [] for name in ports}
    for _ in range(TURNS):
        for name, port in ports.items():
            seconds = turn(port, pool, iterators[name])
            rates[name].append(len(seconds) / SECONDS)
            took[name] += seconds
    print(f"POST /contact/, {SENDERS} senders, {TURNS} turns of {SECONDS:g} s")
    for name in ports:
        p50, p99 = statistics.median(took[name]), statistics.quantiles(took[name], n=100)[98]
        print(
            f"{name:>10}: best {max(rates[name]):.0f}, median {statistics.median(rates[name]):.0f} a second; "
            f"half within {p50 * 1000:.0f} ms, 99 of 100 within {p99 * 1000:.0f} ms"
        )
    print(f"stored / not stored: {max(rates['stored']) / max(rates['not stored']):.2f}")


if __name__ == "__main__":
    main()
