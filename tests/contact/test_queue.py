import time
import urllib.parse
from datetime import datetime, timedelta
from unittest import mock

import pytest
from bs4 import BeautifulSoup
from django.db import IntegrityError
from django.utils import timezone

from contact import desk, intake
from contact.admin import due
from contact.models import AccessEvent, Closure, Inquiry, OpeningHours, Practice
from tests.contact.sending import act, make_inquiry, search_for
from tests.staff import make_staff, sign_in

QUEUE = "/admin/contact/inquiry/"
NOON = timezone.make_aware(datetime(2026, 11, 24, 12))  # a Tuesday


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def rows(response):
    return [cell.a.text for cell in soup(response).select("#result_list .field-who")]


def listed(client, query=""):
    return rows(client.get(QUEUE + query))


def in_hours(hours):
    return timezone.now() + timedelta(hours=hours)


def test_it_opens_on_what_waits_and_what_is_due_first_is_first(db, admin_client):
    make_inquiry(name="Second", due_at=in_hours(2))
    make_inquiry(name="First", due_at=in_hours(-3))
    make_inquiry(name="Third", due_at=in_hours(3), status="trying")
    for status in ("quarantined", "contacted", "scheduled", "closed"):
        make_inquiry(name=status, status=status)
    assert listed(admin_client) == ["First", "Second", "Third"]


@pytest.mark.parametrize("status", ["new", "trying"])
def test_of_each_status_that_waits_for_a_call_what_is_due_first_is_first(db, admin_client, status):
    make_inquiry(name="Second", status=status, due_at=in_hours(2), sent_at=in_hours(-1))
    make_inquiry(name="First", status=status, due_at=in_hours(-3), sent_at=in_hours(-2))
    assert listed(admin_client, f"?status={status}") == ["First", "Second"]


def test_requests_under_a_title_that_a_page_has_no_more_can_be_chosen(content, admin_client):
    for title in ("Back pain", "", "Kyphoplasty", "An old title", "Kyphoplasty"):
        make_inquiry(name=title or "None", about=title)
    choices = soup(admin_client.get(QUEUE)).select("#changelist-filter a[href*=about]")
    titles = [a.text.strip() for a in choices]
    assert titles == sorted(titles) and {"An old title", "Back pain", "Kyphoplasty", "Trauma"} <= {*titles}
    assert listed(admin_client, choices[0]["href"]) == ["An old title"]
    assert Inquiry.objects.all().pages(2) == ["An old title", "Back pain"]


def test_filters_narrow_the_list(content, admin_client, admin_user):
    other = make_staff("rosa")
    make_inquiry(name="Mine", owner=admin_user, due_at=in_hours(1))
    make_inquiry(name="Hers", owner=other, due_at=in_hours(-1))
    make_inquiry(name="Done", status="closed", about="Kyphoplasty", voicemail_ok=True)
    make_inquiry(name="Old", status="closed", sent_at=in_hours(-24 * 40), legal_hold=True)
    make_inquiry(name="By phone", status="scheduled", source="phone", asking_for="someone_else")
    for query, names in {
        "?owner=me": ["Mine"],
        "?owner=nobody": [],
        f"?owner={other.pk}": ["Hers"],
        "?due=overdue": ["Hers"],
        "?status=closed": ["Done", "Old"],
        "?status=closed&about=Kyphoplasty": ["Done"],
        "?status=closed&sent=30": ["Done"],
        "?status=any&sent=today": ["By phone", "Done", "Hers", "Mine"],
        "?status=any&flag=hold": ["Old"],
        "?status=any&flag=by_phone": ["By phone"],
        "?status=any&flag=helper": ["By phone"],
        "?status=any&flag=message_ok": ["Done"],
    }.items():
        assert listed(admin_client, query) == names, query


LARGE, HUGE = "9" * 23, "9" * 5000  # what SQLite has no room for, and what Python reads no number of


@pytest.mark.parametrize(
    "query",
    [
        "?status=lost",
        "?owner=1;drop",
        *(f"?owner={number}" for number in (LARGE, HUGE)),
        *(f"?p={number}" for number in (LARGE, HUGE)),
        "?due=x",
        "?flag=x",
        "?sent=x",
        "?p=99",
        "?q=x",
        "?status=%00",
        "?about=%00",
        "?owner_id=1",
        "?name=x",
    ],
    ids=lambda query: query[:20],
)
def test_an_address_that_was_tampered_with_is_no_mistake_of_ours(db, admin_client, query):
    make_inquiry()
    assert admin_client.get(QUEUE + query).status_code in {200, 302}
    assert admin_client.get(f"{QUEUE}export/{query}").status_code in {200, 400}


@pytest.mark.parametrize("number", [LARGE, HUGE], ids=["large", "huge"])
def test_nor_is_a_number_that_no_row_has(db, admin_client, number):
    inquiry = make_inquiry()
    statuses = {
        f"{QUEUE}{number}/change/": 404,
        f"{QUEUE}next/?after={number}": 302,
        f"/admin/contact/accessevent/?by={number}": 200,
        f"/admin/contact/accessevent/?by__exact={number}": 302,
        f"/admin/contact/accessevent/?kind__exact=%00{number[:9]}": 302,
        f"/admin/contact/alert/?inquiry={number}": 302,
    }
    for path, status in statuses.items():
        assert admin_client.get(path).status_code == status, path[:60]
    assert act(admin_client, inquiry, version=number, outcome="reached").status_code == 400
    assert act(admin_client, inquiry, version=number[:18], outcome="reached").status_code == 409


def test_the_counts_say_how_many_and_lead_to_them(db, admin_client, admin_user):
    make_inquiry(owner=admin_user, due_at=in_hours(-1))
    make_inquiry(status="trying", due_at=in_hours(-1))
    make_inquiry(status="quarantined")
    counts = soup(admin_client.get(QUEUE)).select(".counts a")
    numbers = {
        a.contents[-1].strip(): (a.span.text, len(listed(admin_client, a["href"][len(QUEUE) :])))
        for a in counts
    }
    assert numbers.pop("Due later today")[0] in {"0", "2"}
    assert numbers == {
        "New": ("1", 1),
        "Overdue": ("2", 2),
        "Held: may be spam": ("1", 1),
        "Mine to call": ("1", 1),
    }


def test_what_is_overdue_says_so_in_words(db, admin_client):
    make_inquiry(due_at=in_hours(-1))
    cell = soup(admin_client.get(QUEUE)).select_one("#result_list .field-due .overdue")
    assert cell.text.startswith("Overdue since ")


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (-2, "Overdue since 10 am"),
        (-24, "Overdue since yesterday, noon"),
        (-24 * 5, "Overdue since Thursday, November 19, noon"),
        (4.5, "Due today, 4:30 pm"),
        (22, "Due tomorrow, 10 am"),
        (72, "Due Friday, November 27, noon"),
    ],
)
def test_due_times_in_words(hours, words):
    assert due.in_words(NOON + timedelta(hours=hours), NOON) == words


def open_round_the_clock(callback_hours=4):
    Practice.objects.update(callback_hours=callback_hours)
    for day in range(7):
        OpeningHours.objects.create(weekday=day, opens="00:00", closes="23:59")


def close_for_two_days(client):
    start = timezone.localtime()
    moments = {"starts_at": start, "ends_at": start + timedelta(days=2)}
    sent = {name: moment.strftime("%Y-%m-%dT%H:%M") for name, moment in moments.items()}
    assert client.post("/admin/contact/closure/add/", sent | {"message": ""}).status_code == 302


def end_the_closure(client):
    client.post(f"/admin/contact/closure/{Closure.objects.get().pk}/delete/", {"post": "yes"})


def test_a_closure_moves_what_is_due_and_ending_it_moves_it_back(db, admin_client):
    open_round_the_clock()
    inquiry = make_inquiry(call_by=in_hours(4), due_at=in_hours(4))
    before = inquiry.due_at
    close_for_two_days(admin_client)
    inquiry.refresh_from_db()
    assert inquiry.due_at > before + timedelta(days=1)
    end_the_closure(admin_client)
    inquiry.refresh_from_db()
    assert inquiry.due_at < before + timedelta(hours=1)


@pytest.mark.parametrize("callback_hours", [4, None])
@pytest.mark.parametrize(
    "pressed", [["no_answer"], ["reached", "trying"], ["closed", "new"], ["quarantined"]]
)
def test_a_closure_moves_every_call_that_is_due_whatever_came_before(
    db, admin_client, pressed, callback_hours
):
    open_round_the_clock(callback_hours)
    inquiry = make_inquiry(sent_at=in_hours(-1), call_by=None)
    for button in pressed:
        if button == "quarantined":
            Inquiry.objects.update(status=button, due_at=None)
            button = "new"
        act(admin_client, inquiry, **{"move" if button in {"trying", "new"} else "outcome": button})
    inquiry.refresh_from_db()
    before = inquiry.due_at
    assert before > timezone.now()
    close_for_two_days(admin_client)
    inquiry.refresh_from_db()
    assert inquiry.due_at >= Closure.objects.get().ends_at
    end_the_closure(admin_client)
    inquiry.refresh_from_db()
    assert abs(inquiry.due_at - before) < timedelta(minutes=31)


def test_who_is_opened_again_is_not_due_by_the_first_promise(db, admin_client):
    open_round_the_clock()
    inquiry = make_inquiry(sent_at=in_hours(-100), call_by=in_hours(-96))
    for pressed in ({"outcome": "closed"}, {"move": "new"}):
        act(admin_client, inquiry, **pressed)
    close_for_two_days(admin_client)
    end_the_closure(admin_client)
    inquiry.refresh_from_db()
    assert inquiry.due_at > timezone.now()


def test_a_list_without_end_is_counted_and_paged_to_a_limit(db, admin_client, monkeypatch):
    monkeypatch.setattr("contact.paging.LIMIT", 60)
    for number in range(70):
        make_inquiry(name=f"N{number}", due_at=in_hours(number))
    assert len(listed(admin_client)) == 50
    assert listed(admin_client, "?p=2") == [f"N{number}" for number in range(50, 60)]
    assert "The first 1000 are listed" in admin_client.get(QUEUE).content.decode()


def test_a_suspect_is_accepted_or_closed_in_the_list(db, admin_client):
    accepted, spam = (make_inquiry(status="quarantined", suspicions=["link_in_name"]) for _ in range(2))
    page = soup(admin_client.get(f"{QUEUE}?status=quarantined"))
    assert page.select_one("#result_list .field-state .note").text == "a link in a name"
    for inquiry, to in ((accepted, "new"), (spam, "closed")):
        (button,) = [b for b in page.select(f"button[value={to}]") if f"/{inquiry.pk}/" in b["formaction"]]
        assert button.find_parent("form")["method"] == "post"
        response = admin_client.post(button["formaction"], {"move": to})
        assert response["Location"] == f"{QUEUE}?status=quarantined"
        inquiry.refresh_from_db()
        assert inquiry.status == to
    assert accepted.due_at and not spam.due_at


def test_nobody_is_put_on_hold_by_hand(db, admin_client):
    assert act(admin_client, make_inquiry(), move="quarantined").status_code == 400


def test_the_database_itself_refuses_an_unknown_status(db):
    with pytest.raises(IntegrityError):
        make_inquiry(status="lost")


def next_after(client, inquiry):
    """Where the link on the record leads, as it is shown after what was done with it."""
    response = client.get(f"{QUEUE}{inquiry.pk}/change/")
    link = soup(response).find("a", string="Next to call")["href"]
    return client.get(link)["Location"].partition("?")[0]


def test_next_is_what_is_due_first_and_nobody_elses(db, admin_client, admin_user):
    hers = make_inquiry(owner=make_staff("rosa"), due_at=in_hours(-5))
    first, second = make_inquiry(due_at=in_hours(-2)), make_inquiry(due_at=in_hours(1), owner=admin_user)
    for passed, found in (([], first), ([first.pk], second), ([second.pk], first), ([hers.pk], first)):
        assert desk.next_to_call(admin_user, passed) == found
    assert admin_client.get(f"{QUEUE}next/")["Location"] == f"{QUEUE}{first.pk}/change/"
    Inquiry.objects.update(due_at=None)
    assert admin_client.get(f"{QUEUE}next/")["Location"] == QUEUE


def test_next_leads_to_who_is_overdue_whatever_was_called_before(db, admin_client):
    third, first, second = (make_inquiry(due_at=in_hours(hours)) for hours in (-3, -2, -1))
    later = make_inquiry(due_at=in_hours(2))
    for called, found in ((third, first), (first, second), (second, later)):
        act(admin_client, called, outcome="no_answer")
        assert next_after(admin_client, called) == f"{QUEUE}{found.pk}/change/"
    act(admin_client, later, outcome="reached")
    assert next_after(admin_client, later) == QUEUE


def test_next_leads_from_a_record_that_is_due_later_to_who_is_overdue(db, admin_client):
    overdue, later = make_inquiry(due_at=in_hours(-1)), make_inquiry(due_at=in_hours(5))
    make_inquiry(due_at=in_hours(6))
    assert next_after(admin_client, later) == f"{QUEUE}{overdue.pk}/change/"


def test_records_that_were_looked_at_and_not_called_are_passed_over_until_all_were(db, admin_client):
    inquiries = [make_inquiry(due_at=in_hours(hours)) for hours in (-3, -2, -1)]
    link, seen = f"{QUEUE}next/", []
    for _ in range(4):
        response = admin_client.get(link, follow=True)
        seen.append(response.redirect_chain[-1][0].partition("?")[0])
        link = soup(response).find("a", string="Next to call")["href"]
    assert seen == [f"{QUEUE}{inquiry.pk}/change/" for inquiry in (*inquiries, inquiries[0])]


def test_who_was_called_in_vain_is_next_again_when_the_next_call_is_due(db, admin_client, admin_user):
    inquiry = make_inquiry(due_at=in_hours(-1))
    act(admin_client, inquiry, outcome="no_answer")
    assert desk.next_to_call(admin_user) is None
    Inquiry.objects.update(due_at=in_hours(-0.1))
    assert desk.next_to_call(admin_user) == inquiry


@pytest.mark.parametrize("after", ["x", "-1", "²", "9" * 30, ""])
def test_next_after_what_is_no_record_is_the_first(db, admin_client, after):
    inquiry = make_inquiry()
    response = admin_client.get(f"{QUEUE}next/", {"after": after})
    assert response["Location"].partition("?")[0] == f"{QUEUE}{inquiry.pk}/change/"


# The search


@pytest.mark.parametrize(
    "typed",
    [
        "núñez",
        "NUNEZ",
        "nunez ana",
        "O'Brien",
        "rosa",
        "+1-504-249-7576",
        "(504) 249-7576",
        "5042497576",
        "7576",
        "Ana@Example.com",
    ],
)
def test_search_finds_any_word_any_number_and_the_mail_address(db, admin_client, typed):
    make_inquiry(
        name="Ana Núñez-O’Brien",
        email="ana@example.com",
        helper_name="Rosa",
        phone_uri="tel:+1-504-249-7576;ext=12",
        status="closed",
    )
    make_inquiry(name="Other", phone="1", phone_uri="tel:+1-225-555-0123")
    assert rows(search_for(admin_client, typed)) == ["Ana Núñez-O’Brien"]


@pytest.mark.parametrize("typed", ["nun", "ana smith", "7577", "504-249-7577", "bob@example.com", "%", "___"])
def test_search_finds_nothing_else(db, admin_client, typed):
    make_inquiry(name="Ana Núñez", email="ana@example.com")
    response = search_for(admin_client, typed)
    assert rows(response) == []
    assert "Nothing is found." in response.content.decode()


@pytest.mark.parametrize("typed", ["K7Q-4XM", "k7q4xm", "K7Q 4XM"])
def test_a_reference_is_found_however_it_is_typed(db, admin_client, typed):
    make_inquiry(reference="K7Q-4XM")
    make_inquiry(name="Other")
    assert rows(search_for(admin_client, typed)) == ["Ana Núñez"]


def test_a_corrected_number_is_found_as_well_as_the_first(content, client, admin_client):
    inquiry = make_inquiry()
    assert intake.correct_phone(inquiry, "504 555 0199 x3")
    for typed in ("0199", "504-555-0199", "7576"):
        assert rows(search_for(admin_client, typed)) == ["Ana Núñez"]


def test_what_is_typed_stands_in_no_address_and_no_log(db, admin_client):
    make_inquiry(name="Zyxomira Quagsworth")
    response = search_for(admin_client, "Quagsworth")
    ((address, _),) = response.redirect_chain
    assert address.startswith(f"{QUEUE}?q=")
    assert "quagsworth" not in urllib.parse.unquote(address).lower()
    entries = AccessEvent.objects.order_by("pk").values_list("kind", "filters")
    assert [kind for kind, *_ in entries] == ["searched", "viewed"]
    assert "quagsworth" not in str(list(entries)).lower()
    assert list(entries)[1][1] == {"status": "any", "searched": "yes"}


def test_a_search_opens_for_who_made_it_and_for_a_day(db, admin_client, client):
    make_inquiry()
    ((address, _),) = search_for(admin_client, "Núñez").redirect_chain
    assert rows(admin_client.get(address)) == ["Ana Núñez"]
    other = sign_in(client, make_staff("rosa", "Front desk")).get(address)
    assert rows(other) == [] and "Please search again." in other.content.decode()
    with mock.patch("contact.admin.search.time.time", return_value=time.time() + 11 * 3600):
        assert rows(admin_client.get(address)) == []


def test_a_search_goes_on_over_pages_and_filters(db, admin_client):
    for number in range(60):
        make_inquiry(name=f"Ana {number}", status="closed" if number % 2 else "new")
    response = search_for(admin_client, "ana")
    address = response.redirect_chain[0][0]
    assert len(rows(response)) == 50 and len(rows(admin_client.get(f"{address}&p=2"))) == 10
    assert len(rows(admin_client.get(f"{address}&status=closed"))) == 30
