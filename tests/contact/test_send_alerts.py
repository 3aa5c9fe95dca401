import signal
import subprocess
import sys

from tests.site_server import ROOT, newcomers_environment

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
    environment = newcomers_environment(DJANGO_SETTINGS_MODULE="tests.settings")
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
