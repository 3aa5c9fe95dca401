"""A practice manager looks after the accounts of staff."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from ascentpain.sign_in import second_factor
from tests.staff import make_staff, sign_in

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


def test_a_manager_gives_no_rights_beyond_the_four_roles(manager, rosa):
    other = role("Owners of everything")
    form = page(manager.get(address(rosa)))
    assert len(form.select("[name=groups]")) == 4
    assert not form.select("[name=is_superuser], [name=user_permissions], [name=is_staff]")
    rights = {"is_superuser": "on", "is_staff": "", "user_permissions": ["1"]}
    manager.post(address(rosa), form_of(rosa, **rights))
    manager.post(address(rosa), form_of(rosa, groups=[other]))
    rosa.refresh_from_db()
    assert not rosa.is_superuser and rosa.is_staff
    assert not rosa.user_permissions.exists()
    assert [group.name for group in rosa.groups.all()] == ["Front desk"]


def test_a_group_that_the_manager_is_not_shown_stays(manager, rosa):
    rosa.groups.add(role("Owners of everything"))
    manager.post(address(rosa), form_of(rosa, groups=[role("Reviewer")]))
    assert {group.name for group in rosa.groups.all()} == {"Owners of everything", "Reviewer"}


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
