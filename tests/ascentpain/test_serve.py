"""`make run`, without a browser."""

import base64
import gzip
import hashlib
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest

from ascentpain import patience
from tests.sender import Sender
from tests.site_server import ROOT, SiteServer, free_port, is_running, newcomers_environment


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    server = SiteServer(tmp_path_factory.mktemp("site") / "data").start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def first_words(served):
    return served.output


@pytest.fixture(autouse=True)
def first_words_are_read_before_any_restart(request):
    if "served" in request.fixturenames:
        request.getfixturevalue("first_words")


def test_it_says_what_it_did_and_what_to_open(served, first_words):
    assert "Published /procedures/kyphoplasty/ (Kyphoplasty)" in first_words
    assert f"Open {served.url}/ for the site and {served.url}/admin/ for staff." in first_words
    assert "Ctrl-C stops it." in first_words


def test_it_is_ready_and_in_production(served):
    assert served.get("/readyz").read() == b"ready\n"
    assert "Content-Security-Policy" in served.get("/").headers


def test_the_password_is_kept_nowhere_but_hashed(served, first_words):
    password = re.search(r"Password: (\S+)", first_words)[1].encode()
    kept = [
        path.read_bytes() for path in served.data.iterdir() if path.is_file() and path.name != "output.log"
    ]
    assert len(kept) > 1
    assert not any(password in content for content in kept)


def test_the_secret_is_readable_by_its_owner_only(served):
    assert stat.S_IMODE((served.data / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((served.data / "db.sqlite3").stat().st_mode) & 0o077 == 0


def test_the_database_writes_ahead(served):
    with sqlite3.connect(served.data / "db.sqlite3") as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_stylesheet_is_one_hashed_compressed_file_that_may_be_kept_for_ever(served):
    page = served.get("/contact/").read().decode()
    (stylesheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
    assert re.fullmatch(r"/static/css/site\.[0-9a-f]{12}\.css", stylesheet)
    response = served.get(stylesheet, **{"Accept-Encoding": "br"})
    assert response.headers["Content-Encoding"] == "br"
    assert "immutable" in response.headers["Cache-Control"]
    source = served.get(stylesheet).read().decode()
    assert "@import" not in source and "/*" not in source
    assert "--ground:" in source and "@media print" in source


def bytes_on_the_wire(served, path):
    response = served.get(path, **{"Accept-Encoding": "gzip, br"})
    assert response.headers["Content-Encoding"] in {"gzip", "br"}
    return len(response.read())


def test_the_kyphoplasty_page_is_one_light_answer_with_its_style_inside(served):
    html = served.get("/procedures/kyphoplasty/").read().decode()
    assert "<script src" not in html and "stylesheet" not in html
    assert "--ground:" in re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    # All that a phone draws from, headers included, arrives in the first round trip.
    response = served.get("/procedures/kyphoplasty/", **{"Accept-Encoding": "gzip, br"})
    assert response.headers["Content-Encoding"] == "br"
    assert len(response.headers.as_bytes()) + len(response.read()) <= 14_000


def test_the_policy_admits_this_one_style_and_no_other_inline(served):
    response = served.get("/")
    style = re.search(r"<style>(.*?)</style>", response.read().decode(), re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}'" in response.headers["Content-Security-Policy"]
    assert "sha256" not in served.get("/contact/").headers["Content-Security-Policy"]


def test_the_drawings_together_are_light(served):
    html = served.get("/procedures/kyphoplasty/").read().decode()
    drawings = re.findall(r"<figure.*?</figure>", html, re.DOTALL)
    assert len(drawings) == 6
    assert sum(len(gzip.compress(drawing.encode())) for drawing in drawings) <= 12_000


def test_a_second_start_makes_nothing_anew_and_ctrl_c_stops_every_process(served, first_words):
    before = served.get("/privacy/").read()
    alert_worker(served)
    children = processes_of(served.process.pid)
    assert len(children) >= 4  # two that serve, one that sends alerts, one that keeps it running
    assert served.stop() == 0
    deadline = time.monotonic() + 3
    while (alive := [pid for pid in children if is_running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive

    served.start()
    assert "Password" in first_words and "Password" not in served.output
    assert "Collecting" in first_words and "Collecting" not in served.output
    assert "Pages left as they are: 13" in served.output
    assert served.get("/privacy/").read() == before


def processes_of(pid):
    """Its children and theirs."""
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        own = children.read().split()
    return own + [grandchild for child in own for grandchild in processes_of(child)]


def alert_worker(served):
    """The process that sends alerts, once there is one."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for pid in processes_of(served.process.pid):
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
                if "--watch" in words and "ascentpain.keep_running" not in words:
                    return int(pid)
        time.sleep(0.05)
    raise AssertionError("no process sends alerts")


def test_alerts_are_sent_beside_the_server_by_a_process_that_is_started_again_when_it_dies(served):
    first = alert_worker(served)
    os.kill(first, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while is_running(first) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alert_worker(served) != first
    assert served.get("/healthz").read() == b"ok\n"


def test_a_mail_in_the_console_follows_a_request_within_seconds(served):
    with sqlite3.connect(served.data / "db.sqlite3") as database:
        database.execute("UPDATE contact_practice SET alert_addresses = 'desk@example.com'")
    patient = Sender(served.port, "127.0.0.1")
    fields = patient.open_form() | {"name": "Marisol", "phone": "504 555 0123", "website": ""}
    reference = patient.reference(patient.send(fields))
    deadline = time.monotonic() + 20
    while reference not in served.output and time.monotonic() < deadline:
        time.sleep(0.1)
    assert f"Reference: {reference}" in served.output
    assert "To: desk@example.com" in served.output
    assert "Marisol" not in served.output and "0123" not in served.output


def test_while_the_database_is_locked_a_request_is_answered_within_seconds(served):
    patient = Sender(served.port, "127.0.0.1")
    fields = patient.open_form() | {"name": "Marisol", "phone": "504 555 0123", "website": ""}
    with sqlite3.connect(served.data / "db.sqlite3", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        status, _, body = patient.request("POST", "/contact/", urlencode(fields))
        took = time.monotonic() - began
        other.execute("ROLLBACK")
    assert status == 503 and "Marisol" in body
    assert took < patience.LOCK_SECONDS + 4
    assert patient.send(fields)


def test_ctrl_c_waits_for_nobody_who_never_finishes_a_request(served):
    address = ("127.0.0.1", served.port)
    with socket.create_connection(address) as idle, socket.create_connection(address) as half:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(12) == b"HTTP/1.1 200"
        half.sendall(b"POST /contact/ HTTP/1.1\r\nHost: local")
        assert served.stop() == 0
    served.start()


def test_nothing_of_a_request_is_logged_readable_or_not(served):
    for request in (
        b"name=Ana&phone=5045550123\r\n\r\n",
        b"GET /nope/?q=5045550123 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", served.port)) as sender:
            sender.sendall(request)
            assert sender.recv(12).startswith(b"HTTP/1.1 4")
    assert "5045550123" not in served.output and "Ana" not in served.output
    assert "127.0.0.1 " not in served.output  # no access log


def test_a_taken_port_is_told_before_anything_else(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = manage("serve", DATA_DIR=str(tmp_path), PORT=str(port))
    assert run.returncode == 1
    assert f"127.0.0.1:{port} cannot be opened" in run.stderr and f"PORT={port + 1}" in run.stderr
    assert not (tmp_path / "db.sqlite3").exists()


@pytest.mark.parametrize("url", ["postgres://u:hunter2@127.0.0.1:1/x", "sqlite:////nowhere/db"])
def test_a_database_that_does_not_answer_is_told_in_one_line(tmp_path, url):
    run = manage("prepare", DATA_DIR=str(tmp_path), DATABASE_URL=url)
    assert run.returncode == 1
    assert (
        run.stderr.startswith("CommandError: The database does not answer.") and "DATABASE_URL" in run.stderr
    )
    assert "hunter2" not in run.stderr and len(run.stderr.splitlines()) == 1


def test_bad_configuration_ends_in_one_line_that_names_the_variable(tmp_path):
    run = manage("serve", DATA_DIR=str(tmp_path), SITE_URL="http://www.example.com")
    assert run.returncode == 1
    assert run.stderr.startswith("The site does not start: SITE_URL='http://www.example.com' is plain http")
    assert len(run.stderr.splitlines()) == 1


def manage(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=newcomers_environment(**environment),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_lost_key_refuses_to_start_and_the_old_one_beside_the_new_lets_it(tmp_path):
    assert manage("prepare", DATA_DIR=str(tmp_path)).returncode == 0
    keys = tmp_path / "data_keys"
    lost = keys.read_text()
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    keys.unlink()
    run = manage("serve", DATA_DIR=str(tmp_path), PORT=str(free_port()))
    assert run.returncode == 1
    assert run.stderr.startswith("The site does not start: What patients wrote is encrypted with key")
    assert len(run.stderr.splitlines()) == 1 and lost.strip() not in run.stderr
    served = [sys.executable, "-c", "import ascentpain.wsgi"]
    environment = newcomers_environment(DATA_DIR=str(tmp_path), DJANGO_SETTINGS_MODULE="ascentpain.settings")
    run = subprocess.run(served, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode == 3 and "Put it back from your backup" in run.stderr
    keys.write_text(keys.read_text() + lost)
    assert manage("prepare", DATA_DIR=str(tmp_path)).returncode == 0
