"""When a call is due, in words for the desk."""

from datetime import datetime, timedelta

from django.utils import timezone

from contact import opening_hours


def in_words(due_at: datetime, now: datetime) -> str:
    """Like: Overdue since 9 am; Due today, 4 pm; Due tomorrow, noon; Due Friday, November 27, 10 am."""
    local, today = timezone.localtime(due_at), timezone.localdate(now)
    clock = opening_hours.time_in_words(local.time())
    day = {
        today - timedelta(days=1): "yesterday",
        today: "today",
        today + timedelta(days=1): "tomorrow",
    }.get(local.date(), f"{local:%A, %B %-d}")
    if due_at < now:
        return f"Overdue since {clock}" if local.date() == today else f"Overdue since {day}, {clock}"
    return f"Due {day}, {clock}"
