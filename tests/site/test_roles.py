"""Every address of the desk against every role: who gets through, by reading (GET) and by acting (POST)."""

import copy
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.test import Client

from ascentpain.roles import ROLES
from contact import workflow
from contact.models import AccessEvent, Inquiry, InquiryEvent, OpeningHours
from procedures.models import Page, Revision
from tests.contact.sending import act, make_inquiry
from tests.procedures.pages import publish_form
from tests.site.test_every_url import ADMIN_PATTERNS, APP_LISTS, example, rows  # noqa: F401 (a fixture)
from tests.staff import make_staff, sign_in

PEOPLE = {
    "F": "Front desk",
    "M": "Practice manager",
    "E": "Content editor",
    "R": "Reviewer",
    "N": "staff without a role",
    "S": "superuser",
    "A": "anonymous visitor",
}
STAFF = "FMERNS"
# An address that is not here fails the test. What leads elsewhere or refuses the method shows nothing.
TABLE = {
    "": (STAFF, STAFF),
    "login/": (STAFF, STAFF),
    "logout/": ("", "A"),  # staff go to the sign-in page, signed out
    "password_change/": (STAFF, STAFF),
    "password_change/done/": (STAFF, ""),
    "autocomplete/": ("", ""),
    "jsi18n/": (STAFF, ""),
    "r/<path:content_type_id>/<path:object_id>/": (STAFF, STAFF),
    APP_LISTS: ("ERS", "ERS"),
    "(?P<url>.*)$": ("", ""),
    "procedures/page/": ("ERS", "ERS"),
    "procedures/page/add/": ("ES", "ES"),
    "procedures/page/paper.css": (STAFF, ""),
    "procedures/page/<int:pk>/preview/": ("ERS", ""),
    "procedures/page/<int:pk>/phone/": ("ERS", ""),
    "procedures/page/<int:pk>/paper/": ("ERS", ""),
    "procedures/page/<int:pk>/compare/": ("ERS", ""),
    "procedures/page/<int:pk>/publish/": ("ERS", "RS"),
    "procedures/page/<int:pk>/ask/": ("", "ERS"),
    "procedures/page/<int:pk>/link/": ("", "ERS"),
    "procedures/page/<int:pk>/withdraw/": ("ERS", "ERS"),  # the form; who may not is refused on it
    "procedures/page/<int:pk>/address/": ("ERS", "ERS"),
    "procedures/page/<int:pk>/restore/<int:revision>/": ("", "ERS"),
    "procedures/page/<int:pk>/cancel/<int:revision>/": ("", "ERS"),
    "procedures/page/<path:object_id>/history/": ("ERS", ""),
    "procedures/page/<path:object_id>/delete/": ("", ""),
    "procedures/page/<path:object_id>/change/": ("ERS", "ERS"),
    "procedures/section/": (STAFF, STAFF),
    "procedures/section/add/": ("", ""),
    "procedures/section/<path:object_id>/history/": ("ERS", ""),
    "procedures/section/<path:object_id>/delete/": ("ES", "ES"),
    "procedures/section/<path:object_id>/change/": ("ERS", "ERS"),
    "procedures/section/<int:pk>/shift/": ("", "ERS"),
    "procedures/section/item/<int:pk>/shift/": ("", "ERS"),
    "procedures/clinician/": ("ERS", "ERS"),
    "procedures/clinician/add/": ("RS", "RS"),
    "procedures/clinician/<path:object_id>/history/": ("ERS", "ERS"),
    "procedures/clinician/<path:object_id>/delete/": ("S", "S"),
    "procedures/clinician/<path:object_id>/change/": ("ERS", "RS"),
    "procedures/revision/": ("ERS", "ERS"),
    "procedures/revision/add/": ("", ""),
    "procedures/revision/<path:object_id>/history/": ("ERS", "ERS"),
    "procedures/revision/<path:object_id>/delete/": ("", ""),
    "procedures/revision/<path:object_id>/change/": ("ERS", ""),
    "contact/accessevent/": ("MS", "MS"),
    "contact/accessevent/add/": ("", ""),
    "contact/accessevent/<path:object_id>/history/": ("MS", "MS"),
    "contact/accessevent/<path:object_id>/delete/": ("", ""),
    "contact/accessevent/<path:object_id>/change/": ("MS", ""),
    "contact/alert/": ("FMS", "FMS"),
    "contact/alert/add/": ("", ""),
    "contact/alert/<path:object_id>/history/": ("FMS", "FMS"),
    "contact/alert/<path:object_id>/delete/": ("", ""),
    "contact/alert/<path:object_id>/change/": ("FMS", ""),
    "contact/inquiry/": ("FMS", "FMS"),
    "contact/inquiry/add/": ("FMS", "FMS"),
    "contact/inquiry/add/draft/": ("", "FMS"),
    "contact/inquiry/search/": ("", "FMS"),
    "contact/inquiry/export/": ("MS", "MS"),
    "contact/inquiry/next/": ("FMS", ""),
    "contact/inquiry/<int:pk>/act/": ("", "FMS"),
    "contact/inquiry/<int:pk>/draft/": ("", "FMS"),
    "contact/inquiry/<int:pk>/print/": ("FMS", ""),
    "contact/inquiry/<path:object_id>/history/": (STAFF, STAFF),
    "contact/inquiry/<path:object_id>/delete/": ("", ""),
    "contact/inquiry/<path:object_id>/change/": ("FMS", ""),
    "contact/practice/": (STAFF, STAFF),
    "contact/practice/add/": ("", ""),
    "contact/practice/<path:object_id>/history/": ("FMS", "FMS"),
    "contact/practice/<path:object_id>/delete/": ("", ""),
    "contact/practice/<path:object_id>/change/": ("FMS", "MS"),
    "contact/closure/": ("FMS", "FMS"),
    "contact/closure/add/": ("MS", "MS"),
    "contact/closure/<path:object_id>/history/": ("FMS", "FMS"),
    "contact/closure/<path:object_id>/delete/": ("MS", "MS"),
    "contact/closure/<path:object_id>/change/": ("FMS", "MS"),
    "auth/group/": ("S", "S"),
    "auth/group/add/": ("S", "S"),
    "auth/group/<path:object_id>/history/": ("S", "S"),
    "auth/group/<path:object_id>/delete/": ("S", "S"),
    "auth/group/<path:object_id>/change/": ("S", "S"),
    "auth/user/": ("MS", "MS"),
    "auth/user/add/": ("MS", "MS"),
    "auth/user/<id>/password/": ("MS", "MS"),
    "auth/user/<path:object_id>/history/": ("MS", "MS"),
    "auth/user/<path:object_id>/delete/": ("", ""),
    "auth/user/<path:object_id>/change/": ("MS", "MS"),
    "auth/user/<int:pk>/end-sessions/": ("MS", "MS"),
    "auth/user/<int:pk>/reset-second-factor/": ("MS", "MS"),
}
# What is posted where nothing would be a mistake for everybody.
SENT = {"contact/inquiry/<int:pk>/act/": {"version": 0, "add_note": "yes", "note": "Rang."}}
# The record's buttons: what each sends, from which status, and who gets something done by it.
BUTTONS = [
    *(({"outcome": outcome}, "new", "FMS") for outcome in InquiryEvent.Outcome.values),
    *(({"move": to}, status, "FMS") for status, moves in workflow.MOVES.items() for to in moves),
    ({"add_note": "yes", "note": "Rang."}, "new", "FMS"),
    ({"owner": "me"}, "new", "FMS"),
    ({"owner": "nobody"}, "new", "FMS"),
    ({"owner": "colleague"}, "new", "FMS"),
    ({"hold": "on"}, "new", "MS"),
    ({"hold": "off"}, "new", "MS"),
]
# Leads on to …/change/, which is in the table.
SHORT_FORM = "<path:object_id>/"


def get_through(response):
    if response.status_code == 302:
        return not response["Location"].startswith(("/admin/login/", "/staff/sign-in/"))
    return response.status_code in {200, 204}


@pytest.fixture
def person(db, admin_client):
    """Signed in, by their letter."""

    def make(letter):
        if letter in "SA":
            return {"S": admin_client, "A": Client()}[letter]
        roles = [] if letter == "N" else [PEOPLE[letter]]
        return sign_in(Client(), make_staff(letter, *roles))

    return make


@pytest.mark.parametrize("letter", PEOPLE)
def test_who_gets_through(rows, person, letter):  # noqa: F811 (the fixture)
    who, client = PEOPLE[letter], person(letter)
    rows |= {"user": make_staff("colleague").pk}
    for pattern in ADMIN_PATTERNS:
        name = pattern.removeprefix("admin/")
        is_short = name.endswith(SHORT_FORM) and name.count("/") == 3
        seen_by, done_by = (STAFF, STAFF) if is_short else TABLE[name]
        address, cookies = example(pattern, rows), copy.deepcopy(client.cookies)
        with transaction.atomic():  # what one does is undone before the next
            if name != "logout/":
                assert get_through(client.get(address)) is (letter in seen_by), f"{who} reads {address}"
            response = client.post(address, SENT.get(name))
            assert get_through(response) is (letter in done_by), f"{who} acts at {address}"
            transaction.set_rollback(True)
        client.cookies = cookies


@pytest.mark.parametrize("letter", PEOPLE)
def test_who_gets_something_done_by_a_button_of_the_record(person, letter):
    who, client = PEOPLE[letter], person(letter)
    make_staff("colleague", "Front desk")
    for sent, status, done_by in BUTTONS:
        called = {"response_minutes": 5} if (status, sent.get("move")) == ("closed", "trying") else {}
        inquiry = make_inquiry(status=status, **called)
        response = act(client, inquiry, **sent)
        inquiry.refresh_from_db(fields=["version"])
        done = (
            inquiry.events.count(),
            AccessEvent.objects.filter(kind="changed", inquiry_pk=inquiry.pk).count(),
        )
        assert done == ((1, 1) if letter in done_by else (0, 0)), f"{who}: {sent}"
        assert get_through(response) is (letter in done_by), f"{who}: {sent}"


@pytest.mark.parametrize("letter", PEOPLE)
def test_nobody_is_told_what_a_field_could_be_completed_to(rows, person, letter):  # noqa: F811
    client = person(letter)
    for app, model, field in (("contact", "alert", "inquiry"), ("procedures", "section", "linked_page")):
        asked = {"app_label": app, "model_name": model, "field_name": field}
        response = client.get("/admin/autocomplete/", asked)
        assert response.status_code == (302 if letter == "A" else 404)


def test_the_table_names_no_address_that_is_gone():
    assert {f"admin/{name}" for name in TABLE} <= set(ADMIN_PATTERNS)


def test_the_roles_hold_what_they_should_and_nobody_may_delete_an_inquiry(db):
    for role, names in ROLES.items():
        held = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
        assert {".".join(pair) for pair in held} == set(names)
    held = {name for names in ROLES.values() for name in names}
    assert not {name for name in held if "inquiry" in name and "delete" in name}
    for role in ("Content editor", "Reviewer"):
        assert not [name for name in ROLES[role] if name.startswith("contact.")]


@pytest.mark.parametrize("letter", "FMERNS")
def test_no_action_deletes_an_inquiry(person, letter):
    inquiry, client = make_inquiry(), person(letter)
    for action in ("delete_selected", "purge"):
        sent = {"action": action, "_selected_action": inquiry.pk, "post": "yes"}
        client.post("/admin/contact/inquiry/", sent)
    act(client, inquiry, delete="yes")
    assert Inquiry.objects.count() == 1


@pytest.mark.parametrize(("letter", "is_published"), [("E", False), ("R", True), ("S", True)])
def test_medical_content_is_published_by_a_reviewer_only(content, person, letter, is_published):
    client = person(letter)
    page = Page.objects.get(slug="trauma")
    before = Revision.objects.count()
    path = f"/admin/procedures/page/{page.pk}/publish/"
    screen = client.get(path).content.decode()
    assert ("What changed, and why" in screen) is is_published
    assert ("Ask for a review" in screen) is not is_published
    client.post(path, publish_form(page))
    assert Revision.objects.count() == before + is_published


def test_a_notice_is_published_by_whoever_may_change_it(content, person):
    page = Page.objects.get(slug="accessibility")
    before = Revision.objects.count()
    person("E").post(f"/admin/procedures/page/{page.pk}/publish/", publish_form(page))
    assert Revision.objects.count() == before + 1


def test_a_manager_has_no_power_over_a_superuser_and_becomes_none(person, admin_user):
    manager = person("M")
    colleague = make_staff("colleague")
    for step in ("password/", "change/", "end-sessions/", "reset-second-factor/"):
        assert manager.post(f"/admin/auth/user/{admin_user.pk}/{step}").status_code == 403
    form = manager.get(f"/admin/auth/user/{colleague.pk}/change/").content.decode()
    assert "id_groups" in form and "id_is_superuser" not in form and "id_user_permissions" not in form
    sent = {"username": "colleague", "is_active": "on", "is_superuser": "on", "is_staff": "on"}
    for role, status in (("Reviewer", 200), ("Front desk", 302)):
        sent |= {"groups": [Group.objects.get(name=role).pk]}
        assert manager.post(f"/admin/auth/user/{colleague.pk}/change/", sent).status_code == status
    colleague.refresh_from_db()
    assert not colleague.is_superuser and colleague.groups.get().name == "Front desk"


def test_a_manager_changes_the_hours(content, person):
    sent = {"name": "Ascent Pain", "telephone": "504 249 7576", "opening_hours-TOTAL_FORMS": 1}
    sent |= {"opening_hours-INITIAL_FORMS": 0, "opening_hours-0-weekday": 0}
    sent |= {
        "opening_hours-0-opens": "08:00",
        "opening_hours-0-closes": "17:00",
        "opening_hours-0-practice": 1,
    }
    path = "/admin/contact/practice/1/change/"
    assert person("F").post(path, sent).status_code == 403
    assert person("M").post(path, sent).status_code == 302
    assert OpeningHours.objects.count() == 1
    assert not User.objects.filter(is_superuser=True).exclude(username="admin").exists()


def test_an_editor_who_wrote_of_clinicians_before_does_no_longer(db):
    editors = Group.objects.get(name="Content editor")
    editors.permissions.add(*Permission.objects.filter(codename__in=["add_clinician", "change_clinician"]))
    migration = import_module("ascentpain.migrations.0005_clinicians_are_reviewers_words")
    migration.take_back(apps, None)
    assert not editors.permissions.filter(codename__in=["add_clinician", "change_clinician"]).exists()
    assert editors.permissions.filter(codename="view_clinician").exists()
