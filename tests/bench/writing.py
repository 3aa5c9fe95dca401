"""What storing a request costs, beside the same form validated and not stored."""

import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from tests.bench import load, server
from tests.bench.goals import Goal
from tests.site_server import ROOT, newcomers_environment

PATH = "/contact/"
TURNS = 7
MOST = 1200  # requests a second for which tokens are made
MANY = 64  # senders at once, none of whom may meet a locked database
# One-time tokens as the site issues them, a minute old.
ISSUE = """
import time
now = time.time()
time.time = lambda: now - 60
from contact import request_token
for _ in range({number}):
    print(request_token.issue())
"""


def measure(folder: Path) -> list[Goal]:
    stored, other = server.prepare(folder / "stored"), server.prepare(folder / "not_stored")
    with (
        server.served("ascentpain.wsgi", stored) as (site, _),
        server.served("tests.bench.without_storing", other) as (without, _),
    ):
        ports = {"stored": site, "not stored": without}
        supplies = {"stored": forms(stored), "not stored": forms(other)}
        turns: dict[str, list[list[load.Answer]]] = {name: [] for name in ports}
        for _ in range(TURNS):
            for name, port in ports.items():
                turns[name].append(sent(port, supplies[name], load.CONNECTIONS))
        many = load.send(site, supplies["stored"], MANY, server.seconds() * 2)
    rates = {name: statistics.median(map(len, found)) / server.seconds() for name, found in turns.items()}
    took = [answer.seconds for turn in turns["stored"] for answer in turn]
    slow = statistics.quantiles(took, n=100)[98] / statistics.median(took)
    return [
        Goal("a request stored / only validated", rates["stored"] / rates["not stored"], at_least=0.6),
        Goal(f"slowest of 100 / median, {load.CONNECTIONS} senders", slow, at_most=5),
        Goal(f"not stored of {len(many)}, {MANY} senders", sum(a.status != 302 for a in many), at_most=0),
        Goal("requests stored", rates["stored"], unit=" a second"),
    ]


def sent(port: int, supply: Iterator[bytes], senders: int) -> list[load.Answer]:
    answers = load.send(port, supply, senders, server.seconds())
    wrong = [answer.status for answer in answers if answer.status != 302]
    if wrong or not answers:
        raise RuntimeError(f"the form answered {wrong[:1]}")
    return answers


def forms(data: Path) -> Iterator[bytes]:
    """Requests of different people from different networks, each with a token of its own."""
    return iter([form(number, token) for number, token in enumerate(tokens(data))])


def form(number: int, token: str) -> bytes:
    csrf = "a" * 32
    fields = {
        "token": token,
        "csrfmiddlewaretoken": csrf,
        "name": "Ana Núñez",
        "phone": "504 249 7576",
        "website": "",
        "message": f"{token} My back hurts since I fell.",
    }
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"csrftoken={csrf}",
        "X-Forwarded-For": f"10.{number // 62500}.{number // 250 % 250}.{number % 250}",
    }
    return load.post(PATH, urlencode(fields), headers)


def tokens(data: Path) -> list[str]:
    """As many as all turns may take."""
    issue = ISSUE.format(number=int(MOST * server.seconds() * (TURNS + 2)))
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", issue]
    environment = newcomers_environment(DATA_DIR=str(data))
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return run.stdout.split()
