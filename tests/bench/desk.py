"""The desk's screens at 1,000 and at 1,000,000 inquiries, on SQLite: part of `make bench`.

Each size has a process and data of its own. What is listed can be read, its search terms are real, and one
name in ten is the one that is searched for. BENCH_INQUIRIES (1000000) is the larger size.
"""

import itertools
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta

SMALL, LARGE = 1_000, int(os.environ.get("BENCH_INQUIRIES", "1000000"))
TURNS = 25
STATUSES = ["closed"] * 90 + ["scheduled"] * 7 + ["contacted"] * 3
WAITING = 200  # in both, so that both show a full page


def main() -> None:
    sizes = (SMALL, LARGE)
    took = {size: measured_alone(size) for size in sizes}
    print(f"{'median of ' + str(TURNS):>24} {SMALL:>12,} {LARGE:>12,}  ratio")
    for screen in took[SMALL]:
        small, large = (took[size][screen] * 1000 for size in sizes)
        print(f"{screen:>24} {small:>9.1f} ms {large:>9.1f} ms  {large / small:.2f}")


def measured_alone(size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "ascentpain.settings"}
        command = [sys.executable, "-m", "tests.bench_desk", str(size)]
        run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(run.stdout.splitlines()[-1])


def measure(size: int) -> dict[str, float]:
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    from tests.staff import sign_in

    call_command("prepare", stdout=sys.stderr)
    fill(size)
    client = sign_in(Client(SERVER_NAME="127.0.0.1"), User.objects.get())
    screens = {
        "queue": lambda: client.get("/admin/contact/inquiry/"),
        "all requests": lambda: client.get("/admin/contact/inquiry/?status=any"),
        "search: a frequent name": search(client, "Boudreaux"),
        "search: two names": search(client, "Marie Boudreaux"),
        "search: last four digits": search(client, "0123"),
        "record": lambda: client.get("/admin/contact/inquiry/1/change/"),
        "morning page": lambda: client.get("/admin/"),
    }
    return {name: median_seconds(ask) for name, ask in screens.items()}


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

    inquiries, terms = rows(size)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        for table, lines in (("contact_inquiry", inquiries), ("contact_searchterm", terms)):
            first = next(lines)
            values = ", ".join("?" * len(first))
            columns = ", ".join(f'"{column}"' for column in first)
            cursor.execute("BEGIN")
            statement = f"INSERT INTO {table} ({columns}) VALUES ({values})"
            every = (list(row.values()) for row in itertools.chain([first], lines))
            connection.connection.executemany(statement, every)
            cursor.execute("COMMIT")


def rows(size: int):
    """The rows of inquiries, and those of their search terms, of the same people."""
    from contact import search
    from contact.models import Inquiry

    def terms():
        for number, (name, uri) in enumerate(people(size), 1):
            found_by = search.terms_of_request(Inquiry(name=name, phone_uri=uri))
            for index in {search.encryption.blind_index(*term) for term in found_by}:
                yield {"inquiry_id": number, "index": index}

    return inquiry_rows(size), terms()


def people(size: int):
    draw = random.Random(1)
    for number in range(size):
        family = "Boudreaux" if number % 10 == 0 else f"Family{draw.randrange(20_000)}"
        first = "Marie" if draw.random() < 0.02 else f"Given{draw.randrange(2_000)}"
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
            **dict.fromkeys(("version", "voicemail_ok", "legal_hold", "helper_may_speak"), 0),
            **{"suspicions": "[]", "source": "form", "best_time": "any", "asking_for": "self"},
            **{
                column: encryption.seal(text, f"contact_inquiry.{column}.{row_id}")
                for column, text in texts.items()
            },
        }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]))))
    else:
        main()
