"""Inquiries as CSV (RFC 4180), for spreadsheets: one row each, nothing of it a formula."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from ascentpain.encrypted_fields import UNREADABLE
from contact import access, phone
from contact.models import AccessEvent, Inquiry

BOM: Final = "\ufeff"  # without it, Excel reads UTF-8 as something else
CHUNK: Final = 200  # inquiries read at once
# What a spreadsheet may calculate (OWASP, CSV injection), the wide forms that some read alike, and the pipe
# of Excel's DDE: also behind quotation marks, spaces and what looks like nothing, which some programs drop.
FORMULA: Final = re.compile(r"[\W_]*?[\t\r\n=+\-@|＝＋－＠｜]")
DELETED: Final = "(deleted meanwhile)"

COLUMNS: Final[dict[str, Callable[[Inquiry], Any]]] = {
    "reference": lambda i: i.reference,
    "sent": lambda i: _moment(i.sent_at),
    "status": lambda i: i.get_status_display(),
    "due": lambda i: _moment(i.due_at),
    "owner": lambda i: i.owner or "",
    "patient": lambda i: i.name,
    "phone": lambda i: i.phone_display,
    "phone as typed": lambda i: i.phone,
    "corrected from": lambda i: _first_number(i) if i.corrections else "",
    "may leave a message": lambda i: _yes(i.voicemail_ok),
    "e-mail": lambda i: i.email,
    "best time": lambda i: i.get_best_time_display(),
    "who asks": lambda i: "the patient" if i.asking_for == Inquiry.AskingFor.SELF else "a helper",
    "helper": lambda i: i.helper_name,
    "may speak with the helper": lambda i: _yes(i.helper_may_speak),
    "access needs": lambda i: _needs(i),
    "message": lambda i: i.message,
    "page": lambda i: i.about,
    "source": lambda i: i.get_source_display(),
    "first call after (open minutes)": lambda i: "" if i.response_minutes is None else i.response_minutes,
    "last changed": lambda i: _moment(i.changed_at),
}


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(event: AccessEvent, pks: Sequence[int]) -> Iterator[str]:
    """The file, line by line, in the order of `pks`: one for each, also for one that was deleted since.

    Reads CHUNK inquiries at a time, each time anew, so that a slow reader keeps nothing open in the database.
    Each chunk is added to the entry of the access log before any of it is sent: a million at once would keep
    patients' requests waiting.
    """
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    yield BOM + writer.writerow(COLUMNS)
    for start in range(0, len(pks), CHUNK):
        chunk = pks[start : start + CHUNK]
        access.add_listed(event, chunk)
        for inquiry in _read(chunk):
            if inquiry and (parts := inquiry.unreadable_parts(inquiry.corrections)):
                access.record_unreadable(event.screen, event.by, inquiry, parts)
            yield writer.writerow(_cells(inquiry))


def safe(value: str) -> str:
    """As text: a cell that a spreadsheet would calculate gets an apostrophe in front."""
    return f"'{value}" if FORMULA.match(value) else value


def _cells(inquiry: Inquiry | None) -> list[str]:
    if inquiry is None:
        return [DELETED, *[""] * (len(COLUMNS) - 1)]
    return [safe(str(value(inquiry))) for value in COLUMNS.values()]


def _read(pks: Sequence[int]) -> Iterable[Inquiry | None]:
    found = Inquiry.objects.select_related("owner").with_corrections().in_bulk(pks)
    return [found.get(pk) for pk in pks]


def _first_number(inquiry: Inquiry) -> str:
    return phone.display(inquiry.phone_uri) if inquiry.phone_uri_is_readable else UNREADABLE


def _needs(inquiry: Inquiry) -> str:
    is_readable = "access_needs" not in inquiry.unreadable_fields
    return "; ".join(inquiry.access_needs_in_words) if is_readable else UNREADABLE


def _moment(moment: datetime | None) -> str:
    """ISO 8601, in the practice's time."""
    return timezone.localtime(moment).isoformat(timespec="minutes") if moment else ""


def _yes(value: Any) -> str:
    return "yes" if value else "no"
