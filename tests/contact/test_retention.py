import sqlite3
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from contact.models import AccessEvent, Inquiry, InquiryEvent, Practice, SearchTerm
from tests.contact.sending import make_inquiry

TIMING = ("too_fast", "too_old")


def ago(days):
    return timezone.now() - timedelta(days=days)


def purge(*options):
    said = StringIO()
    call_command("purge_inquiries", *options, stdout=said)
    return said.getvalue()


@pytest.fixture
def kept_for_a_while(db, monkeypatch):
    monkeypatch.setattr("contact.retention.clean_files", lambda: True)  # not in a test's transaction
    Practice.objects.update(keep_closed_months=12, keep_held_days=30)


def test_nothing_is_deleted_where_no_time_is_entered(kept_for_a_while):
    Practice.objects.update(keep_closed_months=None, keep_held_days=None)
    make_inquiry(status="closed", changed_at=ago(9000))
    make_inquiry(status="quarantined", sent_at=ago(9000))
    assert "Nothing is deleted" in purge()
    assert Inquiry.objects.count() == 2


def test_what_is_over_goes_and_the_rest_stays(kept_for_a_while):
    over = [
        make_inquiry(status="closed", changed_at=ago(370)),
        make_inquiry(status="quarantined", sent_at=ago(31)),
        make_inquiry(status="quarantined", sent_at=ago(31), suspicions=["decoy"]),
        make_inquiry(status="quarantined", sent_at=ago(31), suspicions=["too_old", "same_text"]),
    ]
    stays = [
        make_inquiry(status="closed", changed_at=ago(360), sent_at=ago(900)),
        make_inquiry(status="quarantined", sent_at=ago(29)),
        *(make_inquiry(status="quarantined", sent_at=ago(900), suspicions=[s]) for s in TIMING),
        make_inquiry(status="closed", changed_at=ago(900), legal_hold=True),
        *(make_inquiry(status=s, changed_at=ago(900)) for s in ("new", "trying", "contacted", "scheduled")),
    ]
    over[0].events.create(kind="note", text="Gone.")
    said = purge()
    assert set(Inquiry.objects.all()) == set(stays)
    assert not InquiryEvent.objects.exists()
    assert not SearchTerm.objects.exclude(inquiry__in=stays).exists()
    assert all(inquiry.reference in said for inquiry in over) and "Ana" not in said
    assert "On legal hold, kept whatever their age: 1" in said


def test_each_deletion_is_logged_with_its_reference_and_counted(kept_for_a_while):
    over = [make_inquiry(status="closed", changed_at=ago(370)) for _ in range(3)]
    purge()
    *each, total = AccessEvent.objects.filter(kind="purged").order_by("pk")
    assert {event.reference for event in each} == {inquiry.reference for inquiry in over}
    assert {event.screen for event in each} == {"command"}
    assert (total.count, total.filters) == (3, {"rule": "closed 12 months"})


def test_a_dry_run_says_the_same_and_changes_nothing(kept_for_a_while):
    inquiry = make_inquiry(status="closed", changed_at=ago(370))
    assert f"{inquiry.reference}: would be deleted (closed, not changed for 12 months)" in purge("--dry-run")
    assert Inquiry.objects.exists() and not AccessEvent.objects.exists()


def test_many_go_in_batches(kept_for_a_while, monkeypatch):
    monkeypatch.setattr("contact.retention.BATCH", 2)
    for _ in range(5):
        make_inquiry(status="closed", changed_at=ago(370))
    assert "closed, not changed for 12 months: 5" in purge()
    assert not Inquiry.objects.exists()


def in_sqlites_files(test):
    reason = "reads SQLite's files"
    return pytest.mark.skipif(connection.vendor != "sqlite", reason=reason)(
        pytest.mark.django_db(transaction=True)(test)
    )


def token_of(row, name):
    """The middle of the ciphertext, as it lies in the files."""
    return vars(row)[name].token[20:80].encode()


def held(tokens):
    files = [Path(f"{connection.settings_dict['NAME']}{end}") for end in ("", "-wal")]
    return [token for token in tokens if any(token in f.read_bytes() for f in files if f.exists())]


@in_sqlites_files
def test_the_files_hold_nothing_of_it_any_more():
    Practice.objects.update(keep_closed_months=12)
    inquiry = make_inquiry(status="closed", changed_at=ago(370), message="Since Monday. " * 400)
    inquiry.events.create(kind="note", text="Rang eight times. " * 50)
    tokens = [token_of(Inquiry.objects.get(), "message"), token_of(InquiryEvent.objects.get(), "text")]
    assert held(tokens) == tokens
    assert "The files are cleaned" in purge()
    assert held(tokens) == []


@in_sqlites_files
def test_while_something_reads_the_database_the_command_fails_and_the_next_run_cleans(monkeypatch):
    monkeypatch.setattr("contact.retention.TRIES", 2)
    monkeypatch.setattr("contact.retention.PAUSE", 0)
    Practice.objects.update(keep_closed_months=12)
    make_inquiry(status="closed", changed_at=ago(370), message="Since Monday. " * 400)
    tokens = [token_of(Inquiry.objects.get(), "message")]
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM contact_inquiry").fetchone()
        with pytest.raises(CommandError, match="still hold what was deleted"):
            purge()
        assert not Inquiry.objects.exists() and held(tokens) == tokens
    assert "The files are cleaned" in purge()
    assert held(tokens) == []
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20_000,)


@in_sqlites_files
def test_a_reader_who_soon_finishes_is_waited_for(monkeypatch):
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM contact_inquiry").fetchone()
        Practice.objects.update(keep_closed_months=12)
        monkeypatch.setattr("contact.retention.time.sleep", lambda seconds: seconds and reader.rollback())
        assert "The files are cleaned" in purge()
