"""Run a command again whenever it ends: `python -m ascentpain.keep_running COMMAND...`.

Until the process that started it is gone, or SIGTERM or SIGINT comes; then the command is ended, too. It
needs nothing but the standard library, so that it stays small beside the server.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from types import FrameType

LOOK = 0.2  # seconds between two looks
SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds before a command that ended is run again
STEADY = 10.0  # seconds after which a command counts as having worked
TIME_TO_END = 10.0  # seconds a command has after SIGTERM


def keep_running(command: list[str], parent: int) -> None:
    """Runs until `parent` is no longer this process's parent."""
    pause = SHORTEST_PAUSE
    while os.getppid() == parent:
        started = time.monotonic()
        with suppress(OSError):  # no memory or no process left: there may be later
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 (its caller's own command)
            try:
                while child.poll() is None and os.getppid() == parent:
                    time.sleep(LOOK)
            finally:
                end(child)
        pause = SHORTEST_PAUSE if time.monotonic() - started > STEADY else min(pause * 2, LONGEST_PAUSE)
        wake = time.monotonic() + pause
        while time.monotonic() < wake and os.getppid() == parent:
            time.sleep(LOOK)


def end(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()
    try:
        child.wait(TIME_TO_END)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit


if __name__ == "__main__":
    parent = os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    keep_running(sys.argv[1:], parent)
