import ipaddress
import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.authenticator_app import code
from tests.sender import Sender
from tests.site_server import SiteServer

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Chromium refuses to sandbox when root runs it, as on a bare CI machine.
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
# Each browser has an address of its own, as a proxy would tell the site: otherwise they would all be throttled.
ADDRESSES = map(str, ipaddress.ip_network("198.18.0.0/15"))
# Told by the browser itself, wherever on the page it happens.
WATCH = """
window.violations = []; window.shifted = 0;
new PerformanceObserver(list => list.getEntries().forEach(entry => shifted += entry.value))
  .observe({type: "layout-shift", buffered: true});
document.addEventListener("securitypolicyviolation", event =>
  violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker("browser")


def find_chromium() -> str | None:
    return os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def chromium():
    path = find_chromium()
    if path is None and os.environ.get("CI"):
        pytest.fail("No Chromium found. CI must run the browser tests: install it, or set CHROME_PATH.")
    if path is None:
        pytest.skip("no Chromium found: install one, or set CHROME_PATH, to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(chromium, tmp_path_factory):
    server = SiteServer(tmp_path_factory.mktemp("browser") / "data", {"TRUSTED_PROXIES": "1"}).start()
    # The first request and its alert, for the desk to show.
    patient = Sender(server.port, next(ADDRESSES))
    patient.send(patient.open_form() | {"name": "Ana", "phone": "504 249 7576", "website": ""})
    yield server
    server.stop()


@pytest.fixture
def open_page(chromium, served):
    """Open an address in a browser of its own, whose requests and complaints are kept on the page."""
    contexts = []

    def open_at(path, width=1280, height=900, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            extra_http_headers={"X-Forwarded-For": next(ADDRESSES)},
            **options,
        )
        contexts.append(context)
        if options.get("java_script_enabled", True):
            context.add_init_script(WATCH)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.requested, page.complaints = [], []
        page.on("request", lambda request: page.requested.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(served.url + path)
        return page

    yield open_at
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def session_of_staff(chromium, served):
    """The first account signs in, sets its second factor up, and stays signed in for all tests."""
    context = chromium.new_context(extra_http_headers={"X-Forwarded-For": next(ADDRESSES)})
    page = context.new_page()
    page.goto(f"{served.url}/admin/")
    page.get_by_label("User name").fill("staff")
    page.get_by_label("Password").fill(served.password)
    page.get_by_role("button", name="Sign in").click()
    set_up_app(page)
    page.get_by_role("link", name="Go to the desk").click()
    page.wait_for_url(f"{served.url}/admin/")
    state = context.storage_state()
    context.close()
    return state


def set_up_app(page) -> str:
    """Set up the authenticator app as the page asks for it. Returns its secret."""
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Code from the app").fill(code(secret))
    page.get_by_role("button", name="Set up the app").click()
    page.wait_for_url("**/recovery-codes/")
    return secret


@pytest.fixture
def sign_in(open_page, session_of_staff):
    def as_staff(path="/admin/", **options):
        return open_page(path, storage_state=session_of_staff, **options)

    return as_staff
