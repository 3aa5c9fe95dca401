from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from contact import opening_hours
from contact.models import Closure, OpeningHours, Practice
from tests.addresses import HANDOUT, PUBLIC
from tests.contact.sending import send
from tests.contact.test_practice import CHANGE, details

pytestmark = pytest.mark.usefixtures("content")


def hours_of(*days, opens="08:00", closes="17:00"):
    rows = {"opening_hours-TOTAL_FORMS": len(days), "opening_hours-INITIAL_FORMS": 0}
    for number, weekday in enumerate(days):
        row = {"id": "", "practice": 1, "weekday": weekday, "opens": opens, "closes": closes}
        rows |= {f"opening_hours-{number}-{name}": value for name, value in row.items()}
    return rows


def test_staff_enter_hours_by_weekday_and_patients_read_them_in_every_footer(admin_client, read):
    response = admin_client.post(CHANGE, details(callback_hours="4", **hours_of(0, 1, 2, 3, 4)))
    assert response.status_code == 302
    assert "Monday to Friday, 8 am to 5 pm" in read("/privacy/").footer.text
    assert "If you send this now, we will call you by" in read("/contact/").main.text


def test_hours_that_close_before_they_open_are_refused_in_words(admin_client):
    response = admin_client.post(CHANGE, details(**hours_of(0, opens="17:00", closes="08:00")))
    assert "The closing time must be later than the opening time." in response.content.decode()
    assert not OpeningHours.objects.exists()


def test_hours_that_overlap_are_refused_in_words(admin_client):
    rows = hours_of(0, 0) | {"opening_hours-1-opens": "09:00", "opening_hours-1-closes": "18:00"}
    response = admin_client.post(CHANGE, details(**rows))
    assert "The hours of Monday overlap." in response.content.decode()
    assert not OpeningHours.objects.exists()
    lunch = hours_of(0, 0) | {"opening_hours-0-closes": "12:00", "opening_hours-1-opens": "12:00"}
    assert admin_client.post(CHANGE, details(**lunch)).status_code == 302


def test_two_stretches_of_a_day_can_change_places(admin_client):
    admin_client.post(CHANGE, details(**hours_of(0, closes="12:00")))
    admin_client.post(CHANGE, details(**hours_of(1)))
    first, second = OpeningHours.objects.order_by("pk")
    rows = hours_of(0, 0) | {
        "opening_hours-INITIAL_FORMS": 2,
        "opening_hours-0-id": first.pk,
        "opening_hours-1-id": second.pk,
        "opening_hours-0-opens": "13:00",
        "opening_hours-1-opens": "08:00",
        "opening_hours-1-closes": "12:00",
    }
    assert admin_client.post(CHANGE, details(**rows)).status_code == 302


def test_after_a_long_closure_it_opens_when_its_hours_say(read):
    OpeningHours.objects.create(weekday=0, opens="08:00", closes="17:00")
    close(length=timedelta(days=200))
    assert "We are closed until Monday" in read("/").find(class_="closure-banner").text


def test_the_database_refuses_them_too(db):
    with pytest.raises(IntegrityError):
        OpeningHours.objects.create(weekday=0, opens="17:00", closes="08:00")


def close(message="", start=timedelta(0), length=timedelta(days=2)):
    now = timezone.now()
    return Closure.objects.create(starts_at=now + start, ends_at=now + start + length, message=message)


STORM = "We are closed for the storm. Call 911 if you need help now."


@pytest.mark.parametrize("path", [*PUBLIC, HANDOUT])
def test_a_closure_is_on_every_page_at_once(client, read, path):
    client.get(path)
    close(STORM)
    banner = read(path).find(class_="closure-banner")
    assert STORM in banner.text


def test_it_is_on_error_pages_too(read):
    close(STORM)
    assert STORM in read("/no-such-page/", status=404).find(class_="closure-banner").text


@pytest.mark.parametrize(
    ("start", "length"),
    [(timedelta(hours=1), timedelta(hours=1)), (timedelta(hours=-2), timedelta(hours=1))],
)
def test_before_and_after_it_nothing_is_shown(read, start, length):
    close(STORM, start, length)
    assert not read("/").find(class_="closure-banner")


def test_a_closure_says_when_it_is_over(read):
    closure = close()
    banner = read("/").find(class_="closure-banner").text
    assert f"We are closed until {opening_hours.moment_in_words(closure.ends_at)}." in banner


def test_with_hours_it_says_when_the_practice_opens_again(read):
    for weekday in range(7):
        OpeningHours.objects.create(weekday=weekday, opens="08:00", closes="17:00")
    close(length=timedelta(days=2))
    close(start=timedelta(days=1), length=timedelta(days=3))  # the second goes on where the first ends
    after = timezone.localtime(timezone.now() + timedelta(days=4))
    opens = after.replace(hour=8, minute=0) if after.hour < 8 else after
    opens += timedelta(days=1) if after.hour >= 17 else timedelta(0)
    banner = read("/").find(class_="closure-banner").text
    assert f"We are closed until {opens:%A}, {opens:%B} {opens.day}, " in banner


def test_what_staff_write_is_text_never_markup(client):
    close("<script>alert(1)</script>\nSecond line")
    body = client.get("/").content.decode()
    assert "<script>alert" not in body and "&lt;script&gt;" in body
    assert "<br>Second line" in body


def test_staff_enter_a_closure_that_starts_now(admin_client, read):
    form = read_admin(admin_client, "/admin/contact/closure/add/")
    sent = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    until = timezone.localtime(timezone.now() + timedelta(days=1))
    sent |= {"ends_at": f"{until:%Y-%m-%dT%H:%M}", "message": STORM}
    assert admin_client.post("/admin/contact/closure/add/", sent).status_code == 302
    assert STORM in read("/").find(class_="closure-banner").text


def read_admin(admin_client, path):
    return BeautifulSoup(admin_client.get(path).content, "html.parser").find(id="closure_form")


def test_a_closure_that_ends_before_it_starts_is_refused():
    now = timezone.now()
    with pytest.raises(ValidationError, match="must be later than"):
        Closure(starts_at=now, ends_at=now - timedelta(hours=1)).full_clean()


@pytest.mark.parametrize("until", ["9999-12-31T08:00", "9999-12-31T23:59", "2099-01-01T08:00"])
def test_a_closure_of_more_than_two_years_is_refused_in_words(admin_client, until):
    form = read_admin(admin_client, "/admin/contact/closure/add/")
    sent = {field["name"]: field.get("value", "") for field in form.select("input[name]")}
    response = admin_client.post("/admin/contact/closure/add/", sent | {"ends_at": until, "message": STORM})
    assert "Enter a day within the next two years." in response.content.decode()
    assert not Closure.objects.exists()


@pytest.mark.parametrize("end", [datetime(9999, 12, 31, 23, 30), datetime(9999, 9, 3, 12)])
def test_whatever_end_the_database_holds_every_page_stands(client, end):
    Practice.objects.update(callback_hours=4)
    for weekday in range(7):
        OpeningHours.objects.create(weekday=weekday, opens="08:00", closes="23:59")
    Closure.objects.create(ends_at=end.replace(tzinfo=UTC), message=STORM)
    for path in ("/", "/contact/"):
        assert STORM in client.get(path).content.decode()
    assert send(client).status_code == 302


def test_a_promise_skips_a_closure(read):
    Practice.objects.update(callback_hours=1)
    for weekday in range(7):
        OpeningHours.objects.create(weekday=weekday, opens="00:00", closes="23:59")
    before = read("/contact/").find(class_="lead").strong.text
    close(length=timedelta(days=3))
    assert read("/contact/").find(class_="lead").strong.text != before
