"""What was stored in the clear is encrypted, and indexed for the search."""

import json
from datetime import timedelta

from django.db import migrations
from django.db.migrations.exceptions import IrreversibleError

from ascentpain import encryption
from ascentpain.encrypted_fields import new_row_id
from contact import search

OF_INQUIRY = ["name", "phone", "phone_uri", "email", "helper_name", "access_needs", "message"]
OF_EVENT = ["phone", "phone_uri"]


def encrypt(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        encrypt_inquiries(cursor)
        encrypt_events(cursor)
    inquiries = apps.get_model("contact", "Inquiry").objects
    for inquiry in inquiries.filter(status="new").only("sent_at", "call_by"):
        due_at = inquiry.call_by or inquiry.sent_at + timedelta(days=1)
        inquiries.filter(pk=inquiry.pk).update(due_at=due_at)
    if inquiries.exists():
        apps.get_model("ascentpain", "EncryptionKey").objects.update_or_create(
            key_id=encryption.current_key().id
        )


def encrypt_inquiries(cursor):
    cursor.execute(f"SELECT id, request_id, {', '.join(OF_INQUIRY)} FROM contact_inquiry")
    for pk, request_id, *values in cursor.fetchall():
        row = dict(zip(OF_INQUIRY, values, strict=True))
        add_terms(cursor, pk, terms(row))
        row["access_needs"] = row["access_needs"] if json.loads(row["access_needs"] or "{}") else ""
        write(cursor, "contact_inquiry", pk, request_id, row)


def encrypt_events(cursor):
    cursor.execute("SELECT id, inquiry_id, phone, phone_uri FROM contact_inquiryevent")
    for pk, inquiry, typed, uri in cursor.fetchall():
        row_id = new_row_id()
        if uri:
            add_terms(cursor, inquiry, search.phone_terms(uri))
        cursor.execute("UPDATE contact_inquiryevent SET row_id = %s WHERE id = %s", [row_id, pk])
        write(cursor, "contact_inquiryevent", pk, row_id, {"phone": typed, "phone_uri": uri})


def write(cursor, table, pk, row_id, values):
    for column, value in values.items():
        if value:
            sealed = encryption.seal(value, f"{table}.{column}.{row_id}")
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [sealed, pk])


def terms(row):
    for name in (row["name"], row["helper_name"]):
        yield from ((search.NAME, word) for word in search.words(name))
    if row["email"]:
        yield search.EMAIL, row["email"].casefold()
    yield from search.phone_terms(row["phone_uri"])


def add_terms(cursor, inquiry, found_by):
    for index in {encryption.blind_index(*term) for term in found_by}:
        cursor.execute(
            "INSERT INTO contact_searchterm (inquiry_id, \"index\") VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [inquiry, index],
        )


def refuse_to_decrypt(apps, schema_editor):
    if apps.get_model("contact", "Inquiry").objects.exists():
        raise IrreversibleError("What is encrypted is not put back in the clear.")


class Migration(migrations.Migration):

    dependencies = [
        ("contact", "0004_staff_desk"),
        ("ascentpain", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(encrypt, refuse_to_decrypt),
    ]
