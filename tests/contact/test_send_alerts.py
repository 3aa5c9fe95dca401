import os
import signal
import subprocess
import sys

from tests.site_server import ROOT

WATCH = """
import django
django.setup()
from django.core.management import call_command
from contact import alerts
alerts.send_due = lambda stopped: print("looking", flush=True)
call_command("send_alerts", "--watch")
"""


def test_signals_on_the_heels_of_each_other_end_it():
    """Ctrl-C reaches it twice: from the terminal and from the process that keeps it running."""
    # On a database of its own: what the server that .ci/run names holds was left there by others.
    environment = os.environ | {"TEST_DATABASE_URL": "", "TEST_CACHE_URL": ""}
    worker = subprocess.Popen(
        [sys.executable, "-c", WATCH], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout.readline() == "looking\n"
        for _ in range(200):
            worker.send_signal(signal.SIGINT)
            worker.send_signal(signal.SIGTERM)
        assert worker.wait(5) == 0
    finally:
        worker.kill()
        worker.communicate()
