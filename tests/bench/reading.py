"""How fast a page is read, beside Django returning the same bytes without middleware."""

import random
import statistics
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from tests.bench import load, server
from tests.bench.goals import Goal

PATH = "/procedures/kyphoplasty/"
TURNS = 9


def measure(folder: Path) -> list[Goal]:
    """All in turns, in an order drawn anew each time."""
    with ExitStack() as running:
        site, _ = running.enter_context(server.served("ascentpain.wsgi", server.prepare(folder / "site")))
        targets = {"page": (site, PATH, {}), "compressed": (site, PATH, {"Accept-Encoding": "br"})}
        for name in tuple(targets):
            body, headers = fetch(*targets[name])
            kept = folder / name
            kept.write_bytes(body)
            encoding = {"BENCH_BODY": str(kept), "BENCH_ENCODING": headers.get("Content-Encoding", "")}
            constant, _ = running.enter_context(
                server.served("tests.bench.constant", folder / "constant", **encoding)
            )
            targets[f"constant {name}"] = (constant, "/", {})
        targets["unchanged"] = (site, PATH, {"If-None-Match": fetch(*targets["page"])[1]["ETag"]})
        rates = in_turns(targets)
    best = {name: max(found) for name, found in rates.items()}
    return [
        Goal("a page / Django sending the same bytes", best["page"] / best["constant page"], at_least=0.9),
        Goal(
            "in brotli / Django sending the same bytes",
            best["compressed"] / best["constant compressed"],
            at_least=0.9,
        ),
        Goal("304 / Django sending the page", best["unchanged"] / best["constant page"], at_least=0.9),
        Goal("304 / a page", best["unchanged"] / best["page"], at_least=1),
        Goal("in brotli / a page", best["compressed"] / best["page"], at_least=1),
        *(
            Goal(f"{name}, median of {TURNS}", statistics.median(found), unit=" a second")
            for name, found in rates.items()
        ),
    ]


def fetch(port: int, path: str, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    with urllib.request.urlopen(
        urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    ) as page:
        return page.read(), dict(page.headers)


def in_turns(targets: dict[str, tuple[int, str, dict[str, str]]]) -> dict[str, list[float]]:
    """The rates of each. The best one says what it can do; the others, what else the machine did."""
    rates: dict[str, list[float]] = {name: [] for name in targets}
    for target in targets.values():
        load.rate(*target, seconds=1)
    for _ in range(TURNS):
        for name in random.sample(list(targets), len(targets)):
            rates[name].append(load.rate(*targets[name], seconds=server.seconds()))
    return rates
