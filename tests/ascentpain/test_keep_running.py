import os
import signal
import subprocess
import sys
import time

import pytest

from tests.site_server import is_running

COMMAND = "import os, sys, time; print(os.getpid(), flush=True); time.sleep(60)"


@pytest.fixture
def keeper():
    process = subprocess.Popen(
        [sys.executable, "-m", "ascentpain.keep_running", sys.executable, "-c", COMMAND],
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def next_pid(keeper):
    return int(keeper.stdout.readline())


def ends(pid, within=5):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not is_running(pid):
            return True
        time.sleep(0.02)
    return False


def test_a_command_that_is_killed_is_run_again(keeper):
    first = next_pid(keeper)
    os.kill(first, signal.SIGKILL)
    second = next_pid(keeper)
    assert first != second
    assert keeper.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_ends_its_command_too(keeper, number):
    pid = next_pid(keeper)
    keeper.send_signal(number)
    assert keeper.wait(5) == 0
    assert ends(pid)


def test_it_does_not_outlive_who_started_it():
    keeper = [sys.executable, "-m", "ascentpain.keep_running", sys.executable, "-c", COMMAND]
    start = f"import subprocess, time; subprocess.Popen({keeper!r}); time.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE, text=True)
    pid = next_pid(parent)
    parent.kill()
    parent.wait()
    assert ends(pid)
    parent.stdout.close()
