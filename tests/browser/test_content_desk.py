"""An editor and a reviewer change the Kyphoplasty page, under the strict policy, on phone and desk."""

import sqlite3

from tests.browser.conftest import set_up_app
from tests.browser.test_working_day import look as look_once
from tests.browser.test_working_day import make_account, send_password

PAGE = "/admin/procedures/page/7/"


def look(page):
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(300)  # colours of the admin change gradually
        look_once(page)


def sign_in_as(open_page, username, **options):
    """The first time: the second factor is set up on the way."""
    page = open_page("/admin/", **options)
    send_password(page, username)
    page.get_by_role("heading", name="Set up your second factor").wait_for()
    set_up_app(page)
    return page


def press(page, name):
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def headings(page):
    return page.locator("#sections-group input[name$=-heading]").evaluate_all("all => all.map(e => e.value)")


def changed_title(page):
    """What the screen "Compare" says of the title, as it is read out."""
    return " ".join(page.locator(".compare-line").first.inner_text().split())


def say_its_time_has_come(served):
    """What is scheduled is due now."""
    with sqlite3.connect(served.data / "db.sqlite3", timeout=20) as database:
        database.execute(
            "UPDATE procedures_revision SET live_from = datetime('now') "
            "WHERE live_from > datetime('now') AND cancelled_at IS NULL"
        )


def test_an_editor_and_a_reviewer_change_a_page(open_page, sign_in, served):
    make_account(sign_in, "edna", "Content editor")
    make_account(sign_in, "rita", "Reviewer")
    title = "Kyphoplasty anew"
    before = open_page("/procedures/kyphoplasty/").inner_text("h1")

    # The editor writes, moves a section with the keyboard, looks, and asks for a review.
    editor = sign_in_as(open_page, "edna")
    editor.goto(f"{served.url}{PAGE}change/")
    editor.get_by_label("Title").fill("T" * 61)
    editor.get_by_text("61 characters: 1 too many.").wait_for()
    editor.get_by_label("Title").fill(title)
    order = headings(editor)
    editor.get_by_role("button", name="Move down: At a glance").focus()
    editor.keyboard.press("Enter")
    editor.get_by_text("“At a glance” is number 2 of 16 now. It is saved.").wait_for()
    assert headings(editor)[:2] == order[1::-1]
    assert editor.evaluate("document.activeElement.value").endswith("-down")
    assert editor.get_by_label("Title").input_value() == title  # nothing that was typed is lost
    editor.get_by_role("button", name="Move up: At a glance").press("Enter")
    editor.get_by_text("is number 1 of 16 now").wait_for()
    look(editor)
    press(editor, "Save and preview")
    assert editor.inner_text("h1") == title and "This is a draft." in editor.inner_text("main")
    look(editor)
    for kind in ("phone", "paper"):
        editor.goto(f"{served.url}{PAGE}{kind}/")
        assert editor.frame_locator("iframe").locator("h1").inner_text() == title
        look(editor)
    editor.goto(f"{served.url}{PAGE}publish/")
    assert editor.get_by_role("button", name="Publish", exact=True).count() == 0
    look(editor)
    editor.get_by_label("What the reviewer should know").fill("The title is new.")
    press(editor, "Ask for a review")
    press(editor, "Make a link to the draft")
    look(editor)
    link = editor.locator(".page-link a").get_attribute("href")

    # A clinician without an account reads it.
    outside = open_page("/healthz")
    outside.goto(link)
    assert (
        outside.inner_text("h1") == title
        and outside.inner_text("main").count("Awaiting clinical review") == 8
    )
    look(outside)

    # The reviewer finds it in the morning, compares, and gives it to patients later.
    reviewer = sign_in_as(open_page, "rita")
    reviewer.goto(f"{served.url}/admin/procedures/clinician/add/")
    look(reviewer)
    reviewer.get_by_label("Name").fill("Ada Doe")
    reviewer.get_by_label("Degree").fill("MD")
    press(reviewer, "Save")
    reviewer.goto(f"{served.url}/admin/")
    reviewer.get_by_role("link", name=f"{title}, asked by edna").click()
    assert "The title is new." in reviewer.inner_text("main, #content")
    look(reviewer)
    reviewer.get_by_role("link", name="Compare", exact=True).click()
    reviewer.get_by_role("heading", name="9 parts changed").wait_for()
    assert changed_title(reviewer) == f"Title Before {before} After {before} Added: anew (end)"
    look(reviewer)
    reviewer.goto(f"{served.url}{PAGE}publish/")
    for folded in reviewer.locator(".compare-more summary").all():
        folded.press("Enter")
    reviewer.get_by_text("Bone cement can leak").first.wait_for()
    look(reviewer)
    press(reviewer, "Publish")
    assert reviewer.title().startswith("Error: ")
    look(reviewer)
    for box in reviewer.locator("[name=cleared]").all():
        box.check()
    reviewer.get_by_label("Reviewed by").select_option("Ada Doe, MD")
    assert not reviewer.get_by_label("Day", exact=True).is_visible()
    reviewer.get_by_label("At a time that I enter").check()
    reviewer.get_by_label("Day", exact=True).fill(reviewer.get_by_label("Next review by").input_value())
    reviewer.get_by_label("Time (Central)").fill("08:00")
    reviewer.get_by_label("What changed, and why").fill("A clearer title")
    press(reviewer, "Publish")
    assert "8 am, Central time" in reviewer.inner_text(".messagelist")
    look(reviewer)
    reviewer.goto(f"{served.url}{PAGE}publish/")
    assert reviewer.get_by_label("Cancel what is scheduled").is_checked()
    look(reviewer)

    patient = open_page("/procedures/kyphoplasty/")
    assert patient.inner_text("h1") == before
    say_its_time_has_come(served)
    patient.wait_for_timeout(1_000)  # within which every worker learns of it
    patient.reload()
    assert patient.inner_text("h1") == title
    assert "Reviewed by Ada Doe, MD" in patient.inner_text("main")
    patient.locator(".pointer a").first.press("Enter")
    assert patient.evaluate("location.hash") == "#reference-1"
    patient.locator("#reference-1 .pointed-from a").first.press("Enter")
    assert patient.evaluate("location.hash") == "#cited-1-1"
    look(patient)

    # What was before comes back as a draft.
    reviewer.goto(f"{served.url}{PAGE}history/")
    with reviewer.expect_navigation():
        reviewer.locator(".version", has_text="Loaded from the site").get_by_role(
            "button", name="Restore to the draft"
        ).click()
    assert "The draft is what it was in that version." in reviewer.inner_text(".messagelist")
    look(reviewer)
    reviewer.goto(f"{served.url}{PAGE}change/")
    assert reviewer.get_by_label("Title").input_value() == before
    reviewer.goto(f"{served.url}{PAGE}compare/")
    assert changed_title(reviewer) == f"Title Before {before} Removed: anew (end) After {before}"
    patient.reload()
    assert patient.inner_text("h1") == title
    for name in ("withdraw", "address"):
        reviewer.goto(f"{served.url}{PAGE}{name}/")
        look(reviewer)
    for page in (editor, outside, reviewer, patient):
        assert [
            text for text in page.complaints if "Content Security Policy" in text or "Error" in text
        ] == []
        assert all(address.startswith(served.url) for address in page.requested)
