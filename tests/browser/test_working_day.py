"""A whole working day at the desk: signing in with a second factor, calling, noting, exporting, handing over."""

import re

import pytest

from tests.authenticator_app import code
from tests.browser.accessibility import SMALL_TARGETS, problems
from tests.browser.conftest import set_up_app
from tests.browser.test_consultation import SECONDS_TO_WRITE
from tests.browser.test_desk import send_request

PASSWORD = "four words in a row"
PASSKEYS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def make_account(sign_in, username, role):
    """A colleague with a role, whose password is PASSWORD."""
    desk = sign_in("/admin/auth/user/add/")
    desk.get_by_label("Username").fill(username)
    for field in ("password1", "password2"):
        desk.locator(f"[name={field}]").fill(PASSWORD)
    desk.get_by_label(role).check()
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.get_by_text("was added successfully").wait_for()


def send_password(page, username):
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page):
    page.get_by_role("button", name=re.compile("log out|sign out", re.IGNORECASE)).click()
    page.wait_for_url("**/staff/sign-in/**")


def look(page):
    """What every screen of the day is held to."""
    page.wait_for_load_state()
    assert page.evaluate("violations") == [], page.url
    complaints = list(page.complaints)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert problems(page) == [], page.url
        assert page.evaluate(SMALL_TARGETS) == [], page.url
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    page.complaints[:] = complaints  # axe tries an inline style on long pages, which the policy stops
    page.evaluate("violations.length = 0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_working_day(open_page, sign_in, served, scheme):
    make_account(sign_in, f"mona-{scheme}", "Practice manager")
    make_account(sign_in, f"rosa-{scheme}", "Front desk")
    send_request(open_page, f"Day {scheme}", SECONDS_TO_WRITE)

    # The first sign-in sets up the app. A passkey belongs to a name, so that numbers will not do.
    page = open_page("/healthz", color_scheme=scheme, accept_downloads=True)
    home = served.url.replace("127.0.0.1", "localhost")
    page.goto(f"{home}/admin/contact/inquiry/")
    look(page)
    send_password(page, f"mona-{scheme}")
    page.get_by_role("heading", name="Set up your second factor").wait_for()
    look(page)
    secret = set_up_app(page)
    look(page)
    recovery_code = page.locator(".sign-in-codes li").first.inner_text()

    # A passkey, on Chromium's virtual authenticator.
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEYS})
    page.goto(f"{home}/staff/account/")
    look(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("A name to tell it apart").fill("My laptop")
    look(page)
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_text("My laptop, ").or_(page.get_by_text("Remove My laptop")).first.wait_for()
    look(page)

    # Signed out, the password and the passkey open the desk again.
    page.goto(f"{home}/admin/")
    look(page)
    sign_out(page)
    page.goto(f"{home}/admin/contact/inquiry/")
    send_password(page, f"mona-{scheme}")
    page.get_by_role("button", name="Use my passkey").wait_for()
    look(page)
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url(f"{home}/admin/contact/inquiry/")

    # The work.
    page.get_by_label("Find a request").fill(f"day {scheme}")
    page.get_by_role("button", name="Search").click()
    look(page)
    page.get_by_role("link", name=f"Day {scheme}").click()
    look(page)
    page.get_by_label("Note").fill("Rang eight times.")
    page.get_by_role("button", name="No answer").click()
    page.get_by_text("It is now “Call again”.").wait_for()
    page.get_by_label("Note").fill("Will try again after lunch.")
    page.get_by_role("button", name="Add the note only").click()
    page.get_by_text("The note is on").wait_for()
    page.get_by_role("button", name=f"rosa-{scheme}").click()
    page.get_by_text(f"is rosa-{scheme}’s to call now.").wait_for()
    look(page)
    assert page.locator(".events li").count() == 4
    page.goto(f"{home}/admin/contact/inquiry/export/?status=trying")
    page.get_by_label("To review how we answer").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV").click()
    exported = download.value.path().read_text(encoding="utf-8-sig")
    assert f"Day {scheme}" in exported
    page.goto(f"{home}/admin/contact/accessevent/")
    assert "To review how we answer" in page.inner_text("#result_list")

    # The next morning with the app, and with a lost phone.
    sign_out(page)
    page.goto(f"{home}/admin/")
    send_password(page, f"mona-{scheme}")
    page.get_by_label("Code", exact=True).fill(code(secret, 1))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{home}/admin/")
    sign_out(page)
    page.goto(f"{home}/admin/")
    send_password(page, f"mona-{scheme}")
    page.get_by_label("Code", exact=True).fill(recovery_code)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{home}/admin/")
    assert [text for text in page.complaints if "Content Security Policy" in text or "Error" in text] == []
    assert all(address.startswith((home, served.url)) for address in page.requested)


def test_an_idle_session_is_warned_goes_on_when_asked_and_keeps_the_note_when_it_ends(
    open_page, sign_in, served
):
    make_account(sign_in, "ida", "Front desk")
    page = open_page("/admin/contact/inquiry/")
    send_password(page, "ida")
    page.get_by_role("heading", name="Set up your second factor").wait_for()
    secret = set_up_app(page)
    page.clock.install()
    page.goto(f"{served.url}/admin/contact/inquiry/1/change/")
    dialog = page.get_by_role("alertdialog")
    assert not dialog.is_visible()

    # The server would say so after 13 minutes.
    answers = {"GET": 100, "POST": 900}
    page.route(
        "**/staff/session/", lambda route: route.fulfill(json={"ends_in": answers[route.request.method]})
    )
    page.clock.run_for(13 * 60 * 1000)
    dialog.wait_for()
    assert "You will be signed out in" in dialog.inner_text()
    assert problems(page) == []
    assert page.evaluate("document.activeElement.textContent") == "Stay signed in"
    page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")

    page.get_by_label("Note").fill("Rang, and was called away.")
    answers["GET"] = 0
    with page.expect_response("**/draft/") as kept:
        page.clock.run_for(15 * 60 * 1000)
    assert kept.value.status == 204
    page.clock.run_for(5000)
    page.wait_for_url("**/staff/sign-in/**")
    assert "because nothing was done for 15 minutes" in page.inner_text("body")
    page.unroute("**/staff/session/")
    send_password(page, "ida")
    page.get_by_label("Code", exact=True).fill(code(secret, 1))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/admin/contact/inquiry/1/change/")
    assert page.get_by_label("Note").input_value() == "Rang, and was called away."
    assert page.evaluate("violations") == []
