"""The first page of the desk: what its reader has to know in the morning, and nothing they may not see."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils import timezone

from ascentpain import backup, chart
from contact import attention, opening_hours, summary
from contact.models import Alert, Inquiry, Practice
from procedures import summary as content

NAMED: Final = 5  # pages that are named, of those to look at


@dataclass(frozen=True)
class Figure:
    """A number, and the list behind it."""

    number: str
    label: str
    path: str
    look: str = ""  # "wrong" or "notice", where there is something to do
    note: str = ""  # the same in words


@dataclass(frozen=True)
class Fact:
    """A line about the site itself, and where to go from there."""

    label: str
    text: str
    links: tuple[tuple[str, str], ...] = ()  # words and address
    is_notice: bool = False


def page(user: User | AnonymousUser) -> dict[str, Any]:
    """What the template shows this person."""
    now, practice = timezone.now(), Practice.objects.current()
    may_see_requests = user.has_perm("contact.view_inquiry")
    return {
        "as_of": opening_hours.moment_in_words(now),
        "figures": list(_figures(user, now)),
        "may_see_requests": may_see_requests,
        **(_about_response(now) | _about_weeks(now) if may_see_requests else {}),
        "facts": list(_facts(user, now)),
        "attention": attention.notes(user, practice),
        "has_hours": bool(practice.weekly_hours),
    }


def _figures(user: User | AnonymousUser, now: datetime) -> Iterator[Figure]:
    queue = reverse("admin:contact_inquiry_changelist")
    if user.has_perm("contact.view_inquiry"):
        inquiries = Inquiry.objects.all()
        yield Figure(str(summary.counted(inquiries.to_call())), "waiting for a call", queue)
        overdue = summary.counted(inquiries.overdue(now))
        yield _figure(overdue, "overdue", f"{queue}?due=overdue", "wrong", "Call these first.")
        yield _about_held(f"{queue}?status={Inquiry.Status.QUARANTINED}", now)
    if user.has_perm("contact.view_alert"):
        late = summary.counted(Alert.objects.late(now))
        path = f"{reverse('admin:contact_alert_changelist')}?status__exact={Alert.Status.WAITING}"
        yield _figure(late, "failing alerts", path, "notice", "Mail to staff is not sent.")


def _about_held(path: str, now: datetime) -> Figure:
    """Their senders were promised a time like all others."""
    held = summary.counted(Inquiry.objects.quarantined())
    overdue = summary.counted(Inquiry.objects.held_past_promise(now))
    look = "wrong" if overdue else "notice"
    note = f"{overdue} overdue. Accept or close them first." if overdue else "Accept or close them."
    return _figure(held, "held: may be spam", path, look, note)


def _figure(counted: summary.Counted, label: str, path: str, look: str, note: str) -> Figure:
    return Figure(str(counted), label, path, look, note) if counted else Figure("0", label, path)


def _about_response(now: datetime) -> dict[str, Any]:
    times = summary.response_times(now)
    return {
        "times": times,
        "median": _duration(times.median),
        "ninetieth": _duration(times.ninetieth),
        "days": summary.DAYS,
        "most_measured": f"{summary.MOST_MEASURED:,}",
        "times_chart": chart.draw(
            "times",
            "How many requests were called how fast, in open time. The table has the numbers.",
            ("First call within", "Requests"),
            [(label, number, f"{number:,}") for label, number in times.groups],
        ),
    }


def _about_weeks(now: datetime) -> dict[str, Any]:
    weeks = summary.requests_by_week(now)
    numbers = [week.number for week in weeks]
    least, most = (str(pick(numbers, key=lambda counted: counted.number)) for pick in (min, max))
    return {
        "weeks": len(weeks),
        "this_week": numbers[-1],
        "last_week": numbers[-2],
        "weeks_chart": any(numbers)
        and chart.draw(
            "weeks",
            f"Requests in each of {len(weeks)} weeks, from {least} to {most}. The table has the numbers.",
            ("Week from", "Requests"),
            [(f"{week.monday:%b %-d}", week.number.number, str(week.number)) for week in weeks],
            every=3,
            is_last_open=True,
        ),
    }


def _duration(minutes: int | None) -> str | None:
    return None if minutes is None else summary.duration_in_words(minutes)


def _facts(user: User | AnonymousUser, now: datetime) -> Iterator[Fact]:
    """Who looks after the practice is told how many pages need somebody, though others open them."""
    reads_pages, looks_after = user.has_perm("procedures.view_page"), user.has_perm("contact.change_practice")
    if reads_pages or looks_after:
        pages, about = content.live_pages(now), _about_pages if reads_pages else _number_of_pages
        if reads_pages:
            yield _about_pages("Drafts that wait for a reviewer", content.awaiting_review(), "publish")
        yield about("Pages whose review is due", pages.due)
        if reads_pages:
            yield _about_pages("Medical pages that no clinician is named for", pages.unreviewed)
            yield _about_pages("Sections that await a clinician", content.held_back(), "preview")
        yield about("Placeholder notices that patients read", pages.placeholders)
    if looks_after:
        yield _about_backup(now)


def _number_of_pages(label: str, pages: list[tuple[int, str]]) -> Fact:
    return Fact(label, f"{len(pages):,}" if pages else "None", is_notice=bool(pages))


def _about_pages(label: str, pages: list[tuple[int, str]], screen: str = "change") -> Fact:
    path = f"admin:procedures_page_{screen}"
    links = [(words, reverse(path, args=[pk])) for pk, words in pages[:NAMED]]
    if len(pages) > NAMED:
        links.append((f"and {len(pages) - NAMED:,} more", reverse("admin:procedures_page_changelist")))
    return replace(_number_of_pages(label, pages), links=tuple(links))


def _about_backup(now: datetime) -> Fact:
    made = backup.last_made()
    if made is None:
        return Fact("Last backup", "No backup is recorded.", is_notice=True)
    local = timezone.localtime(made)
    words = f"{local:%A, %B %-d, %Y}, {opening_hours.time_in_words(local.time())}"
    if now - made > backup.TOO_OLD:
        return Fact("Last backup", f"{words}. That is more than two days ago.", is_notice=True)
    return Fact("Last backup", words)
