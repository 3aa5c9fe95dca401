"""Signing in: the password, the second factor, and what comes before them."""

import json
import re
import threading
from io import StringIO
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from bs4 import BeautifulSoup
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from ascentpain.sign_in import second_factor
from tests.authenticator_app import code
from tests.site.test_every_url import ADMIN_PATTERNS, example
from tests.site.test_every_url import rows as rows  # the fixture
from tests.staff import make_app, make_staff, sign_in

PASSWORD = "three words in a row"
SIGN_IN, CODE, APP, CODES = (
    "/staff/sign-in/",
    "/staff/sign-in/code/",
    "/staff/account/app/",
    "/staff/account/recovery-codes/",
)


@pytest.fixture
def rosa(db):
    return make_staff("rosa", "Front desk", password=PASSWORD)


def page(response):
    return BeautifulSoup(response.content, "html.parser")


def send_password(client, username="rosa", password=PASSWORD, **extra):
    return client.post(SIGN_IN, {"login": username, "password": password, **extra})


def secret_on(response):
    return page(response).find(id="secret").text


def enrol(client):
    """Set up the app as the page asks for it. Returns its secret and the recovery codes."""
    secret = secret_on(client.get(APP))
    assert client.post(APP, {"code": code(secret)})["Location"] == CODES
    return secret, [li.text for li in page(client.get(CODES)).select(".sign-in-codes li")]


@pytest.mark.parametrize("is_set_up", [False, True])
def test_no_address_of_the_admin_opens_with_a_password_alone(rows, admin_user, is_set_up):
    for pattern in sorted(set(ADMIN_PATTERNS) - {"admin/login/", "admin/logout/"}):
        client = Client()
        client.force_login(admin_user)
        if is_set_up:
            make_app(admin_user)
        response = client.get(example(pattern, rows), follow=True)
        assert response.redirect_chain[-1][0].startswith(SIGN_IN if is_set_up else APP), pattern


def test_the_first_sign_in_sets_up_a_second_factor_and_opens_the_desk(client, rosa):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == f"{SIGN_IN}?next=/admin/"
    assert send_password(client, next="/admin/contact/inquiry/")["Location"] == "/admin/contact/inquiry/"
    assert client.get("/admin/contact/inquiry/", follow=True).redirect_chain[-1][0] == APP
    _, recovery_codes = enrol(client)
    assert len(recovery_codes) == 10
    assert client.get("/admin/contact/inquiry/").status_code == 200


def test_the_code_for_the_app_is_drawn_as_markup_and_stays_the_same(client, rosa):
    send_password(client)
    shown = page(client.get(APP))
    assert shown.select_one("svg.sign-in-code path")["d"].startswith("M")
    assert not shown.select("img, [style]")
    assert secret_on(client.get(APP)) == shown.find(id="secret").text
    assert client.get(APP)["Cache-Control"].count("no-store")


def test_a_wrong_code_sets_nothing_up_and_says_so(client, rosa):
    send_password(client)
    secret = secret_on(client.get(APP))
    response = client.post(APP, {"code": "000000"})
    assert "That code is wrong" in page(response).find(role="alert").text
    assert secret_on(response) == secret
    assert not Authenticator.objects.exists()


def test_recovery_codes_are_shown_once(client, rosa):
    send_password(client)
    enrol(client)
    again = page(client.get(CODES))
    assert not again.select(".sign-in-codes") and "You have 10 left" in again.text


def test_the_next_sign_in_asks_for_a_code(client, rosa):
    secret = make_app(rosa)
    assert send_password(client, next="/admin/contact/inquiry/")["Location"] == CODE
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    field = page(client.get(CODE)).find(id="id_code")
    assert (field["autocomplete"], field["inputmode"]) == ("one-time-code", "numeric")
    assert "That code is wrong" in client.post(CODE, {"code": "000000"}).content.decode()
    assert client.post(CODE, {"code": code(secret)})["Location"] == "/admin/contact/inquiry/"
    assert client.get("/admin/contact/inquiry/").status_code == 200


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_code_is_taken_once(client, rosa, step):
    secret = make_app(rosa)
    send_password(client)
    used = code(secret, step)
    assert client.post(CODE, {"code": used}).status_code == 302
    other = Client()
    send_password(other)
    assert "was used already" in other.post(CODE, {"code": f"{used[:3]} {used[3:]}"}).content.decode()


def test_the_code_that_set_up_the_app_signs_nobody_in(client, rosa):
    send_password(client)
    secret = secret_on(client.get(APP))
    used = code(secret)
    client.post(APP, {"code": used})
    other = Client()
    send_password(other)
    assert "was used already" in other.post(CODE, {"code": used}).content.decode()
    assert other.post(CODE, {"code": code(secret, 1)}).status_code == 302


def test_a_recovery_code_works_once(client, rosa):
    send_password(client)
    _, recovery_codes = enrol(client)
    for expected in (302, 200):
        other = Client()
        send_password(other)
        assert other.post(CODE, {"code": recovery_codes[0]}).status_code == expected


def test_secrets_are_sealed_in_the_database_for_their_account(client, rosa):
    send_password(client)
    secret = secret_on(client.get(APP)).replace(" ", "")
    (session,) = Session.objects.all()
    assert secret not in json.dumps(session.get_decoded())
    enrol(client)
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    sealed = Authenticator.objects.get(type="totp").data["secret"]
    assert second_factor.unseal(sealed, rosa.pk) == secret
    with pytest.raises(second_factor.encryption.Unreadable):
        second_factor.unseal(sealed, rosa.pk + 1)


def test_a_secret_that_cannot_be_read_is_told_in_words(client, rosa):
    make_app(rosa)
    Authenticator.objects.update(data={"secret": "0badc0de.AAAA", "seed": "0badc0de.AAAA", "used_mask": 0})
    send_password(client)
    response = client.post(CODE, {"code": "123456"})
    assert response.status_code == 200
    assert "manage.py reset_mfa" in page(response).find(role="alert").text
    assert "0badc0de" not in response.content.decode()


def test_recovery_codes_that_cannot_be_read_are_told_in_words(client, rosa):
    sign_in(client, rosa)
    Authenticator.objects.create(user=rosa, type="recovery_codes", data={"seed": "x.y", "used_mask": 0})
    for path in ("/staff/account/", CODES, f"{CODES}new/"):
        response = client.get(path)
        assert response.status_code == 503
        assert "manage.py reset_mfa" in response.content.decode()


def test_a_session_from_before_the_second_factor_ends_when_there_is_one(client, rosa):
    client.force_login(rosa)
    make_app(rosa)
    for path in ("/staff/account/passkeys/add/", "/staff/account/"):
        assert client.get(path)["Location"] == f"{SIGN_IN}?next={path}"
        client.force_login(rosa)


def test_changing_factors_asks_for_the_second_factor_again_never_for_the_password(client, rosa):
    sign_in(client, rosa)
    session = client.session
    session[second_factor.SESSION_KEY]["at"] -= 10 * 60
    session.save()
    for path in ("/staff/account/passkeys/add/", "/staff/account/app/remove/", f"{CODES}new/"):
        assert client.get(path)["Location"] == f"/staff/account/confirm/?next={quote(path, safe='')}"
    secret = make_app(rosa)
    response = client.post("/staff/account/confirm/", {"code": code(secret), "next": f"{CODES}new/"})
    assert response["Location"] == f"{CODES}new/"
    assert client.get(f"{CODES}new/").status_code == 200


def test_the_only_second_factor_is_not_removed(client, rosa):
    sign_in(client, rosa)
    response = client.post("/staff/account/app/remove/")
    assert "your only second factor" in response.content.decode()
    assert second_factor.is_set_up(rosa)


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "http:evil.example", "/\\evil.example"]
)
def test_sign_in_leads_to_no_other_site(client, rosa, target):
    secret = make_app(rosa)
    client.get(SIGN_IN, {"next": target})
    send_password(client, next=target)
    assert client.post(CODE, {"code": code(secret), "next": target})["Location"] == "/admin/"
    assert client.get(SIGN_IN, {"next": target})["Location"] == "/admin/"
    assert client.post("/staff/sign-out/", {"next": target})["Location"] == SIGN_IN


def test_nobody_signs_up_and_addresses_that_are_not_needed_are_not_there(client, db):
    for path in ("signup/", "sign-up/", "password/reset/", "email/", "social/", "sign-in/webauthn/"):
        assert client.get(f"/staff/{path}").status_code == 404
    for name in ("account_signup", "account_email", "account_reset_password", "account_reauthenticate"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_left_neither_signs_in_nor_stays_signed_in(client, rosa, change):
    sign_in(client, rosa)
    assert client.get("/admin/").status_code == 200
    type(rosa).objects.filter(pk=rosa.pk).update(**change)
    assert client.get("/admin/").status_code == 302
    assert "do not go together" in send_password(Client()).content.decode()


def test_a_wrong_password_is_told_in_words_above_the_form(client, rosa):
    shown = page(send_password(client, password="wrong"))
    assert shown.title.text.strip().startswith("Error: Sign in")
    assert "do not go together" in shown.find(role="alert").text


def test_the_admins_own_sign_in_and_password_pages_lead_to_ours(client, rosa):
    assert client.get("/admin/login/?next=/admin/x/")["Location"] == f"{SIGN_IN}?next=/admin/x/"
    assert client.post("/admin/login/", {"username": "rosa", "password": PASSWORD})["Location"] == SIGN_IN
    sign_in(client, rosa)
    assert client.get("/admin/password_change/")["Location"] == "/staff/account/password/"
    assert client.post("/admin/logout/")["Location"] == SIGN_IN
    assert client.get("/admin/").status_code == 302


def test_a_new_password_ends_the_other_sessions(client, rosa):
    other = sign_in(Client(), rosa)
    sign_in(client, rosa)
    new = {"oldpassword": PASSWORD, "password1": "four words in another row"}
    response = client.post("/staff/account/password/", new | {"password2": new["password1"]}, follow=True)
    assert "Your password is changed" in response.content.decode()
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302


def test_a_short_password_is_refused(client, rosa):
    sign_in(client, rosa)
    data = {"oldpassword": PASSWORD, "password1": "eleven char", "password2": "eleven char"}
    assert client.post("/staff/account/password/", data).status_code == 200


def test_who_lost_their_phone_sets_up_a_new_one_after_reset_mfa(client, rosa, caplog):
    sign_in(client, rosa)
    out = StringIO()
    call_command("reset_mfa", "rosa", stdout=out)
    assert "Sessions ended: 1" in out.getvalue()
    assert f"second factor of account {rosa.pk} was reset" in caplog.text and "rosa" not in caplog.text
    assert client.get("/admin/").status_code == 302
    send_password(client)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == APP


def test_reset_mfa_names_an_account_that_is_not_there(db):
    with pytest.raises(CommandError, match="no account"):
        call_command("reset_mfa", "nobody")


def join_mails():
    for thread in threading.enumerate():
        if thread.name == "staff-notice":
            thread.join(5)


def test_a_new_browser_is_told_by_mail_once_and_says_nothing_of_patients(client, rosa, mailoutbox):
    type(rosa).objects.filter(pk=rosa.pk).update(email="rosa@example.com", first_name="Rosa")
    secret = make_app(rosa)
    send_password(client)
    assert not mailoutbox
    client.post(CODE, {"code": code(secret)})
    join_mails()
    (mail,) = mailoutbox
    assert mail.to == ["rosa@example.com"] and "Hello Rosa" in mail.body
    assert not re.search(r"127\.0\.0\.1(?!:8000)", mail.body)

    client.post("/staff/sign-out/")
    send_password(client)
    client.post(CODE, {"code": code(secret, 1)})
    join_mails()
    assert len(mailoutbox) == 1

    other = Client()
    send_password(other)
    other.post(CODE, {"code": code(secret, -1)})
    join_mails()
    assert len(mailoutbox) == 2


def test_who_has_no_address_is_told_that_nobody_is_told(client, rosa):
    account = "/staff/account/"
    assert "You have no e-mail address here" in sign_in(client, rosa).get(account).content.decode()
    type(rosa).objects.filter(pk=rosa.pk).update(email="rosa@example.com")
    told = client.get(account).content.decode()
    assert "are told to rosa@example.com" in told and "no e-mail address" not in told


def test_a_mail_server_that_fails_keeps_nobody_out(client, rosa, monkeypatch, caplog):
    type(rosa).objects.filter(pk=rosa.pk).update(email="rosa@example.com")
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda self: 1 / 0)
    assert send_password(client).status_code == 302
    join_mails()
    assert f"account {rosa.pk} was not told" in caplog.text and "rosa@" not in caplog.text


def test_passkeys_are_allowed_on_the_pages_of_sign_in_only(client, db):
    assert "publickey-credentials-get=(self)" in client.get(SIGN_IN)["Permissions-Policy"]
    for path in ("/admin/", "/", "/healthz"):
        policy = client.get(path)["Permissions-Policy"]
        assert "publickey-credentials-get=()" in policy and "publickey-credentials-create=()" in policy
