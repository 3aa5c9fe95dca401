"""What a phone needs to show the page: bytes, requests, and Lighthouse's figures beside a blank page's.

Lighthouse runs where a Chromium and npm are found; npm fetches it once into var/lighthouse.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import urllib.request
from pathlib import Path
from typing import NamedTuple

import brotli

from tests.bench import server
from tests.bench.goals import Goal
from tests.site_server import ROOT

PATH = "/procedures/kyphoplasty/"
BLANK = (
    '<!doctype html><html lang="en-US"><head><meta charset="utf-8"><title>Blank</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="description" content="One paragraph."></head>'
    "<body><main><p>One paragraph.</p></main></body></html>"
)
RUNS = 5
TRIES = 3
CHROMIUM = os.environ.get("CHROME_PATH") or shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --disable-extensions"
)
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def measure(folder: Path) -> list[Goal]:
    blank = folder / "blank.html"
    blank.write_text(BLANK)
    with (
        server.served("ascentpain.wsgi", server.prepare(folder / "site")) as (site, _),
        server.served("tests.bench.constant", folder / "constant", BENCH_BODY=str(blank)) as (constant, _),
    ):
        page = f"http://127.0.0.1:{site}{PATH}"
        return [*weighed(page), *judged(page, f"http://127.0.0.1:{constant}/")]


def weighed(page: str) -> list[Goal]:
    first, html, _ = wire(page)
    assets = [wire(page.removesuffix(PATH) + path) for path in dict.fromkeys(ASSET.findall(html))]
    asked_again = [asset for asset in assets if not asset.is_kept]
    return [
        Goal("first answer, with its headers", first / 1000, at_most=14, unit=" kB"),
        Goal("the whole page", (first + sum(asset.size for asset in assets)) / 1000, at_most=24, unit=" kB"),
        Goal("its requests", 1 + len(assets), at_most=3),
        Goal("requests of a repeat view", 1 + len(asked_again), at_most=1),
    ]


class Answer(NamedTuple):
    size: int  # bytes as it is sent
    words: str
    is_kept: bool  # by the browser, which does not ask again


def wire(url: str) -> Answer:
    request = urllib.request.Request(url, headers={"Accept-Encoding": "br"})
    with urllib.request.urlopen(request) as answer:
        body = answer.read()
        size = len(answer.headers.as_bytes()) + len(body)
        is_compressed = answer.headers["Content-Encoding"] == "br"
        is_kept = "immutable" in answer.headers["Cache-Control"]
    words = (brotli.decompress(body) if is_compressed else body).decode(errors="replace")
    return Answer(size, words, is_kept)


def judged(page: str, blank: str) -> list[Goal]:
    command = lighthouse()
    if command is None:
        print("Lighthouse was not run: it needs a Chromium and npm.")
        return []
    reports = {page: [], blank: []}
    for _ in range(RUNS):
        for url, found in reports.items():
            found.append(report(command, url))
    scores = [
        Goal(
            f"Lighthouse, {name}",
            statistics.median(run["categories"][name]["score"] * 100 for run in reports[page]),
            at_least=100,
        )
        for name in CATEGORIES
    ]
    paint = {url: statistics.median(map(largest_paint, found)) for url, found in reports.items()}
    return [
        *scores,
        Goal("largest paint / a blank page's", paint[page] / paint[blank], at_most=1.05),
        Goal("largest paint", paint[page], unit=" ms"),
        Goal("a blank page's largest paint", paint[blank], unit=" ms"),
    ]


def largest_paint(report: dict) -> float:
    return report["audits"]["largest-contentful-paint"]["numericValue"]


def lighthouse() -> list[str] | None:
    npm = shutil.which("npm")
    if not npm or not CHROMIUM:
        return None
    home = ROOT / "var" / "lighthouse"
    program = home / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        home.mkdir(parents=True, exist_ok=True)
        install = [
            npm,
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--prefix",
            str(home),
        ]
        subprocess.run([*install, "lighthouse@12"], check=True)
    return [str(program)]


def report(command: list[str], url: str) -> dict:
    """One run. Chromium now and then fails to start or to be reached: then it is run again."""
    asked = ["--quiet", "--no-enable-error-reporting", "--output=json", f"--chrome-flags={FLAGS}"]
    # Now before the first paint and now after it, by chance, and then it counts for the largest paint or not.
    asked.append("--blocked-url-patterns=*icon*")
    only = f"--only-categories={','.join(CATEGORIES)}"
    environment = os.environ | {"CHROME_PATH": CHROMIUM or ""}
    for _ in range(TRIES):
        run = subprocess.run(
            [*command, url, *asked, only], env=environment, capture_output=True, text=True, timeout=180
        )
        if run.returncode == 0:
            return json.loads(run.stdout)
    raise RuntimeError(f"Lighthouse failed {TRIES} times: {run.stderr[-500:]}")
