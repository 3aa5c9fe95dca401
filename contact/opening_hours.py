"""When the practice is open: its weekly hours, less its closures.

Hours are wall-clock times in the practice's own zone, America/Chicago: 8 am stays 8 am when the clocks
change.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Final, Protocol

from django.utils import timezone

HORIZON: Final = 120  # days ahead that are looked at
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Stretch(Protocol):
    weekday: int
    opens: time
    closes: time


class Closed(Protocol):
    starts_at: datetime
    ends_at: datetime


def open_spans(
    after: datetime, weekly: Iterable[Stretch], closures: Iterable[Closed]
) -> Iterator[tuple[datetime, datetime]]:
    """Every time, start and end in UTC, during which the practice is open from `after` on, in order.

    None overlap. They end after HORIZON days or where the calendar does, or at once where no hours are
    entered.
    """
    weekly, closures = list(weekly), sorted(closures, key=lambda closure: closure.starts_at)
    today = timezone.localtime(after).date()
    at = after.astimezone(UTC)
    ahead = min(HORIZON, (date.max - today).days) if weekly else 0
    for day in (today + timedelta(days) for days in range(ahead)):
        for start, end in sorted(_spans_of(day, weekly)):
            for opened, closed in _without(max(start, at), end, closures):
                at = closed
                yield opened, closed


def reopening(now: datetime, weekly: Sequence[Stretch], closures: Sequence[Closed]) -> datetime:
    """When a practice that is closed now opens again: by its hours, or where none are entered, when the
    closures that are in force one after the other end."""
    for closure in sorted(closures, key=lambda closure: closure.starts_at):
        if closure.starts_at <= now < closure.ends_at:
            now = closure.ends_at
    return next((opened for opened, _ in open_spans(now, weekly, closures)), now)


def moment_in_words(moment: datetime) -> str:
    """Like: Tuesday, November 24, 4 pm, Central time."""
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return f"{local:%A, %B %-d}, {time_in_words(local.time())}, Central time"


def _spans_of(day: date, weekly: list[Stretch]) -> Iterator[tuple[datetime, datetime]]:
    for stretch in weekly:
        if stretch.weekday == day.weekday():
            yield _moment(day, stretch.opens), _moment(day, stretch.closes)


def _moment(day: date, wall_clock: time) -> datetime:
    """In UTC. A time that the clock skips in March counts as an hour later; of one it repeats, the first."""
    return datetime.combine(day, wall_clock, timezone.get_default_timezone()).astimezone(UTC)


def _without(start: datetime, end: datetime, closures: list[Closed]) -> Iterator[tuple[datetime, datetime]]:
    """What remains of a span when the closures, ordered by their start, are taken out."""
    for closure in closures:
        if start < closure.starts_at < end:
            yield start, closure.starts_at.astimezone(UTC)
        if closure.starts_at < end:
            start = max(start, closure.ends_at.astimezone(UTC))
    if start < end:
        yield start, end


def in_words(weekly: Iterable[Stretch]) -> list[str]:
    """A line for each run of days with the same hours, like: Monday to Friday, 8 am to 5 pm."""
    by_day = {
        day: " and ".join(map(stretch_in_words, stretches))
        for day, stretches in groupby(weekly, key=lambda stretch: stretch.weekday)
    }
    runs = groupby(enumerate(by_day.items()), key=lambda entry: (entry[1][1], entry[1][0] - entry[0]))
    return [f"{_days([day for _, (day, _) in run])}, {hours}" for (hours, _), run in runs]


def _days(days: list[int]) -> str:
    first, last = WEEKDAYS[days[0]], WEEKDAYS[days[-1]]
    if len(days) == 1:
        return first
    return f"{first} {'and' if len(days) == 2 else 'to'} {last}"


def stretch_in_words(stretch: Stretch) -> str:
    return f"{time_in_words(stretch.opens)} to {time_in_words(stretch.closes)}"


def time_in_words(wall_clock: time) -> str:
    """Like 8 am, 4:30 pm, noon."""
    if (wall_clock.hour, wall_clock.minute) in {(0, 0), (12, 0)}:
        return "noon" if wall_clock.hour else "midnight"
    hour, half = wall_clock.hour % 12 or 12, "pm" if wall_clock.hour >= 12 else "am"
    return f"{hour}:{wall_clock.minute:02} {half}" if wall_clock.minute else f"{hour} {half}"
