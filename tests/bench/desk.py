"""The desk's screens at 1,000 and at 1,000,000 inquiries, on SQLite.

Each size has a process and data of its own. What is listed can be read, its search terms are real, and one
name in ten is the one that is searched for.
"""

import functools
import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from tests.bench import server
from tests.bench.goals import Goal
from tests.site_server import ROOT, newcomers_environment

SMALL, LARGE = 1_000, int(os.environ.get("BENCH_INQUIRIES", "1000000"))
TURNS = 25
STATUSES = ["closed"] * 90 + ["scheduled"] * 7 + ["contacted"] * 3
WAITING = 200  # in both, so that both show a full page
FLAGS = ("hold", "helper", "by_phone", "message_ok", "morning", "afternoon")
EXPORTED = 20_000  # lines of the export that are read; the list of what is in it is made before the first
MEMORY = "memory that the export takes"


def measure(folder: Path) -> list[Goal]:
    small, large = (in_own_process(folder / str(size), size) for size in (SMALL, LARGE))
    memory = large.pop(MEMORY)
    return [
        *(
            Goal(f"{screen}: {LARGE:,} requests / {SMALL:,}", large[screen] / small[screen], at_most=2)
            for screen in large
        ),
        Goal(f"{MEMORY} of {LARGE:,}", memory, at_most=100, unit=" MB"),
    ]


def in_own_process(data: Path, size: int) -> dict[str, float]:
    environment = newcomers_environment(DATA_DIR=str(data), DJANGO_SETTINGS_MODULE="ascentpain.settings")
    command = [sys.executable, "-m", "tests.bench.desk", str(size)]
    run = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def measured(size: int) -> dict[str, float]:
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    from contact.models import Inquiry
    from tests.staff import sign_in

    call_command("prepare", stdout=sys.stderr)
    fill(size)
    client = sign_in(Client(SERVER_NAME="127.0.0.1"), User.objects.get())
    screens = {
        "queue": lambda: client.get("/admin/contact/inquiry/"),
        "all requests": lambda: client.get("/admin/contact/inquiry/?status=any"),
        "alerts": lambda: client.get("/admin/contact/alert/"),
        "alerts that were sent": lambda: client.get("/admin/contact/alert/?status__exact=sent"),
        "export": lambda: client.get("/admin/contact/inquiry/export/?status=any"),
        "search: e-mail": search(client, "family@example.com"),
        "search: reference": search(client, Inquiry.objects.get(pk=1).reference),
        "search: a frequent name": search(client, "Boudreaux"),
        "search: two names": search(client, "Marie Boudreaux"),
        "search: last four digits": search(client, "0123"),
        "record": lambda: client.get("/admin/contact/inquiry/1/change/"),
        "morning page": lambda: client.get("/admin/"),
    }
    for status in ("any", "closed"):
        for flag in FLAGS:
            path = f"/admin/contact/inquiry/?status={status}&flag={flag}"
            screens[f"{status}, {flag}"] = functools.partial(client.get, path)
    took = {name: median_seconds(ask) for name, ask in screens.items()}
    return took | {MEMORY: export_memory(client)}


def export_memory(client) -> float:
    """In MB, more than before."""
    before = server.memory(os.getpid())
    answer = client.post("/admin/contact/inquiry/export/?status=any", {"reason": "quality"})
    most = max(server.memory(os.getpid()) for line in itertools.islice(answer.streaming_content, EXPORTED))
    return most - before


def search(client, typed):
    """The list that it leads to, whose address is opened again and again."""
    found = client.post("/admin/contact/inquiry/search/", {"typed": typed})
    return lambda: client.get(found["Location"])


def median_seconds(ask) -> float:
    assert ask().status_code == 200
    took = []
    for _ in range(TURNS):
        start = time.perf_counter()
        ask()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def fill(size: int) -> None:
    """Past the models, which would take ten times as long."""
    from django.db import connection

    inquiries, terms, alerts = rows(size)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        tables = {"contact_inquiry": inquiries, "contact_searchterm": terms, "contact_alert": alerts}
        for table, lines in tables.items():
            first = next(lines)
            values = ", ".join("?" * len(first))
            columns = ", ".join(f'"{column}"' for column in first)
            cursor.execute("BEGIN")
            statement = f"INSERT INTO {table} ({columns}) VALUES ({values})"
            every = (list(row.values()) for row in itertools.chain([first], lines))
            connection.connection.executemany(statement, every)
            cursor.execute("COMMIT")


def rows(size: int):
    """The rows of inquiries, and those of their search terms and alerts, of the same people."""
    from contact import search
    from contact.models import Inquiry

    def terms():
        for number, (name, uri) in enumerate(people(size), 1):
            email = "family@example.com" if number % 20 == 0 else ""
            found_by = search.terms_of_request(Inquiry(name=name, phone_uri=uri, email=email))
            for index in {search.encryption.blind_index(*term) for term in found_by}:
                yield {"inquiry_id": number, "index": index}

    return inquiry_rows(size), terms(), alert_rows(size)


def people(size: int):
    draw = random.Random(1)
    for number in range(size):
        family = "Boudreaux" if number % 10 == 0 else f"Family{draw.randrange(20_000)}"
        # In both sizes, who has both names fills a page.
        first = "Marie" if draw.random() < max(0.02, SMALL / size) else f"Given{draw.randrange(2_000)}"
        yield f"{first} {family}", f"tel:+1-504-{draw.randrange(200, 999)}-{draw.randrange(10_000):04}"


def inquiry_rows(size: int):
    from django.utils import timezone

    from ascentpain import encryption
    from contact.reference import ALPHABET

    references = ("".join(letters) for letters in itertools.product(ALPHABET, repeat=6))
    draw, now = random.Random(2), timezone.now()
    for number, (name, uri) in enumerate(people(size)):
        status = "trying" if number % (size // WAITING) == 0 else draw.choice(STATUSES)
        row_id, reference = f"r{number}", next(references)
        sent_at = (now - timedelta(minutes=5 * (size - number))).strftime("%Y-%m-%d %H:%M:%S.%f")
        texts = {"name": name, "phone": "504 555 0123", "phone_uri": uri}
        yield {
            "request_id": row_id,
            "reference": f"{reference[:3]}-{reference[3:]}",
            "sent_at": sent_at,
            "changed_at": sent_at,
            "status": status,
            "due_at": sent_at if status == "trying" else None,
            "response_minutes": draw.randrange(600),
            **dict.fromkeys(
                ("email", "helper_name", "access_needs", "message", "message_digest", "about"), ""
            ),
            **dict.fromkeys(("version", "helper_may_speak"), 0),
            **{"suspicions": "[]", "voicemail_ok": number % 2, "legal_hold": int(number % 500 == 0)},
            "source": "phone" if number % 50 == 0 else "form",
            "best_time": ("morning", "afternoon", "any", "any")[number % 4],
            "asking_for": "someone_else" if number % 20 == 0 else "self",
            **{
                column: encryption.seal(text, f"contact_inquiry.{column}.{row_id}")
                for column, text in texts.items()
            },
        }


def alert_rows(size: int):
    from django.utils import timezone

    now = timezone.now()
    for number in range(size):
        at = (now - timedelta(minutes=5 * (size - number))).strftime("%Y-%m-%d %H:%M:%S.%f")
        yield {
            "inquiry_id": number + 1,
            **{"kind": "staff", "status": "sent", "tries": 1, "delivered_to": "[]", "last_problem": ""},
            **dict.fromkeys(("created_at", "next_try_at", "finished_at"), at),
        }


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]))))
