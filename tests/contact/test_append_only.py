import pytest
from django.db import DatabaseError, connection, transaction

from contact import access
from contact.models import AccessEvent, ListedInquiry
from contact.models.access_event import AppendOnly
from tests.contact.sending import make_inquiry
from tests.staff import make_staff, sign_in

TABLE = AccessEvent._meta.db_table


COLUMNS = ", ".join(f'"{field.column}"' for field in AccessEvent._meta.fields)
SAME = f"SELECT {COLUMNS} FROM {TABLE}".replace('"kind"', "'printed'")


def refused(statement):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return True


@pytest.mark.parametrize("statement", [f"UPDATE {TABLE} SET kind = 'printed'", f"DELETE FROM {TABLE}"])
def test_the_database_itself_refuses_to_change_or_delete_an_entry(admin_user, statement):
    access.record("viewed", "record", admin_user, make_inquiry())
    assert refused(statement)
    assert AccessEvent.objects.get().kind == "viewed"


@pytest.mark.parametrize(
    "statement",
    [
        f"INSERT OR REPLACE INTO {TABLE} ({COLUMNS}) {SAME}",
        f"REPLACE INTO {TABLE} ({COLUMNS}) {SAME}",
        f"INSERT INTO {TABLE} ({COLUMNS}) {SAME} WHERE true ON CONFLICT (id) DO UPDATE SET kind = 'printed'",
    ],
    ids=["insert or replace", "replace", "on conflict"],
)
def test_nor_does_it_let_one_be_replaced(admin_user, statement):
    if "REPLACE" in statement and connection.vendor != "sqlite":
        pytest.skip("only SQLite has it")
    for kind in ("viewed", "changed"):
        access.record(kind, "record", admin_user, make_inquiry())
    assert refused(statement)
    access.record("searched", "queue", admin_user)  # adding one still works
    assert set(AccessEvent.objects.values_list("kind", flat=True)) == {"viewed", "changed", "searched"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contact_listedinquiry SET inquiry_pk = 7",
        "DELETE FROM contact_listedinquiry",
        "INSERT OR REPLACE INTO contact_listedinquiry SELECT * FROM contact_listedinquiry",
    ],
)
def test_nor_is_what_an_entry_lists_changed(admin_user, statement):
    if "REPLACE" in statement and connection.vendor != "sqlite":
        pytest.skip("only SQLite has it")
    access.record_several("viewed", "queue", admin_user, 2, [3, 4])
    assert refused(statement)
    assert sorted(ListedInquiry.objects.values_list("inquiry_pk", flat=True)) == [3, 4]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_nor_is_it_emptied(admin_user):
    assert refused(f"TRUNCATE {TABLE} CASCADE")


def test_nor_do_its_models(admin_user):
    event = access.record("viewed", "record", admin_user, make_inquiry())
    for attempt in (
        event.save,
        event.delete,
        AccessEvent.objects.all().delete,
        lambda: AccessEvent.objects.update(kind="printed"),
        ListedInquiry.objects.all().delete,
    ):
        with pytest.raises(AppendOnly):
            attempt()


def test_it_outlives_what_it_is_about_and_who_did_it_stays(admin_user):
    inquiry = make_inquiry()
    access.record("viewed", "record", admin_user, inquiry)
    reference = inquiry.reference
    inquiry.delete()
    assert AccessEvent.objects.get().reference == reference
    with pytest.raises(DatabaseError), transaction.atomic():
        admin_user.delete()


def test_managers_read_it_as_a_whole_and_nobody_else(client, db):
    inquiry = make_inquiry()
    manager = make_staff("mona", "Practice manager")
    access.record("viewed", "record", manager, inquiry)
    access.record_several("exported", "export", manager, 3, filters={"status": "new"}, reason="quality")
    path = "/admin/contact/accessevent/"
    page = sign_in(client, manager).get(path).content.decode()
    assert inquiry.reference in page and "status: new" in page and "To review how we answer" in page
    assert inquiry.name not in page
    for role in ("Front desk", "Content editor", "Reviewer"):
        assert sign_in(client, make_staff(role, role)).get(path).status_code == 403
