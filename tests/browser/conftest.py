import os
import shutil
from urllib.parse import quote

import pytest
from playwright.sync_api import sync_playwright

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
    server = SiteServer(tmp_path_factory.mktemp("browser") / "data").start()
    yield server
    server.stop()


@pytest.fixture
def open_page(chromium, served):
    """Open an address in a browser of its own, whose requests and complaints are kept on the page."""
    contexts = []

    def open_at(path, width=1280, height=900, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
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


@pytest.fixture
def sign_in(open_page, served):
    def as_staff(path="/admin/", **options):
        page = open_page(f"/admin/login/?next={quote(path)}", **options)
        page.get_by_label("Username").fill("staff")
        page.get_by_label("Password").fill(served.password)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(served.url + path)
        return page

    return as_staff
