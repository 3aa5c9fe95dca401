"""How soon the site answers after its second start, and how much memory a worker takes."""

import statistics
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from tests.bench import server
from tests.bench.goals import Goal
from tests.site_server import SiteServer

PAGES = ("/", "/procedures/kyphoplasty/", "/contact/", "/conditions/", "/privacy/")
STARTS = 3


def measure(folder: Path) -> list[Goal]:
    site = SiteServer(folder / "site")
    starts = []
    for _ in range(STARTS + 1):
        before = time.monotonic()
        site.start()
        site.get("/").read()
        starts.append(time.monotonic() - before)
        site.stop()
    with ExitStack() as running:
        own = running.enter_context(server.served("ascentpain.wsgi", site.data))
        bare = running.enter_context(server.served("tests.bench.bare", folder / "bare"))
        taken = [worker_memory(*own, PAGES), worker_memory(*bare, ["/"] * len(PAGES))]
    return [
        Goal("second start to the first answer", statistics.median(starts[1:]), at_most=3, unit=" s"),
        Goal("a worker's memory / bare Django's with the same packages", taken[0] / taken[1], at_most=1.25),
        Goal("a worker's memory", taken[0], unit=" MB"),
        Goal("first start to the first answer", starts[0], unit=" s"),
    ]


def worker_memory(port: int, master: int, pages: list[str] | tuple[str, ...]) -> float:
    """The largest worker's, in MB, once each has answered."""
    for path in [*pages] * 8:
        urllib.request.urlopen(f"http://127.0.0.1:{port}{path}").read()
    return max(map(server.memory, server.workers(master)))
