"""Whoever never finishes a request holds up nobody else."""

import socket
import sqlite3
import threading
import time
from contextlib import ExitStack, suppress
from urllib.parse import urlencode

import pytest

from ascentpain import gunicorn_config
from tests.hasty_worker import Worker
from tests.sender import FORM, Sender
from tests.site_server import SiteServer

DEADLINE = Worker.seconds_to_arrive
BUSY = 8  # seconds more, on a busy machine
HALF_A_HEAD = f"POST /contact/ HTTP/1.1\r\nContent-Type: {FORM}\r\nHost: local"
HALF_A_BODY = f"{HALF_A_HEAD}host\r\nContent-Length: 500\r\n\r\nname"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    environment = {"GUNICORN_CMD_ARGS": "--worker-class tests.hasty_worker.Worker", "WEB_CONCURRENCY": "2"}
    server = SiteServer(tmp_path_factory.mktemp("slow") / "data", environment).start()
    yield server
    server.stop()


def connect(served):
    return socket.create_connection(("127.0.0.1", served.port), timeout=20)


def answer_of(connection):
    received = b""
    while more := connection.recv(65536):
        received += more
    return received.decode()


@pytest.mark.parametrize("sent", [HALF_A_BODY, HALF_A_HEAD])
def test_with_more_half_sent_requests_than_threads_others_are_answered_within_the_deadline(served, sent):
    senders = 6 * gunicorn_config.threads
    with ExitStack() as stack:
        half = [stack.enter_context(connect(served)) for _ in range(senders)]
        for connection in half:
            connection.sendall(sent.encode())
        time.sleep(0.3)
        began = time.monotonic()
        assert served.get("/healthz").read() == b"ok\n"
        assert time.monotonic() - began < DEADLINE + BUSY
        answers = [answer_of(connection) for connection in half]  # and then each is closed
    expected = "HTTP/1.1 408" if sent == HALF_A_BODY else ""
    assert all(answer.startswith(expected) and bool(answer) is bool(expected) for answer in answers)
    assert "Traceback" not in served.output


def test_who_sends_drop_by_drop_has_no_more_time(served):
    with connect(served) as connection:
        connection.sendall(HALF_A_BODY.encode())
        began, is_over = time.monotonic(), threading.Event()

        def drip():
            while not is_over.wait(0.2):
                try:
                    connection.sendall(b"a")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            with suppress(ConnectionError):  # or it is closed in order
                answer_of(connection)
        finally:
            is_over.set()
            dripping.join()
        assert DEADLINE - 0.5 < time.monotonic() - began < DEADLINE + BUSY


def test_a_slow_request_that_is_whole_in_time_is_answered(served):
    with connect(served) as connection:
        for part in ("GET /healthz HTT", "P/1.1\r\nHost: local", "host\r\nConnection: close\r\n\r\n"):
            connection.sendall(part.encode())
            time.sleep(0.3)
        assert answer_of(connection).endswith("ok\n")


def test_half_a_form_is_not_taken_for_a_whole_one(served):
    patient = Sender(served.port, "127.0.0.1")
    fields = patient.open_form() | {"website": "", "name": "Marisol", "phone": "504 555 0123"}
    body = urlencode(fields | {"message": "My back hurts."})
    cookies = "; ".join(f"{name}={value}" for name, value in patient.cookies.items())
    head = f"{HALF_A_HEAD}host\r\nCookie: {cookies}\r\nContent-Length: {len(body)}\r\n\r\n"
    with connect(served) as connection:
        connection.sendall(f"{head}{body[:-8]}".encode())
        connection.shutdown(socket.SHUT_WR)
        answer = answer_of(connection)
    assert answer.startswith("HTTP/1.1 408") and "We stored nothing." in answer
    with sqlite3.connect(served.data / "db.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM contact_inquiry").fetchone() == (0,)
    assert patient.send(fields)
