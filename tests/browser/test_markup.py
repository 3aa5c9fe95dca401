"""The Nu HTML checker (npm's vnu-jar, run by Java) on every page, as it is served."""

import json
import os
import shutil
import subprocess

import pytest

from tests.addresses import HANDOUT, PUBLIC


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
    page.get_by_role("button", name="Send my request").click()
    (tmp_path / "mistakes.html").write_text(page.content())
    (tmp_path / "no-such-page.html").write_text(open_page("/no-such-page/").content())
    (tmp_path / "site.css").write_bytes(served.get(stylesheet(page)).read())
    run = subprocess.run([*checker, *sorted(map(str, tmp_path.iterdir()))], capture_output=True, text=True)
    told = json.loads(run.stdout)["messages"]
    assert [f"{m['url']}:{m.get('lastLine')} {m['message']}" for m in told if m["type"] == "error"] == []


def stylesheet(page):
    return page.locator("link[rel=stylesheet]").get_attribute("href")
