"""`make shots`: every page, on phone and desk, light and dark, and on paper, pictured in DATA_DIR/shots."""

import itertools
import os
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.addresses import HANDOUT, PUBLIC
from tests.browser.conftest import FLAGS, find_chromium
from tests.site_server import ROOT, SiteServer

SIZES = {"360": {"width": 360, "height": 740}, "1280": {"width": 1280, "height": 900}}
SCHEMES = ("light", "dark")
DESK = ["/admin/", "/admin/contact/inquiry/", "/admin/procedures/page/", "/admin/contact/practice/1/change/"]
MARGIN = dict.fromkeys(("top", "right", "bottom", "left"), "1.5cm")


def take(page: Page, url: str, name: Path) -> None:
    for (width, size), scheme in itertools.product(SIZES.items(), SCHEMES):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.goto(url)
        page.screenshot(path=f"{name}-{width}-{scheme}.png", full_page=True)
    page.pdf(path=f"{name}.pdf", format="Letter", margin=MARGIN)


def main() -> None:
    folder = Path(os.environ.get("DATA_DIR") or ROOT / "var") / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        server = SiteServer(Path(data)).start()
        page = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS).new_page()
        try:
            for path in [*PUBLIC, HANDOUT, "/no-such-page/"]:
                take(page, server.url + path, folder / (path.strip("/").replace("/", "_") or "home"))
            page.goto(f"{server.url}/contact/")
            page.get_by_role("button", name="Send my request").click()
            page.screenshot(path=folder / "contact-mistakes.png", full_page=True)
            page.goto(f"{server.url}/admin/login/?next=/admin/")
            page.get_by_label("Username").fill("staff")
            page.get_by_label("Password").fill(server.password)
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url(f"{server.url}/admin/")
            for path in DESK:
                take(page, server.url + path, folder / path.strip("/").replace("/", "_"))
        finally:
            server.stop()
    print(f"{len(list(folder.iterdir()))} pictures and PDFs in {folder}")


if __name__ == "__main__":
    main()
