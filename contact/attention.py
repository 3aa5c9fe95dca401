"""Settings that are missing, on the desk's first page; what waits there in numbers is contact.summary's."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse

from contact.models import Inquiry, Practice


@dataclass(frozen=True)
class Note:
    text: str
    link_text: str
    path: str
    permission: str  # of those who can do something about it


def notes(user: User | AnonymousUser, practice: Practice) -> list[Note]:
    """Each setting that waits for this member of staff; none where all is entered."""
    found = [*_about_mail(practice), *_about_details(practice)]
    return [note for note in found if user.has_perm(note.permission)]


def _about_mail(practice: Practice) -> Iterator[Note]:
    """Only who runs the server can set it up; all who look after requests must know not to wait for mail."""
    if not settings.MAIL_IS_PRINTED:
        return
    if practice.alert_address_list or Inquiry.objects.to_call().exists():
        where = "It waits" if settings.SITE_IS_HTTPS else "It is printed where the site runs"
        text = f"No mail about new requests is sent. {where} until EMAIL_URL names a mail server."
        queue = reverse("admin:contact_inquiry_changelist")
        yield Note(text, "See what waits", queue, "contact.view_inquiry")


def _about_details(practice: Practice) -> Iterator[Note]:
    path, permission = reverse("admin:contact_practice_change", args=[practice.pk]), "contact.change_practice"
    if not practice.alert_address_list:
        yield Note("Nobody gets a mail about new requests.", "Enter addresses", path, permission)
    if not (practice.weekly_hours and practice.callback_hours):
        text = "Patients are not told by when you call."
        yield Note(text, "Enter hours and response time", path, permission)
    if practice.acknowledges_by_email and settings.MAIL_IS_PRINTED:
        text = "Confirmations to patients wait until EMAIL_URL names a mail server."
        yield Note(text, "Turn them off", path, permission)
