import csv
import io
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from bs4 import BeautifulSoup
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from contact import access, export
from contact.models import AccessEvent, Inquiry
from tests.contact.sending import make_inquiry, search_for
from tests.staff import make_staff, sign_in

EXPORT = "/admin/contact/inquiry/export/"
SENT = datetime(2026, 7, 1, 17, 5, tzinfo=UTC)


@pytest.fixture
def manager(client, content):
    return sign_in(client, make_staff("maria", "Practice manager"))


def download(client, filters="?status=any", reason="quality"):
    response = client.post(EXPORT + filters, {"reason": reason})
    assert response.status_code == 200 and response.streaming
    return response


def read(lines):
    text = b"".join(lines).decode() if not isinstance(lines, str) else lines
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def rows(client, *args, **options):
    return read(download(client, *args, **options).streaming_content)


def exports():
    return AccessEvent.objects.filter(kind="exported")


def test_the_file_holds_exactly_what_is_filtered_in_the_order_of_the_list(manager):
    made = [make_inquiry(sent_at=SENT - timedelta(days=day)) for day in range(3)]
    make_inquiry(status="closed")
    assert [row["reference"] for row in rows(manager, "?status=new")] == [i.reference for i in made]
    assert [row["status"] for row in rows(manager, "?status=closed")] == ["Closed"]
    assert len(rows(manager, "?status=any")) == 4
    assert len(rows(manager, "")) == 3  # as the queue opens: what is to call


def test_a_found_request_is_exported_alone_and_the_log_does_not_say_what_was_typed(manager):
    make_inquiry()
    wanted = make_inquiry(name="Robert Boudreaux")
    searched = search_for(manager, "Boudreaux").redirect_chain[-1][0]
    assert [row["patient"] for row in rows(manager, "?" + searched.partition("?")[2])] == [wanted.name]
    entry = exports().get()
    assert (entry.count, entry.filters) == (1, {"status": "any", "searched": "yes"})


def test_each_column_says_what_the_desk_shows(manager):
    inquiry = make_inquiry(
        sent_at=SENT,
        due_at=SENT + timedelta(hours=2),
        changed_at=SENT,
        owner=make_staff("rosa", "Front desk"),
        email="ana@example.com",
        best_time="morning",
        asking_for="someone_else",
        helper_name="Luis",
        helper_may_speak=True,
        access_needs={"interpreter": "Spanish", "mobility": ""},
        message="My back hurts,\n“since June”.",
        about="Kyphoplasty",
        response_minutes=85,
    )
    inquiry.events.create(
        kind="phone_corrected", phone="504 555 0123", phone_uri="tel:+1-504-555-0123", at=SENT
    )
    assert rows(manager) == [
        {
            "reference": inquiry.reference,
            "sent": "2026-07-01T12:05-05:00",
            "status": "New",
            "due": "2026-07-01T14:05-05:00",
            "owner": "rosa",
            "patient": "Ana Núñez",
            "phone": "(504) 555-0123",
            "phone as typed": "504 249 7576",
            "corrected from": "(504) 249-7576",
            "may leave a message": "no",
            "e-mail": "ana@example.com",
            "best time": "Morning",
            "who asks": "a helper",
            "helper": "Luis",
            "may speak with the helper": "yes",
            "access needs": "An interpreter: Spanish; Help with moving around in the office",
            "message": "My back hurts,\n“since June”.",
            "page": "Kyphoplasty",
            "source": "The form",
            "first call after (open minutes)": "85",
            "last changed": "2026-07-01T12:05-05:00",
        }
    ]


def test_a_value_that_cannot_be_read_is_said_to_be_so(manager):
    inquiry = make_inquiry(access_needs={"relay": ""}, message="Hello")
    inquiry.events.create(kind="phone_corrected", phone="1", phone_uri="tel:+1-504-555-0123")
    other = make_inquiry(name="Other")
    table = (
        f"UPDATE contact_inquiry SET message = %s, access_needs = %s, phone_uri = %s WHERE id = {other.pk}"
    )
    with connection.cursor() as cursor:
        cursor.execute(table.replace(str(other.pk), str(inquiry.pk)), ["broken", "broken", "broken"])
    row = next(row for row in rows(manager) if row["reference"] == inquiry.reference)
    unreadable = {name for name, value in row.items() if value == "(cannot be read)"}
    assert unreadable == {"message", "access needs", "corrected from"}
    assert row["phone"] == "(504) 555-0123"


def test_the_answer_is_a_stream_for_a_spreadsheet_that_nothing_keeps(manager):
    make_inquiry()
    response = download(manager)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    name = f"requests-{timezone.localdate()}.csv"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in response["Cache-Control"]
    assert next(iter(response.streaming_content)).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("reason", ["", "because Ana asked"])
def test_without_one_of_the_reasons_nothing_is_sent_or_logged(manager, reason):
    make_inquiry()
    response = manager.post(f"{EXPORT}?status=any", {"reason": reason})
    assert response.status_code == 422 and not response.streaming
    page = BeautifulSoup(response.content, "html.parser")
    assert page.title.text.startswith("Error: ")
    assert page.find(id=page.find(role="alert").a["href"][1:])["type"] == "radio"
    assert "Ana" not in page.main.text
    assert not exports().exists()


def test_a_number_without_end_is_told_in_words(manager, monkeypatch):
    monkeypatch.setattr("contact.admin.export.LIMIT", 2)
    for number, words in ((2, "Export 2 requests"), (3, "Export more than 2 requests")):
        while Inquiry.objects.count() < number:
            make_inquiry()
        page = BeautifulSoup(manager.get(f"{EXPORT}?status=any").content, "html.parser")
        assert page.h1.text == words
        assert page.find("button", string="Export as CSV")


def test_the_log_tells_who_how_many_by_what_and_why_and_no_more(manager):
    make_inquiry()
    make_inquiry()
    download(manager, "?status=new&flag=helper&about=Ana+N%C3%BA%C3%B1ez", reason="callbacks")
    download(manager, "?status=new", reason="legal")
    entries = exports().order_by("pk").values_list("by__username", "screen", "count", "filters", "reason")
    assert list(entries) == [
        ("maria", "export", 0, {"status": "new", "flag": "helper", "about": "other"}, "callbacks"),
        ("maria", "export", 2, {"status": "new"}, "legal"),
    ]


@pytest.mark.parametrize("query", ["?reference=K7Q-4XM", "?status=any&source=phone", "?request_id__gt=a"])
def test_what_no_filter_offers_is_refused_and_exports_nothing(manager, query):
    make_inquiry(reference="K7Q-4XM")
    assert manager.post(EXPORT + query, {"reason": "quality"}).status_code == 400
    assert manager.get(EXPORT + query).status_code == 400
    assert not exports().exists()
    response = manager.get(EXPORT.removesuffix("export/") + query)
    assert response.status_code == 302 and "Ana" not in response.content.decode()


def test_it_is_logged_before_the_first_row_is_sent(manager):
    make_inquiry()
    download(manager)  # and nothing of it is read
    assert exports().get().count == 1


def test_the_log_names_each_that_was_sent_before_it_is_sent(manager, monkeypatch):
    monkeypatch.setattr("contact.export.CHUNK", 2)
    made = [make_inquiry(sent_at=SENT - timedelta(days=day)).pk for day in range(3)]
    make_inquiry(status="closed")
    lines = iter(download(manager, "?status=new").streaming_content)
    event = exports().get()

    def named():
        return [row.inquiry_pk for row in event.listed.order_by("pk")]

    next(lines)  # the head
    assert named() == []
    next(lines)
    assert named() == made[:2]
    assert len(list(lines)) == 2 and named() == made


def test_a_chunk_that_cannot_be_logged_is_not_sent(manager):
    make_inquiry()
    lines = download(manager).streaming_content
    refused = mock.patch("contact.models.ListedInquiry.objects.bulk_create", side_effect=DatabaseError)
    sent = []
    with refused, pytest.raises(DatabaseError):
        sent.extend(lines)
    assert "Ana" not in b"".join(sent).decode()


def test_what_is_deleted_meanwhile_still_has_its_row(manager):
    made = [make_inquiry() for _ in range(3)]
    response = download(manager)
    made[1].delete()
    sent = read(response.streaming_content)
    assert len(sent) == exports().get().count == 3
    assert [row["reference"] for row in sent].count("(deleted meanwhile)") == 1


@pytest.mark.parametrize(
    ("roles", "permissions", "status"),
    [
        (["Front desk"], (), 403),
        (["Content editor"], (), 403),
        ([], ("contact.export_inquiry",), 403),
        (["Practice manager"], (), 200),
    ],
)
def test_only_who_may_see_and_export_does(client, content, roles, permissions, status):
    make_inquiry()
    sign_in(client, make_staff("rosa", *roles, permissions=permissions))
    assert client.get(f"{EXPORT}?status=any").status_code == status
    assert client.post(f"{EXPORT}?status=any", {"reason": "quality"}).status_code == status
    assert exports().count() == (status == 200)


def test_before_it_is_asked_why_the_page_says_how_many_and_which(manager):
    for _ in range(2):
        make_inquiry(status="closed")
    page = BeautifulSoup(manager.get(f"{EXPORT}?status=closed").content, "html.parser")
    assert page.h1.text == "Export 2 requests"
    chosen = {row.dt.text: row.dd.text for row in page.select(".record-list > div")}
    assert (chosen["Status"], chosen["Due"]) == ("Closed", "Any time")
    form = page.select_one("form.record-form")
    assert form["action"] == f"{EXPORT}?status=closed"
    assert [choice["value"] for choice in form.select("[type=radio]")] == AccessEvent.Reason.values
    assert not form.select("[checked]")


def test_where_there_is_nothing_to_export_no_reason_is_asked_for(manager):
    page = BeautifulSoup(manager.get(f"{EXPORT}?status=closed").content, "html.parser")
    assert "There is nothing to export." in page.main.text
    assert not page.select_one("form.record-form")


def test_a_long_file_is_read_in_chunks_of_two_queries_each_and_one_that_logs_them(db, admin_user):
    event = access.record_several("exported", "export", admin_user, 5000, reason="quality")
    Inquiry.objects.bulk_create(
        Inquiry(request_id=str(i), reference=f"{i:07}", name="A", phone="1", phone_uri="tel:+1-504-249-7576")
        for i in range(5000)
    )
    pks = list(Inquiry.objects.newest_first().values_list("pk", flat=True))
    lines = export.csv_lines(event, pks)
    with CaptureQueriesContext(connection) as seen:
        next(lines)
        assert len(seen) == 0  # nothing is read ahead
        next(lines)
        assert len(seen) == 3
        assert sum(1 for _ in lines) == 4999
    assert len(seen) == 3 * 5000 / export.CHUNK
    assert event.listed.count() == 5000


def opens_as_a_formula(cell):
    """As the programs that drop quotation marks, spaces and signs that nobody sees read it."""
    return cell.lstrip(" \u00a0\u200b\ufeff\"'“”‘’")[:1] in {*"=+-@|\t\r\n＝＋－＠｜"} - {""}


@given(st.text(alphabet=st.sampled_from("=+-@|\t\r\n'\" \u00a0\u200b“＝a1,;(")))
@example("=1+1")
@example("  \"'=cmd|' /C calc'!A0")
@example("\t=1")
@example("\r@SUM(1)")
@example("\u200b=1")
@example("＝1+1")
def test_no_cell_is_a_formula_and_every_value_comes_back_whole(value):
    writer_gets = export.safe(value)
    assert writer_gets in {value, f"'{value}"}
    if opens_as_a_formula(value):
        assert writer_gets.startswith("'")
    line = io.StringIO(newline="")
    csv.writer(line, quoting=csv.QUOTE_ALL).writerow([writer_gets, "end"])
    assert list(csv.reader(io.StringIO(line.getvalue(), newline=""))) == [[writer_gets, "end"]]


@given(st.text(alphabet=st.characters(min_codepoint=ord("a"), max_codepoint=ord("z")), min_size=1))
def test_plain_words_stay_as_they_are(value):
    assert export.safe(value) == value
    assert export.safe(f"({value}) 504-249") == f"({value}) 504-249"


def test_what_patients_write_is_no_formula_in_the_file(manager):
    make_inquiry(name='=HYPERLINK("https://x.example")', message="@SUM(1)", phone="+1 504 249 7576")
    (row,) = rows(manager)
    assert (row["patient"], row["message"]) == ('\'=HYPERLINK("https://x.example")', "'@SUM(1)")
    assert row["phone as typed"] == "'+1 504 249 7576"
