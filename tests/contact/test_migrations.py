import pytest
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from ascentpain.models import EncryptionKey
from contact import search
from contact.models import AccessEvent, Inquiry

BEFORE = [("contact", "0002_practice_row")]
AFTER = [("contact", "0003_requests_alerts_and_hours")]


@pytest.mark.django_db(transaction=True)
def test_requests_and_hours_that_were_there_before_are_kept():
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    executor.migrate(BEFORE)
    apps = executor.loader.project_state(BEFORE).apps
    for name in ("Ana", "Bea"):
        apps.get_model("contact", "Inquiry").objects.create(
            name=name, phone="504 249 7576", phone_uri="tel:+1-504-249-7576", message="My back hurts."
        )
    apps.get_model("contact", "Practice").objects.update_or_create(pk=1, defaults={"hours": "Monday, 8 to 5"})

    executor = MigrationExecutor(connection)
    executor.migrate(AFTER)
    apps = executor.loader.project_state(AFTER).apps
    inquiries = apps.get_model("contact", "Inquiry").objects.order_by("name")
    assert [(i.name, i.message, i.status, i.asking_for) for i in inquiries] == [
        ("Ana", "My back hurts.", "new", "self"),
        ("Bea", "My back hurts.", "new", "self"),
    ]
    assert len({i.reference for i in inquiries}) == len({i.request_id for i in inquiries}) == 2
    assert apps.get_model("contact", "Practice").objects.get().hours_note == "Monday, 8 to 5"
    apps.get_model("contact", "InquiryEvent").objects.create(
        inquiry_id=inquiries[0].pk, kind="phone_corrected", phone="555.0199", phone_uri="tel:+1-504-555-0199"
    )
    apps.get_model("contact", "Inquiry").objects.filter(name="Ana").update(
        access_needs={"interpreter": "Vietnamese"}, email="ana@example.com"
    )

    MigrationExecutor(connection).migrate(latest)
    ana, bea = sorted(Inquiry.objects.all(), key=lambda inquiry: inquiry.name)
    assert (ana.name, ana.message, ana.email, bea.name) == ("Ana", "My back hurts.", "ana@example.com", "Bea")
    assert ana.access_needs == {"interpreter": "Vietnamese"} and bea.access_needs == {}
    assert ana.current_phone_uri == "tel:+1-504-555-0199" and ana.due_at
    for typed in ("ana", "0199", "ana@example.com"):
        assert list(search.find(Inquiry.objects.all(), typed)) == [ana]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM contact_inquiry")
        in_the_clear = str(cursor.fetchall())
        cursor.execute("SELECT * FROM contact_inquiryevent")
        in_the_clear += str(cursor.fetchall())
    assert not [word for word in ("Ana", "hurts", "7576", "0199", "Vietnamese") if word in in_the_clear]
    EncryptionKey.objects.refuse_missing()
    assert EncryptionKey.objects.count() == 1
    Inquiry.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_what_an_entry_listed_in_one_column_gets_a_row_each(admin_user):
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    before = [("contact", "0008_refuse_replaced_entries")]
    executor.migrate(before)
    entries = executor.loader.project_state(before).apps.get_model("contact", "AccessEvent").objects
    for listed in ([5, 3], []):
        entries.create(kind="viewed", screen="queue", by_id=admin_user.pk, count=len(listed), listed=listed)
    MigrationExecutor(connection).migrate(latest)
    several, none = AccessEvent.objects.order_by("pk")
    assert [row.inquiry_pk for row in several.listed.order_by("pk")] == [5, 3]
    assert not none.listed.exists()
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="append-only"):
        cursor.execute("DELETE FROM contact_accessevent")
