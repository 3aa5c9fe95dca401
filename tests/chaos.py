"""`make chaos`: requests are sent in parallel while the site's processes are killed again and again.

Whatever was acknowledged must be stored exactly once and alerted at least once. Prints the counts; ends with
1 if they are wrong. CHAOS_REQUESTS (200) says how many are sent. It finds the processes in /proc of Linux.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

from tests.sender import Sender
from tests.site_server import ROOT, SiteServer, newcomers_environment
from tests.smtp import MailServer

SPREAD = 12.0  # seconds within which all of them start
SECONDS_TO_WRITE = 2.1  # who is faster is held as possible spam
PATIENCE = 120.0  # seconds for which one sender tries
PAUSE = (0.2, 0.6)  # seconds between two kills
ALERTS_TAKE = 90.0  # seconds; a killed worker's alert is claimed anew when its lease, a minute, is over


def children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def victims(master: int) -> dict[str, list[int]]:
    """The site's processes but for the two that start the others again."""
    workers = [pid for pid in children(master) if "gunicorn" in command(pid)]
    keepers = [pid for pid in children(master) if "keep_running" in command(pid)]
    return {"web worker": workers, "alert worker": [pid for keeper in keepers for pid in children(keeper)]}


def kill_again_and_again(master: int, over: threading.Event, killed: Counter[str]) -> None:
    while not over.wait(random.uniform(*PAUSE)):
        kind = random.choice(["web worker", "alert worker"])
        for pid in random.sample(victims(master)[kind], k=1) if victims(master)[kind] else []:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            killed[kind] += 1


def send(site: SiteServer, number: int) -> str | None:
    """One person: tries until the request is acknowledged. Returns the reference on the receipt."""
    time.sleep(random.uniform(0, SPREAD))
    sender = Sender(site.port, f"198.18.{number // 250}.{number % 250}")
    message = f"Person {number} has hurt since a fall. " * 20
    person = {"name": f"Person {number}", "phone": "504 249 7576", "website": "", "message": message}
    fields, receipt = None, None
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if fields is None:
                fields = sender.open_form()
                time.sleep(SECONDS_TO_WRITE)
            receipt = receipt or sender.send(fields | person)
            if receipt:
                return sender.reference(receipt)
        except (OSError, HTTPException):  # its worker was killed
            pass
        time.sleep(0.05)
    return None


# The names are encrypted: a process with the site's keys reads them.
READ = """
import json
from contact.models import Inquiry
print(json.dumps([(row.name, row.reference, row.status) for row in Inquiry.objects.all()]))
"""


def stored(data: Path) -> list[tuple[str, str, str]]:
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", READ]
    environment = newcomers_environment(DATA_DIR=str(data))
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return [tuple(row) for row in json.loads(run.stdout)]


def set_alert_address(data: Path) -> None:
    with sqlite3.connect(data / "db.sqlite3") as database:
        database.execute("UPDATE contact_practice SET alert_addresses = 'desk@example.com'")


def main(requests: int) -> bool:
    killed: Counter[str] = Counter()
    over = threading.Event()
    with tempfile.TemporaryDirectory() as folder, MailServer(delay=0.05) as mail:
        environment = {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "TRUSTED_PROXIES": "1"}
        site = SiteServer(Path(folder), environment).start()
        try:
            set_alert_address(site.data)
            killer = threading.Thread(target=kill_again_and_again, args=(site.process.pid, over, killed))
            killer.start()
            with ThreadPoolExecutor(requests) as pool:
                acknowledged = list(pool.map(lambda number: send(site, number), range(requests)))
            over.set()
            killer.join()
            rows = stored(site.data)
            alerted = wait_for_alerts(mail, {reference for _, reference, _ in rows})
        finally:
            site.stop()
    return report(acknowledged, rows, alerted, killed)


def wait_for_alerts(mail: MailServer, references: set[str]) -> Counter[str]:
    """What was alerted once every lease of a killed worker has run out, or earlier if nothing is missing."""
    deadline = time.monotonic() + ALERTS_TAKE
    while True:
        alerted = Counter(message["Subject"].split()[2] for message in list(mail.mails))
        if references <= set(alerted) or time.monotonic() > deadline:
            return alerted
        time.sleep(0.2)


def report(
    acknowledged: list[str | None],
    rows: list[tuple[str, str, str]],
    alerted: Counter[str],
    killed: Counter[str],
) -> bool:
    names = Counter(name for name, _, _ in rows)
    references = {reference: name for name, reference, _ in rows}
    told = {f"Person {number}": reference for number, reference in enumerate(acknowledged) if reference}
    once = [
        name for name, reference in told.items() if names[name] == 1 and references.get(reference) == name
    ]
    with_alert = [name for name, reference in told.items() if alerted[reference]]
    print(f"sent {len(acknowledged)} · killed " + ", ".join(f"{n} {kind}s" for kind, n in killed.items()))
    print(f"acknowledged {len(told)} · stored exactly once {len(once)} · alerted {len(with_alert)}")
    print(
        f"stored more than once {sum(n > 1 for n in names.values())} · mailed more than once "
        f"{sum(n > 1 for n in alerted.values())}"
    )
    print(f"held as possible spam {sum(status == 'quarantined' for _, _, status in rows)}")
    well = len(acknowledged) == len(told) == len(once) == len(with_alert) == len(rows)
    print("every promise was kept" if well else "A PROMISE WAS BROKEN")
    return well


if __name__ == "__main__":
    sys.exit(0 if main(int(os.environ.get("CHAOS_REQUESTS", "200"))) else 1)
