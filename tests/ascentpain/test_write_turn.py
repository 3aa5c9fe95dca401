import fcntl
import threading
import time

import pytest
from django.conf import settings
from django.db import connection

from ascentpain import write_turn

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no line to stand in")


@pytest.fixture
def locked_elsewhere():
    """As another process has it in its turn."""
    with (settings.DATA_DIR / "write_turn").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def test_one_writes_at_a_time():
    inside, most = [], []

    def write():
        with write_turn.turn():
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.002)
            inside.pop()

    threads = [threading.Thread(target=write) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 16


def test_another_process_is_waited_for_and_no_longer_than_needed(locked_elsewhere):
    threading.Timer(0.1, lambda: fcntl.flock(locked_elsewhere, fcntl.LOCK_UN)).start()
    start = time.monotonic()
    with write_turn.turn():
        assert 0.09 < time.monotonic() - start < write_turn.LONGEST


def test_a_turn_that_does_not_come_stops_nobody(locked_elsewhere, monkeypatch):
    monkeypatch.setattr(write_turn, "LONGEST", 0.05)
    start = time.monotonic()
    with write_turn.turn():
        pass
    with write_turn._line, write_turn.turn():
        pass
    assert 0.1 <= time.monotonic() - start < 1


def test_nor_does_a_folder_that_cannot_be_written_to(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "none"
    with write_turn.turn():
        pass


def test_who_fails_in_it_leaves_it_to_the_next():
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), write_turn.turn():
            raise ZeroDivisionError
    assert not write_turn._line.locked()
