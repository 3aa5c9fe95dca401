"""What pages cost when there are 10,000 of them, beside the few that the site ships with."""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.bench import server
from tests.bench.goals import Goal
from tests.site_server import ROOT, newcomers_environment

MORE = 10_000
TURNS = 15
ADDRESSES = {
    "a page rendered anew": "/procedures/kyphoplasty/",
    "the form": "/contact/?about=kyphoplasty",
    "an address without a page": "/conditions/nothing/",
}
KEPT = {
    "a page from memory": "/procedures/kyphoplasty/",
    "the list of conditions from memory": "/conditions/",
    "the sitemap from memory": "/sitemap.xml",
}


def measure(folder: Path) -> list[Goal]:
    data = server.prepare(folder / "site")
    few, many = in_own_process(data, 0), in_own_process(data, MORE)
    return [
        Goal(f"{name}: with {MORE:,} pages / with a few", many[name] / few[name], at_most=1.5)
        for name in [*ADDRESSES, *KEPT]
    ]


def in_own_process(data: Path, more: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.growing", str(more)]
    environment = newcomers_environment(DATA_DIR=str(data), DJANGO_SETTINGS_MODULE="ascentpain.settings")
    run = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def took(more: int) -> dict[str, float]:
    """Seconds, the median of TURNS."""
    from wsgiref.util import setup_testing_defaults

    from ascentpain.wsgi import application, django_application

    def ask(serve, address: str) -> float:
        path, _, query = address.partition("?")
        environ = {"PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "127.0.0.1"}
        setup_testing_defaults(environ)
        start = time.perf_counter()
        b"".join(serve(environ, lambda status, headers, *_: None))
        return time.perf_counter() - start

    def median(serve, address: str) -> float:
        ask(serve, address)
        return statistics.median(ask(serve, address) for _ in range(TURNS))

    publish(more)
    rendered = {name: median(django_application, address) for name, address in ADDRESSES.items()}
    return rendered | {name: median(application, address) for name, address in KEPT.items()}


def publish(more: int) -> None:
    """Past the models, which would take minutes."""
    from procedures.models import Page, Revision

    snapshot = Revision.objects.live().get(page__slug="cancer").snapshot
    pages = [
        Page(kind="condition", slug=f"more-{number}", title=f"More {number}", summary="More.")
        for number in range(more)
    ]
    made = Page.objects.bulk_create(pages, batch_size=1000)
    revisions = [Revision(page=page, snapshot=snapshot | {"title": page.title}) for page in made]
    Revision.objects.bulk_create(revisions, batch_size=1000)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ascentpain.settings")
    print(json.dumps(took(int(sys.argv[1]))))
