"""The Nu HTML checker (npm's vnu-jar, run by Java) on every page, as it is served."""

import json
import os
import shutil
import subprocess

import pytest

from tests.addresses import HANDOUT, PUBLIC
from tests.browser.test_consultation import send


@pytest.fixture(scope="module")
def checker():
    jar, java = os.environ.get("VNU_JAR"), shutil.which("java")
    if jar and java:
        return [java, "-Xss4m", "-jar", jar, "--format", "json", "--also-check-css", "--stdout"]
    if os.environ.get("CI"):
        pytest.fail("VNU_JAR names no checker, or there is no Java. CI must check the markup.")
    pytest.skip("set VNU_JAR to npm's vnu.jar, with Java installed, to check the markup")


def test_every_page_and_stylesheet_is_valid(checker, served, open_page, tmp_path):
    for number, path in enumerate([*PUBLIC, HANDOUT]):
        (tmp_path / f"{number}.html").write_bytes(served.get(path).read())
    page = open_page("/contact/")
    (tmp_path / "mistakes.html").write_text(sent_again(page).content())
    page.context.clear_cookies()
    (tmp_path / "no-cookie.html").write_text(sent_again(page).content())
    receipt = send(open_page)
    (tmp_path / "receipt.html").write_text(receipt.content())
    receipt.goto(f"{served.url}/contact/")
    (tmp_path / "form-after-sending.html").write_text(receipt.content())
    (tmp_path / "no-such-page.html").write_text(open_page("/no-such-page/").content())
    (tmp_path / "site.css").write_bytes(served.get(stylesheet(page)).read())
    run = subprocess.run([*checker, *sorted(map(str, tmp_path.iterdir()))], capture_output=True, text=True)
    told = json.loads(run.stdout)["messages"]
    assert [f"{m['url']}:{m.get('lastLine')} {m['message']}" for m in told if m["type"] == "error"] == []


def sent_again(page):
    """The form as it comes back: its address is the same, so that only the answer tells that it is there."""
    with page.expect_navigation():
        page.get_by_role("button", name="Send my request").click()
    return page


def stylesheet(page):
    return page.locator("link[rel=stylesheet]").get_attribute("href")
