"""`make shots`: every page, on phone and desk, light and dark, and on paper, pictured in DATA_DIR/shots."""

import itertools
import os
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.addresses import HANDOUT, PUBLIC
from tests.browser.conftest import FLAGS, find_chromium, set_up_app
from tests.site_server import ROOT, SiteServer

SIZES = {"360": {"width": 360, "height": 740}, "1280": {"width": 1280, "height": 900}}
SCHEMES = ("light", "dark")
DESK = [
    "/admin/",
    "/admin/contact/inquiry/",
    "/admin/contact/inquiry/1/change/",
    "/admin/contact/inquiry/1/print/",
    "/admin/contact/inquiry/add/",
    "/admin/contact/inquiry/export/",
    "/admin/contact/accessevent/",
    "/staff/account/",
    "/admin/contact/alert/",
    "/admin/contact/closure/add/",
    "/admin/procedures/page/",
    "/admin/procedures/page/7/change/",
    "/admin/procedures/page/7/preview/",
    "/admin/procedures/page/7/phone/",
    "/admin/procedures/page/7/paper/",
    "/admin/procedures/page/7/compare/",
    "/admin/procedures/page/7/publish/",
    "/admin/procedures/page/7/history/",
    "/admin/procedures/page/7/withdraw/",
    "/admin/procedures/clinician/add/",
    "/admin/contact/practice/1/change/",
]


def take(page: Page, url: str, name: Path) -> None:
    page.goto(url)
    take_here(page, name)


def take_here(page: Page, name: Path) -> None:
    for (width, size), scheme in itertools.product(SIZES.items(), SCHEMES):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(250)  # colours of the admin change gradually
        page.screenshot(path=f"{name}-{width}-{scheme}.png", full_page=True)
    page.pdf(path=f"{name}.pdf", format="Letter", prefer_css_page_size=True)


def main() -> None:
    folder = Path(os.environ.get("DATA_DIR") or ROOT / "var") / "shots"
    folder.mkdir(parents=True, exist_ok=True)
    if not (chromium := find_chromium()):
        raise SystemExit("No Chromium found. Install one, or name it with CHROME_PATH.")
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        server = SiteServer(Path(data)).start()
        page = playwright.chromium.launch(executable_path=chromium, args=FLAGS).new_page()
        try:
            for path in [*PUBLIC, HANDOUT, "/no-such-page/"]:
                take(page, server.url + path, folder / (path.strip("/").replace("/", "_") or "home"))
            page.goto(f"{server.url}/contact/")
            page.get_by_role("button", name="Send my request").click()
            take_here(page, folder / "contact_mistakes")
            page.get_by_label("Patient’s name").fill("Ana")
            page.get_by_label("Phone number").fill("504 249 7576")
            page.get_by_role("button", name="Send my request").click()
            page.wait_for_url("**/contact/sent/*/")
            take_here(page, folder / "contact_receipt")
            take(page, f"{server.url}/staff/sign-in/", folder / "staff_sign-in")
            page.get_by_label("User name").fill("staff")
            page.get_by_label("Password").fill(server.password)
            page.get_by_role("button", name="Sign in").click()
            take_here(page, folder / "staff_account_app")
            set_up_app(page)
            take_here(page, folder / "staff_account_recovery-codes")
            for path in DESK:
                take(page, server.url + path, folder / path.strip("/").replace("/", "_"))
        finally:
            server.stop()
    print(f"{len(list(folder.iterdir()))} pictures and PDFs in {folder}")


if __name__ == "__main__":
    main()
