"""When sessions end."""

import time

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from ascentpain import sessions
from tests.ascentpain.test_sign_in import PASSWORD, SIGN_IN, send_password
from tests.staff import make_app, make_staff, sign_in

MINUTE, HOUR = 60, 3600


@pytest.fixture
def desk(client, db):
    return sign_in(client, make_staff("rosa", "Front desk", password=PASSWORD))


def pass_time(client, seconds):
    """As if the last request, and sign-in, had been so long ago."""
    session = client.session
    for name in (sessions.ACTIVE_AT, sessions.SIGNED_IN_AT):
        session[name] -= seconds
    session.save()


def words(client):
    return client.get(SIGN_IN).content.decode()


def test_after_15_minutes_without_activity_staff_are_signed_out_and_come_back_to_where_they_were(desk):
    pass_time(desk, 14 * MINUTE)
    assert desk.get("/admin/contact/inquiry/").status_code == 200
    pass_time(desk, 14 * MINUTE)
    assert desk.get("/admin/contact/inquiry/").status_code == 200
    pass_time(desk, 15 * MINUTE + 1)
    response = desk.get("/admin/contact/inquiry/?about=Kyphoplasty")
    assert response["Location"] == f"{SIGN_IN}?next=/admin/contact/inquiry/%3Fabout%3DKyphoplasty"
    assert "because nothing was done for 15 minutes" in words(desk)
    assert not Session.objects.exists()


def test_after_10_hours_staff_are_signed_out_whatever_they_do(desk):
    for _ in range(59):
        pass_time(desk, 10 * MINUTE)
        assert desk.get("/admin/").status_code == 200
    pass_time(desk, 10 * MINUTE + 1)
    assert desk.get("/admin/").status_code == 302
    assert "10 hours ago" in words(desk)


def test_a_session_that_does_not_tell_when_it_began_is_over(desk):
    session = desk.session
    del session[sessions.SIGNED_IN_AT]
    session.save()
    assert desk.get("/admin/").status_code == 302


def test_the_session_is_written_at_most_twice_a_minute(desk, django_assert_num_queries):
    desk.get("/admin/")
    before = desk.session[sessions.ACTIVE_AT]
    desk.get("/admin/")
    assert desk.session[sessions.ACTIVE_AT] == before


def test_asking_how_long_the_session_lasts_does_not_renew_it_and_posting_does(desk):
    pass_time(desk, 10 * MINUTE)
    assert desk.get("/staff/session/").json() == {"ends_in": 5 * MINUTE}
    assert desk.get("/staff/session/").json() == {"ends_in": 5 * MINUTE}
    assert desk.post("/staff/session/").json() == {"ends_in": 15 * MINUTE}
    assert Client().get("/staff/session/").json() == {"ends_in": 0}


def test_near_the_end_of_the_day_the_page_is_told_the_shorter_time(desk):
    pass_time(desk, 10 * HOUR - 5 * MINUTE)
    desk_session = desk.session
    desk_session[sessions.ACTIVE_AT] = time.time()
    desk_session.save()
    assert desk.get("/staff/session/").json() == {"ends_in": 5 * MINUTE}


def test_pages_for_staff_carry_the_warning_and_pages_for_others_do_not(desk):
    assert 'role="alertdialog"' in desk.get("/admin/").content.decode()
    assert "session-end" not in Client().get(SIGN_IN).content.decode()
    assert "session-end" not in desk.get("/healthz").content.decode()


@pytest.fixture
def keep_note():
    """What a receiver saw; it leads back to a page of its own."""
    seen = []

    def receive(request, user, **kwargs):
        seen.append((user.get_username(), request.POST["note"]))
        return request.POST["back"]

    sessions.expired_with_post.connect(receive)
    yield seen
    sessions.expired_with_post.disconnect(receive)


@pytest.mark.parametrize(
    ("back", "expected"),
    [("/admin/contact/inquiry/1/change/", "/admin/contact/inquiry/1/change/"), ("//evil.example", "/admin/")],
)
def test_what_was_typed_when_the_session_ended_can_be_kept(desk, keep_note, back, expected):
    pass_time(desk, 16 * MINUTE)
    response = desk.post("/admin/contact/inquiry/1/act/", {"note": "She prefers mornings.", "back": back})
    assert keep_note == [("rosa", "She prefers mornings.")]
    assert response["Location"] == f"{SIGN_IN}?next={expected}"


def test_a_form_that_comes_too_late_leads_back_to_its_own_page_if_it_has_one(desk):
    pass_time(desk, 16 * MINUTE)
    response = desk.post("/admin/contact/practice/1/change/", {})
    assert response["Location"] == f"{SIGN_IN}?next=/admin/contact/practice/1/change/"


def test_a_receiver_that_fails_still_signs_out(desk):
    def fail(**kwargs):
        raise RuntimeError

    sessions.expired_with_post.connect(fail)
    pass_time(desk, 16 * MINUTE)
    try:
        assert desk.post("/admin/", {}).status_code == 302
    finally:
        sessions.expired_with_post.disconnect(fail)


def test_the_script_ends_an_idle_session_and_says_why(desk):
    response = desk.post("/staff/sign-out/", {"idle": "yes", "next": "/admin/contact/inquiry/"})
    assert response["Location"] == f"{SIGN_IN}?next=/admin/contact/inquiry/"
    assert "because nothing was done for 15 minutes" in words(desk)


def test_all_sessions_of_a_person_can_be_ended_and_of_nobody_else(desk, db):
    rosa = type(make_staff("ben")).objects.get(username="rosa")
    waiting, other = Client(), sign_in(Client(), make_staff("ana"))
    send_password(waiting)
    assert sessions.end_all(rosa) == 2
    assert desk.get("/admin/").status_code == 302
    assert waiting.get("/staff/sign-in/code/").status_code == 302
    assert other.get("/admin/").status_code == 200


def test_patients_pages_neither_read_nor_end_a_session(desk, content, django_assert_num_queries):
    pass_time(desk, 16 * MINUTE)
    response = desk.get("/privacy/")
    assert response.status_code == 200 and "Cookie" not in response.get("Vary", "")
    assert Session.objects.count() == 1


def test_signing_out_ends_the_session(desk):
    make_app(make_staff("other"))
    assert desk.get("/staff/sign-out/").status_code == 405
    desk.post("/staff/sign-out/")
    assert "You are signed out." in words(desk)
    assert not Session.objects.exists()
