"""By when the practice calls back."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Final

from contact import opening_hours
from contact.models import Inquiry, Practice
from contact.opening_hours import Closed, Stretch

WITHOUT_PROMISE: Final = timedelta(days=1)
STEP: Final = timedelta(minutes=30)  # a promise names a full or a half hour


def promise(practice: Practice, asked_at: datetime) -> datetime | None:
    """The time by which the practice promises to call, or None where its details promise none."""
    if not practice.callback_hours:
        return None
    within = timedelta(hours=practice.callback_hours)
    return due(asked_at, within, practice.weekly_hours, practice.coming_closures)


def due_at(practice: Practice, since: datetime) -> datetime:
    """By when to call who asked or was called in vain at `since`.

    As promised, or where nothing is, in a day, or when it opens next after that.
    """
    if promised := promise(practice, since):
        return promised
    return opening_hours.reopening(since + WITHOUT_PROMISE, practice.weekly_hours, practice.coming_closures)


def due_again(inquiry: Inquiry, practice: Practice, since: datetime | None) -> datetime:
    """When its call is due by the hours and closures of now.

    `since` is when it was last called in vain or opened again; None for who waits for a first call, who is
    never called earlier for what was promised.
    """
    if since is None:
        return standing_promise(inquiry, practice) or due_at(practice, inquiry.sent_at)
    return due_at(practice, since)


def standing_promise(inquiry: Inquiry, practice: Practice) -> datetime | None:
    """The promise made to a patient, or a later one where a closure was since laid over it.

    What time was left when the closure begins is left when it is over. Nothing else moves a promise: not
    other hours, not another response time.
    """
    call_by, weekly, closures = inquiry.call_by, practice.weekly_hours, practice.coming_closures
    if call_by is None:
        return None
    laid_over = [closure for closure in closures if closure.starts_at < call_by <= closure.ends_at]
    if not laid_over:
        return call_by
    begins = max(inquiry.sent_at, min(closure.starts_at for closure in laid_over))
    ends = max(closure.ends_at for closure in laid_over)
    left = timedelta(minutes=open_minutes(begins, call_by, weekly, ()))
    return due(ends, left, weekly, closures) or ends


def due(
    asked_at: datetime, within: timedelta, weekly: Iterable[Stretch], closures: Iterable[Closed]
) -> datetime | None:
    """When `within` of open time has passed since `asked_at`, in UTC, rounded up to the next STEP.

    Later than `asked_at`, never in closed hours (at the latest at closing time), and never earlier for who
    asks later. None where no hours are entered, or closures leave too few of them.
    """
    left = within
    for opened, closed in opening_hours.open_spans(asked_at, weekly, closures):
        if left <= closed - opened:
            return min(_rounded_up(opened + left), closed)
        left -= closed - opened
    return None


def _rounded_up(moment: datetime) -> datetime:
    beyond = (moment - datetime(2000, 1, 1, tzinfo=UTC)) % STEP
    return moment + STEP - beyond if beyond else moment


def open_minutes(
    start: datetime, end: datetime, weekly: Iterable[Stretch], closures: Iterable[Closed]
) -> int:
    """Whole minutes of open time between two moments; of any time where no hours are entered."""
    weekly = list(weekly)
    if not weekly:
        return max(0, int((end - start).total_seconds() // 60))
    spans = opening_hours.open_spans(start, weekly, closures)
    overlaps = (min(closed, end) - opened for opened, closed in takewhile(lambda span: span[0] < end, spans))
    return int(sum(overlaps, timedelta()).total_seconds() // 60)
