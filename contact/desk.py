"""What staff do with an inquiry.

Each step writes what changes, its event and its access entry in one transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone

from contact import access, callback, intake, workflow
from contact.models import AccessEvent, Closure, Inquiry, InquiryEvent, NoteDraft, Practice

Kind, Status = InquiryEvent.Kind, Inquiry.Status


class Conflict(Exception):  # noqa: N818 (reads as what happened)
    """Somebody else changed the inquiry since it was shown. `inquiry` is as it is now."""

    def __init__(self, inquiry: Inquiry) -> None:
        super().__init__()
        self.inquiry = inquiry


def record_call(pk: int, version: int, outcome: str, by: User, note: str = "") -> Inquiry:
    """Write what came of a call, and move the inquiry on. Raises Conflict and workflow.NotPossible."""
    with _changing(pk, version, by, ["status", "due_at"]) as inquiry:
        inquiry.status = workflow.after_call(inquiry.status, outcome)
        now, practice = timezone.now(), Practice.objects.current()
        if inquiry.response_minutes is None and outcome not in workflow.NOT_A_CALL:
            inquiry.response_minutes = _open_minutes(inquiry.sent_at, now, practice)
        inquiry.due_at = callback.due_at(practice, now) if inquiry.status in workflow.TO_CALL else None
        inquiry.events.create(
            kind=Kind.CALLED, at=now, outcome=outcome, status=inquiry.status, by=by, text=note
        )
    return inquiry


def move(pk: int, version: int, to: str, by: User, note: str = "") -> Inquiry:
    """Move it without a call: accept a suspect, open it again. Raises Conflict and workflow.NotPossible."""
    with _changing(pk, version, by, ["status", "due_at"]) as inquiry:
        was_held = inquiry.is_quarantined
        inquiry.status = workflow.after_move(inquiry, to)
        now, practice = timezone.now(), _practice_since(inquiry.sent_at)
        again = callback.due_again(inquiry, practice, None if was_held else now)
        inquiry.due_at = again if inquiry.status in workflow.TO_CALL else None
        inquiry.events.create(kind=Kind.MOVED, at=now, status=inquiry.status, by=by, text=note)
        if inquiry.suspicions and inquiry.status == Status.NEW:
            intake.acknowledge(inquiry, practice)
    return inquiry


def give(pk: int, version: int, to: User | None, by: User, note: str = "") -> Inquiry:
    """Make it somebody's to call, or nobody's. Raises Conflict."""
    with _changing(pk, version, by, ["owner"]) as inquiry:
        inquiry.owner = to
        inquiry.events.create(kind=Kind.OWNER, owner=to, status=inquiry.status, by=by, text=note)
    return inquiry


def hold(pk: int, version: int, is_on: bool, by: User, note: str = "") -> Inquiry:
    """Put it on legal hold, or lift that: what is held is not purged. Raises Conflict."""
    with _changing(pk, version, by, ["legal_hold"]) as inquiry:
        inquiry.legal_hold = is_on
        inquiry.events.create(kind=Kind.HOLD, is_on=is_on, status=inquiry.status, by=by, text=note)
    return inquiry


@transaction.atomic
def add_note(inquiry: Inquiry, text: str, by: User) -> None:
    """Notes overwrite nothing, so that two people may add one at the same time."""
    inquiry.events.create(kind=Kind.NOTE, status=inquiry.status, by=by, text=text)
    Inquiry.objects.filter(pk=inquiry.pk).update(changed_at=timezone.now())
    access.record(AccessEvent.Kind.CHANGED, AccessEvent.Screen.RECORD, by, inquiry, ["notes"])


@transaction.atomic
def keep_draft(pk: int, text: str, by: User) -> None:
    """Keep a note that could not be added for when its writer is back. One for each person and inquiry.

    Without words it leaves the one that is there.
    """
    if text:
        NoteDraft.objects.filter(inquiry=pk, by=by).delete()
        NoteDraft.objects.create(inquiry_id=pk, by=by, text=text)


def forget_draft(pk: int, by: User, seen: str, note: str) -> None:
    """The kept note is not needed any more: its writer had it in the field (`seen`), or has stored it."""
    draft = NoteDraft.objects.filter(inquiry=pk, by=by).first()
    if draft and (str(draft.pk) == seen or draft.text == note):
        draft.delete()


def next_to_call(by: User, passed: Sequence[int] = ()) -> Inquiry | None:
    """The one that is due first and nobody else's, but for those that were `passed` over, the last one last.

    Where all others were passed over it starts from the top again.
    """
    waiting = Inquiry.objects.to_call().filter(Q(owner=None) | Q(owner=by)).to_call_now(timezone.now())
    found = waiting.exclude(pk__in=passed).first()
    return found or waiting.exclude(pk__in=passed[-1:]).first()


def renew_due_times(practice: Practice) -> None:
    """After a change of hours or closures.

    What is promised may be later now, never earlier than it was told.
    """
    waiting = Inquiry.objects.to_call().only("status", "sent_at", "call_by", "due_at")
    if not (first := waiting.aggregate(first=Min("sent_at"))["first"]):
        return
    practice.coming_closures = list(Closure.objects.not_over(first))
    for inquiry in waiting.with_steps().iterator(chunk_size=200):
        due_at = callback.due_again(inquiry, practice, _waits_anew_since(inquiry.steps))
        if due_at != inquiry.due_at:
            # Not where somebody has called meanwhile
            same = Inquiry.objects.filter(pk=inquiry.pk, status=inquiry.status, due_at=inquiry.due_at)
            same.update(due_at=due_at)


def _practice_since(moment: datetime) -> Practice:
    """With the closures that were over by now as well: a promise that one moved stays where it is."""
    practice = Practice.objects.current()
    practice.coming_closures = list(Closure.objects.not_over(moment))
    return practice


def _waits_anew_since(steps: list[InquiryEvent]) -> datetime | None:
    """When it was last called, or opened again; None before the first call. To be accepted is neither."""
    was_called = any(step.kind == Kind.CALLED for step in steps)
    was_closed = any(step.status == Status.CLOSED for step in steps)
    return steps[-1].at if was_called or was_closed else None


@contextmanager
def _changing(pk: int, version: int, by: User, fields: list[str]) -> Iterator[Inquiry]:
    """The inquiry, locked until what is done to it is stored.

    Raises Conflict where it is no longer as it was shown.
    """
    with transaction.atomic():
        inquiry = Inquiry.objects.select_for_update().get(pk=pk)
        if inquiry.version != version:
            raise Conflict(inquiry)
        yield inquiry
        inquiry.version += 1
        inquiry.changed_at = timezone.now()
        inquiry.save(
            update_fields=[
                "status",
                "due_at",
                "owner",
                "legal_hold",
                "response_minutes",
                "version",
                "changed_at",
            ]
        )
        access.record(AccessEvent.Kind.CHANGED, AccessEvent.Screen.RECORD, by, inquiry, fields)


def _open_minutes(start: datetime, end: datetime, practice: Practice) -> int:
    closures = Closure.objects.not_over(start)
    return callback.open_minutes(start, end, practice.weekly_hours, closures)
