"""A practice manager looks after the accounts of staff."""

from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from ascentpain.sign_in import second_factor
from tests.ascentpain.test_sign_in import join_mails
from tests.staff import make_app, make_staff, sign_in

USERS, ADD = "/admin/auth/user/", "/admin/auth/user/add/"
PASSWORD = "three words in a row"


@pytest.fixture
def manager(client, db):
    return sign_in(client, make_staff("manager", "Practice manager"))


@pytest.fixture
def rosa(db):
    return make_staff("rosa", "Front desk", password=PASSWORD)


def address(user, step="change"):
    return f"{USERS}{user.pk}/{step}/"


def form_of(user, **overrides):
    data = {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "is_active": "on",
        "groups": [group.pk for group in user.groups.all()],
    }
    return data | overrides


def role(name):
    return Group.objects.get_or_create(name=name)[0].pk


def page(response):
    return BeautifulSoup(response.content, "html.parser")


def test_a_manager_makes_an_account_of_staff(manager):
    data = {"username": "ben", "email": "ben@example.com", "groups": [role("Front desk")]}
    response = manager.post(ADD, data | {"password1": PASSWORD, "password2": PASSWORD})
    assert response.status_code == 302
    ben = User.objects.get(username="ben")
    assert ben.is_staff and ben.is_active and not ben.is_superuser
    assert ben.check_password(PASSWORD)
    assert ben.groups.get().name == "Front desk"


def test_a_weak_first_password_is_refused(manager):
    response = manager.post(ADD, {"username": "ben", "password1": "short", "password2": "short"})
    assert response.status_code == 200
    assert not User.objects.filter(username="ben").exists()


@pytest.mark.parametrize("other", ["Reviewer", "Content editor", "Practice manager", "Owners of everything"])
def test_a_manager_gives_no_rights_beyond_the_front_desks(manager, rosa, other):
    other = role(other)
    form = page(manager.get(address(rosa)))
    assert [box["value"] for box in form.select("[name=groups]")] == [str(role("Front desk"))]
    assert not form.select("[name=is_superuser], [name=user_permissions], [name=is_staff]")
    rights = {"is_superuser": "on", "is_staff": "", "user_permissions": ["1"]}
    manager.post(address(rosa), form_of(rosa, **rights))
    manager.post(address(rosa), form_of(rosa, groups=[other]))
    rosa.refresh_from_db()
    assert not rosa.is_superuser and rosa.is_staff
    assert not rosa.user_permissions.exists()
    assert [group.name for group in rosa.groups.all()] == ["Front desk"]


def test_a_superuser_gives_every_role(admin_client, rosa):
    admin_client.post(address(rosa), form_of(rosa, groups=[role("Reviewer")]))
    assert [group.name for group in rosa.groups.all()] == ["Reviewer"]


def test_a_group_that_the_manager_is_not_shown_stays(manager, rosa):
    rosa.groups.add(role("Owners of everything"))
    manager.post(address(rosa), form_of(rosa, groups=[]))
    assert {group.name for group in rosa.groups.all()} == {"Owners of everything"}


NEW = {"password1": "four words in another row", "password2": "four words in another row"}
NEW |= {"usable_password": "true"}


@pytest.mark.parametrize("who", ["manager", "superuser"])
def test_ones_own_password_and_second_factor_are_changed_under_ones_own_account_only(
    manager, admin_client, admin_user, who
):
    client, user = (manager, User.objects.get(username="manager"))
    if who == "superuser":
        client, user = admin_client, admin_user
    before = user.password
    for step, sent in (("password", NEW), ("reset-second-factor", {})):
        for response in (client.get(address(user, step)), client.post(address(user, step), sent)):
            assert response.status_code == 403
            assert page(response).select_one("#content a[href='/staff/account/']"), step
    user.refresh_from_db()
    assert user.password == before and second_factor.is_set_up(user)
    links = [a["href"] for a in page(client.get(address(user))).select(".object-tools a")]
    assert "/staff/account/" in links and address(user, "reset-second-factor") not in links


@pytest.mark.parametrize("step", ["password", "reset-second-factor"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_those_of_others_need_a_second_factor_that_was_used_just_now(manager, rosa, step, method):
    session = manager.session
    session[second_factor.SESSION_KEY]["at"] -= 6 * 60
    session.save()
    make_app(rosa)
    before = User.objects.get(pk=rosa.pk).password
    response = getattr(manager, method)(address(rosa, step), NEW)
    confirm = f"/staff/account/confirm/?next={quote(address(rosa, step), safe='')}"
    assert response["Location"].partition("%3F")[0] == confirm
    rosa.refresh_from_db()
    assert rosa.password == before and second_factor.is_set_up(rosa)


def test_who_is_given_a_new_password_or_loses_a_factor_is_told_by_mail(manager, rosa, mailoutbox, caplog):
    User.objects.filter(pk=rosa.pk).update(email="rosa@example.com")
    assert manager.post(address(rosa, "password"), NEW).status_code == 302
    manager.post(address(rosa, "reset-second-factor"))
    join_mails()
    words = sorted(mail.body for mail in mailoutbox)
    assert [mail.to for mail in mailoutbox] == [["rosa@example.com"]] * 2
    assert "The password of your staff account was changed" in words[0]
    assert "The second factor of your staff account was reset" in words[1]
    assert all("by manager" in text and NEW["password1"] not in text for text in words)
    rosa.refresh_from_db()
    assert rosa.check_password(NEW["password1"])
    assert LogEntry.objects.filter(object_id=rosa.pk).count() == 2
    assert f"the password of account {rosa.pk} was set" in caplog.text


def test_a_password_that_is_refused_and_an_account_without_an_address_send_no_mail(manager, rosa, mailoutbox):
    assert manager.post(address(rosa, "password"), NEW | {"password2": "another"}).status_code == 200
    assert manager.post(address(rosa, "password"), NEW).status_code == 302
    join_mails()
    assert not mailoutbox


def test_who_gets_another_address_is_told_at_the_one_before(manager, rosa, mailoutbox):
    User.objects.filter(pk=rosa.pk).update(email="rosa@example.com")
    manager.post(address(rosa), form_of(rosa, email="other@example.com"))
    join_mails()
    (mail,) = mailoutbox
    assert mail.to == ["rosa@example.com"] and "another e-mail address" in mail.body


@pytest.mark.parametrize("step", ["change", "password", "end-sessions", "reset-second-factor"])
def test_a_manager_changes_no_superuser(manager, admin_user, step):
    sign_in(Client(), admin_user)
    before = admin_user.password
    data = {"password1": PASSWORD, "password2": PASSWORD, "username": "changed"}
    assert manager.post(address(admin_user, step), data).status_code == 403
    admin_user.refresh_from_db()
    assert (admin_user.username, admin_user.password) == ("admin", before)
    assert second_factor.is_set_up(admin_user)


@pytest.mark.parametrize("step", ["change", "end-sessions", "reset-second-factor"])
def test_the_front_desk_changes_no_account(client, rosa, step):
    sign_in(client, rosa)
    assert client.post(address(make_staff("ben"), step)).status_code == 403
    assert client.get(USERS).status_code == 403


def test_nobody_is_deleted(admin_client, rosa):
    assert admin_client.post(address(rosa, "delete"), {"post": "yes"}).status_code == 403
    admin_client.post(USERS, {"action": "delete_selected", "_selected_action": rosa.pk, "post": "yes"})
    assert User.objects.filter(pk=rosa.pk).exists()


def test_making_an_account_inactive_ends_its_sessions(manager, rosa):
    theirs = sign_in(Client(), rosa)
    assert theirs.get("/admin/").status_code == 200
    data = form_of(rosa)
    del data["is_active"]
    assert manager.post(address(rosa), data).status_code == 302
    User.objects.filter(pk=rosa.pk).update(is_active=True)
    assert theirs.get("/admin/").status_code == 302


def test_a_manager_ends_all_sessions_of_a_person(manager, rosa):
    theirs = sign_in(Client(), rosa)
    assert "Signs this person out" in manager.get(address(rosa, "end-sessions")).content.decode()
    assert theirs.get("/admin/").status_code == 200
    assert manager.post(address(rosa, "end-sessions"))["Location"] == address(rosa)
    assert theirs.get("/admin/").status_code == 302
    assert LogEntry.objects.get().object_id == str(rosa.pk)
    assert manager.get("/admin/").status_code == 200


def test_a_manager_resets_a_second_factor(manager, rosa):
    theirs = sign_in(Client(), rosa)
    manager.get(address(rosa, "reset-second-factor"))
    assert second_factor.is_set_up(rosa)
    manager.post(address(rosa, "reset-second-factor"))
    assert not second_factor.is_set_up(rosa)
    assert theirs.get("/admin/").status_code == 302
    assert "Reset the second factor" in LogEntry.objects.get().change_message


def test_one_can_end_ones_own_sessions(manager):
    user = User.objects.get(username="manager")
    response = manager.post(address(user, "end-sessions"), follow=True)
    assert response.redirect_chain[-1][0].startswith("/staff/sign-in/")


def test_the_list_says_who_has_which_role_and_a_second_factor(manager, rosa, admin_user):
    rows = page(manager.get(USERS)).select("#result_list tbody tr")
    shown = {row.find(class_="field-username").text: row for row in rows}
    assert shown["rosa"].find(class_="field-role_names").text == "Front desk"
    assert shown["admin"].find(class_="field-role_names").text == "Everything"
    assert shown["rosa"].find(class_="field-has_second_factor").img["alt"] == "False"
    assert shown["manager"].find(class_="field-has_second_factor").img["alt"] == "True"


def test_the_list_costs_the_same_however_long_it_is(manager, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    manager.get(USERS)
    with CaptureQueriesContext(connection) as before:
        manager.get(USERS)
    for i in range(5):
        make_staff(f"more-{i}", "Front desk")
    with django_assert_num_queries(len(before)):
        manager.get(USERS)


def test_secrets_of_factors_are_nowhere_in_the_admin(admin_client):
    for model in ("mfa/authenticator", "account/emailaddress", "sessions/session"):
        assert admin_client.get(f"/admin/{model}/").status_code == 404
    assert reverse("admin:index") == "/admin/"
