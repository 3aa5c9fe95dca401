"""Alerts sent by processes of their own, as on a site, some of which are killed."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.site_server import ROOT, newcomers_environment
from tests.smtp import MailServer

FILL = """
import django
django.setup()
from contact.models import Practice
from tests.contact.sending import make_inquiry
Practice.objects.update(alert_addresses="desk@example.com")
for _ in range({number}):
    make_inquiry().alerts.create()
"""


class Outbox:
    def __init__(self, data, server):
        self.database = data / "db.sqlite3"
        mail = {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
        self.environment = newcomers_environment(
            DATA_DIR=str(data), DJANGO_SETTINGS_MODULE="ascentpain.settings", **mail
        )
        self.start("manage.py", "migrate", "--verbosity", "0").communicate(timeout=120)

    def start(self, *arguments):
        command = [sys.executable, *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, text=True)

    def send(self):
        return self.start("manage.py", "send_alerts")

    def fill(self, number):
        filling = self.start("-c", FILL.format(number=number))
        filling.communicate(timeout=60)
        assert filling.returncode == 0

    def query(self, sql):
        with closing(sqlite3.connect(self.database, isolation_level=None)) as database:
            return database.execute(sql).fetchall()


@pytest.fixture
def server():
    with MailServer() as server:
        yield server


@pytest.fixture
def outbox(tmp_path, server):
    return Outbox(tmp_path, server)


def test_two_processes_send_each_alert_once(outbox, server):
    outbox.fill(20)
    server.delay = 0.05
    said = [worker.communicate(timeout=60)[0] for worker in (outbox.send(), outbox.send())]
    assert sum(int(words.split(" done")[0]) for words in said) == 20
    subjects = [mail["Subject"] for mail in server.mails]
    assert len(subjects) == len(set(subjects)) == 20
    assert outbox.query("SELECT DISTINCT status, tries FROM contact_alert") == [("sent", 1)]


def test_a_process_that_is_killed_before_it_marks_what_it_sent_leaves_it_to_the_next(outbox, server):
    outbox.fill(1)
    server.delay = 30  # it has the mail, and does not say so yet
    worker = outbox.send()
    deadline = time.monotonic() + 30
    while not server.mails and time.monotonic() < deadline:
        time.sleep(0.05)
    worker.kill()
    assert worker.wait(10) == -signal.SIGKILL
    worker.communicate()
    assert outbox.query("SELECT status FROM contact_alert") == [("waiting",)]
    server.delay = 0
    assert outbox.send().communicate(timeout=60)[0].startswith("0 done")  # until the lease is over
    outbox.query("UPDATE contact_alert SET next_try_at = '2000-01-01 00:00:00'")
    assert outbox.send().communicate(timeout=60)[0].startswith("1 done")
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert outbox.query("SELECT status, tries FROM contact_alert") == [("sent", 2)]
