"""The desk's numbers: what waits, how fast requests were answered, how many came.

Each is read from an index, in a few queries that cost much the same however many inquiries there are.
"""

import math
import statistics
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from contact import workflow
from contact.models import Inquiry
from contact.paging import count_up_to

MOST_COUNTED: Final = 1000
DAYS: Final = 30  # whose response times are looked at
MOST_MEASURED: Final = 1000  # requests of these days, the newest
WEEKS: Final = 12
# Response times are grouped: each bound in minutes, and the words for up to it.
GROUPS: Final = ((30, "≤ 30 min"), (60, "≤ 1 h"), (120, "≤ 2 h"), (240, "≤ 4 h"), (480, "≤ 8 h"))
SLOWEST: Final = "> 8 h"


@dataclass(frozen=True)
class Counted:
    """A number of rows. Beyond MOST_COUNTED it only says that there are more."""

    number: int

    def __str__(self) -> str:
        return f"{MOST_COUNTED:,}+" if self.number > MOST_COUNTED else f"{self.number:,}"

    def __bool__(self) -> bool:
        return self.number > 0


def counted(some: QuerySet[Any]) -> Counted:
    return Counted(count_up_to(some, MOST_COUNTED + 1))


@dataclass(frozen=True)
class ResponseTimes:
    """How long the requests of the last DAYS waited for the first call, in minutes of open time."""

    minutes: list[int]  # of those that were called, the fastest first
    unanswered: int  # that still wait for their first call
    is_all: bool  # whether these are all of these days, or the newest MOST_MEASURED

    @property
    def median(self) -> int | None:
        return round(statistics.median(self.minutes)) if self.minutes else None

    @property
    def ninetieth(self) -> int | None:
        """The 90th percentile by nearest rank: nine of ten were called within it."""
        return self.minutes[math.ceil(len(self.minutes) * 0.9) - 1] if self.minutes else None

    @property
    def groups(self) -> list[tuple[str, int]]:
        """How many were called how fast, in words."""
        bounds = [-1, *(bound for bound, _ in GROUPS), math.inf]
        labels = [*(label for _, label in GROUPS), SLOWEST]
        return [
            (label, sum(above < minutes <= upto for minutes in self.minutes))
            for label, (above, upto) in zip(labels, pairwise(bounds), strict=True)
        ]


def response_times(now: datetime) -> ResponseTimes:
    recent = Inquiry.objects.sent_between(now - timedelta(days=DAYS), now).newest_first()
    rows = list(recent.values_list("response_minutes", "status")[: MOST_MEASURED + 1])
    seen = rows[:MOST_MEASURED]
    return ResponseTimes(
        minutes=sorted(minutes for minutes, _ in seen if minutes is not None),
        unanswered=sum(minutes is None and status in workflow.TO_CALL for minutes, status in seen),
        is_all=len(rows) == len(seen),
    )


@dataclass(frozen=True)
class Week:
    monday: date
    number: Counted
    is_over: bool


def requests_by_week(now: datetime) -> list[Week]:
    """How many came in each of the last WEEKS, this one included, in the practice's time. Suspects count."""
    today = timezone.localdate(now)
    this_monday = today - timedelta(days=today.weekday())
    mondays = [this_monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    return [Week(monday, _counted_in_week(monday), is_over=monday < this_monday) for monday in mondays]


def _counted_in_week(monday: date) -> Counted:
    start, end = (
        timezone.make_aware(datetime.combine(day, time.min)) for day in (monday, monday + timedelta(weeks=1))
    )
    return counted(Inquiry.objects.sent_between(start, end).newest_first())


def duration_in_words(minutes: int) -> str:
    """Like: less than 1 min, 45 min, 2 h 10 min, 3 h."""
    hours, rest = divmod(minutes, 60)
    if not minutes:
        return "less than 1 min"
    words = [f"{hours:,} h"] if hours else []
    return " ".join([*words, f"{rest} min"] if rest else words)
