import os
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.db import connection
from django.utils import timezone

from contact import summary
from contact.models import Inquiry, OpeningHours, Practice
from procedures.models import Page, Revision
from tests.contact.sending import make_inquiry
from tests.procedures.pages import make_clinician
from tests.staff import make_staff, sign_in

pytestmark = pytest.mark.usefixtures("content")
NOON = datetime(2026, 11, 25, 18, tzinfo=UTC)  # a Wednesday, 12 noon in New Orleans


@pytest.fixture
def backup():
    path = settings.DATA_DIR / "last_backup"
    path.touch()
    yield path
    path.unlink()


def morning(client):
    response = client.get("/admin/")
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").find(class_="morning")


def figures(page):
    found = {
        figure.find(class_="figure-label").text: figure.find(class_="figure-number").text
        for figure in page.select(".figures li")
    }
    return list(found.values()), list(found)


def words(tag):
    return " ".join(tag.get_text(" ").split())


def upkeep(page):
    return {words(fact.dt): words(fact.dd) for fact in page.select(".upkeep > div")}


def answered(minutes, **overrides):
    return make_inquiry(status="contacted", response_minutes=minutes, **overrides)


def some_of_everything(now):
    for hours in (-30, -2, 3):
        make_inquiry(due_at=now + timedelta(hours=hours))
    held = make_inquiry(status="quarantined", suspicions=["decoy"])
    held.alerts.create(created_at=now - timedelta(hours=1))


def test_an_empty_site_says_so_and_invents_nothing(admin_client):
    page = morning(admin_client)
    assert figures(page)[0] == ["0", "0", "0", "0"]
    assert "Nobody was called yet." in page.text
    assert "No request came in the last 12 weeks." in page.text
    assert not page.find("svg")


def test_the_numbers_are_there_and_lead_to_the_lists_behind_them(admin_client):
    some_of_everything(timezone.now())
    page = morning(admin_client)
    assert figures(page) == (
        ["3", "2", "1", "1"],
        ["waiting for a call", "overdue", "held: may be spam", "failing alerts"],
    )
    rows = []
    for link in page.select(".figures a"):
        listed = BeautifulSoup(admin_client.get(link["href"]).content, "html.parser")
        rows.append(len(listed.select("#result_list tbody tr")))
    assert rows == [3, 2, 1, 1]


def test_what_is_to_do_is_said_in_words_and_not_in_colour_alone(admin_client):
    some_of_everything(timezone.now())
    page = morning(admin_client)
    assert [words(note) for note in page.select(".figure-note")] == [
        "Call these first.",
        "Accept or close them.",
        "Mail to staff is not sent.",
    ]
    assert [figure.get("class") for figure in page.select(".figures li")] == [
        None,
        ["figure-wrong"],
        ["figure-notice"],
        ["figure-notice"],
    ]


def test_more_than_a_thousand_are_not_counted(admin_client):
    now = timezone.now()
    Inquiry.objects.bulk_create(
        Inquiry(
            request_id=str(i),
            reference=f"{i:07}",  # random ones may be the same
            name="Ana",
            phone="1",
            phone_uri="tel:+1-504-249-7576",
            due_at=now,
        )
        for i in range(1002)
    )
    assert figures(morning(admin_client))[0][:2] == ["1,000+", "1,000+"]
    assert str(summary.counted(Inquiry.objects.all()[:999])) == "999"


def test_response_times_are_those_of_the_last_thirty_days():
    for minutes in (10, 20, 30, 40, 90):
        answered(minutes, sent_at=NOON - timedelta(days=1))
    answered(9999, sent_at=NOON - timedelta(days=31))
    make_inquiry(sent_at=NOON - timedelta(hours=1))
    make_inquiry(sent_at=NOON - timedelta(hours=1), status="quarantined")
    times = summary.response_times(NOON)
    assert (times.minutes, times.unanswered, times.is_all) == ([10, 20, 30, 40, 90], 1, True)
    assert (times.median, times.ninetieth) == (30, 90)


@pytest.mark.parametrize(
    ("minutes", "median", "ninetieth"),
    [([], None, None), ([0], 0, 0), ([1, 4], 2, 4), (range(1, 11), 6, 9), (range(1, 101), 50, 90)],
)
def test_the_median_and_the_time_within_which_nine_of_ten_were_called(minutes, median, ninetieth):
    times = summary.ResponseTimes(list(minutes), unanswered=0, is_all=True)
    assert (times.median, times.ninetieth) == (median, ninetieth)


def test_each_response_time_is_in_one_group():
    times = summary.ResponseTimes([0, 30, 31, 60, 120, 240, 480, 481], unanswered=0, is_all=True)
    assert times.groups == [
        ("≤ 30 min", 2),
        ("≤ 1 h", 2),
        ("≤ 2 h", 1),
        ("≤ 4 h", 1),
        ("≤ 8 h", 1),
        ("> 8 h", 1),
    ]


def test_of_very_many_requests_the_newest_are_measured(monkeypatch):
    monkeypatch.setattr(summary, "MOST_MEASURED", 2)
    for hours, minutes in ((3, 300), (2, 20), (1, 10)):
        answered(minutes, sent_at=NOON - timedelta(hours=hours))
    times = summary.response_times(NOON)
    assert (times.minutes, times.is_all) == ([10, 20], False)


def test_the_page_says_what_the_response_times_are_based_on(admin_client):
    for minutes in (70, 130):
        answered(minutes)
    make_inquiry()
    page = morning(admin_client)
    assert [words(measure) for measure in page.select(".measures dd")][:2] == ["1 h 40 min", "2 h 10 min"]
    basis = words(page.find(class_="morning-basis"))
    assert "counted round the clock, since no opening hours are entered" in basis
    assert "Of 2 answered requests of the last 30 days; 1 is not answered yet." in basis
    OpeningHours.objects.create(weekday=0, opens="08:00", closes="17:00")
    assert "in open time" in words(morning(admin_client).find(class_="morning-basis"))


@pytest.mark.parametrize(
    ("minutes", "in_words"),
    [
        (0, "less than 1 min"),
        (59, "59 min"),
        (60, "1 h"),
        (130, "2 h 10 min"),
        (60 * 1234 + 5, "1,234 h 5 min"),
    ],
)
def test_a_duration_is_said_in_hours_and_minutes(minutes, in_words):
    assert summary.duration_in_words(minutes) == in_words


def test_a_week_starts_on_monday_at_midnight_in_the_practice_s_own_time():
    monday = datetime(2026, 11, 23, 6, tzinfo=UTC)
    make_inquiry(sent_at=monday)
    make_inquiry(sent_at=monday - timedelta(seconds=1))
    make_inquiry(sent_at=monday - timedelta(weeks=11))
    make_inquiry(sent_at=monday - timedelta(weeks=12))
    weeks = summary.requests_by_week(NOON)
    assert [str(week.monday) for week in (weeks[0], weeks[-1])] == ["2026-09-07", "2026-11-23"]
    assert [week.number.number for week in weeks] == [1, *[0] * 9, 1, 1]
    assert [week.is_over for week in weeks] == [True] * 11 + [False]


def test_the_week_in_which_the_clock_changes_is_an_hour_longer():
    first_hour_of_november_2 = datetime(2026, 11, 2, 6, tzinfo=UTC)
    make_inquiry(sent_at=first_hour_of_november_2 - timedelta(minutes=30))
    numbers = {str(week.monday): week.number.number for week in summary.requests_by_week(NOON)}
    assert (numbers["2026-10-26"], numbers["2026-11-02"]) == (1, 0)


def test_each_chart_has_a_name_and_a_table_with_the_same_numbers(admin_client):
    answered(15)
    make_inquiry()
    page = morning(admin_client)
    charts, tables = page.find_all("svg"), page.find_all("table")
    assert len(charts) == len(tables) == 2
    for svg, table in zip(charts, tables, strict=True):
        assert svg["role"] == "img"
        assert svg.find("title", id=svg["aria-labelledby"]).text
        assert [n.text for n in svg.select(".chart-number")] == [n.text for n in table.find_all("td")]
        assert len(svg.find_all("rect")) == len(table.select("tbody tr"))
    assert "(so far)" in tables[1].find_all("th")[-1].text


def test_the_desk_sees_requests_and_no_pages(client, db):
    make_inquiry()
    page = morning(sign_in(client, make_staff("rosa", "Front desk")))
    assert len(figures(page)[0]) == 4
    assert upkeep(page) == {}


def test_who_writes_pages_sees_no_number_of_requests(client, db):
    some_of_everything(timezone.now())
    answered(15)
    page = morning(sign_in(client, make_staff("kim", "Content editor")))
    assert figures(page)[0] == [] and not page.find("svg")
    assert "request" not in page.text.lower() and "call" not in page.text.lower()
    assert list(upkeep(page)) == [
        "Drafts that wait for a reviewer",
        "Pages whose review is due",
        "Medical pages that no clinician is named for",
        "Sections that await a clinician",
        "Placeholder notices that patients read",
    ]


def test_who_looks_after_the_practice_is_told_how_many_pages_need_somebody(client, content):
    yesterday = timezone.localdate() - timedelta(days=1)
    review = {"reviewed_by": make_clinician(), "reviewer_name": "Ada Doe", "reviewer_degree": "MD"}
    review["next_review_on"] = yesterday
    review["reviewed_on"] = yesterday - timedelta(days=365)
    page = Page.objects.get(slug="kyphoplasty")
    Revision.objects.filter(page=page).update(**review)
    page = morning(sign_in(client, make_staff("maria", "Practice manager")))
    told = upkeep(page)
    assert list(told) == [
        "Pages whose review is due",
        "Placeholder notices that patients read",
        "Last backup",
    ]
    assert (told["Pages whose review is due"], told["Placeholder notices that patients read"]) == ("1", "3")
    assert not page.select(".upkeep a")


def test_who_may_see_nothing_is_shown_nothing(client, db):
    page = morning(sign_in(client, make_staff("lee")))
    assert not page.find_all(["a", "dl", "svg"])


def test_what_pages_need_is_named_with_links(admin_client):
    page = morning(admin_client)
    told = upkeep(page)
    assert told["Drafts that wait for a reviewer"] == told["Pages whose review is due"] == "None"
    assert told["Placeholder notices that patients read"].startswith("3 ")
    assert told["Sections that await a clinician"] == "1 Kyphoplasty: 8 sections"
    key = Page.objects.get(slug="kyphoplasty").pk
    link = page.find("a", string="Kyphoplasty: 8 sections")
    assert link["href"] == f"/admin/procedures/page/{key}/preview/"
    assert "more" in told["Medical pages that no clinician is named for"]
    last_month = timezone.localdate() - timedelta(days=30)
    due = {"reviewed_by": make_clinician(), "reviewer_name": "Ada Doe", "reviewer_degree": "MD"}
    due["reviewed_on"] = last_month
    Revision.objects.filter(page=key).update(next_review_on=last_month + timedelta(days=29), **due)
    page = morning(admin_client)
    assert "Kyphoplasty, overdue since" in upkeep(page)["Pages whose review is due"]


def test_the_last_backup_is_told_and_an_old_or_missing_one_is_flagged(admin_client, backup):
    os.utime(backup, (NOON.timestamp(), NOON.timestamp()))
    fact = upkeep(morning(admin_client))["Last backup"]
    is_old = timezone.now() - NOON > timedelta(days=2)
    assert fact.startswith("Wednesday, November 25, 2026, noon")
    assert ("more than two days ago" in fact) is is_old
    backup.touch()
    assert "ago" not in upkeep(morning(admin_client))["Last backup"]
    day_before = (timezone.now() - timedelta(days=2, minutes=1)).timestamp()
    os.utime(backup, (day_before, day_before))
    page = morning(admin_client)
    assert "more than two days ago" in upkeep(page)["Last backup"]
    assert "Last backup" in words(page.select(".upkeep-notice")[-1])


def test_without_a_record_of_a_backup_the_page_says_so(admin_client):
    assert upkeep(morning(admin_client))["Last backup"] == "No backup is recorded."


def test_missing_settings_are_told_once_to_who_can_enter_them(admin_client, client):
    assert morning(admin_client).text.count("Nobody gets a mail about new requests.") == 1
    Practice.objects.update(alert_addresses="desk@example.com")
    assert "Nobody gets a mail" not in morning(admin_client).text
    Practice.objects.update(alert_addresses="")
    page = morning(sign_in(client, make_staff("rosa", "Front desk")))
    assert "Nobody gets a mail" not in page.text


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL scans a table this small")
@pytest.mark.parametrize(
    ("some", "index"),
    [
        (lambda: Inquiry.objects.to_call(), "inquiry_due_first"),
        (lambda: Inquiry.objects.overdue(NOON), "inquiry_due_first"),
        (lambda: Inquiry.objects.quarantined(), "inquiry_by_status"),
        (lambda: Inquiry.objects.sent_between(NOON, NOON).newest_first(), "inquiry_newest_first"),
    ],
)
def test_each_number_is_counted_through_an_index(some, index):
    assert index in some()[: summary.MOST_COUNTED + 1].values("pk").explain()
