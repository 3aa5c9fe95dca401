"""What the queue can be narrowed to.

A status, a page, an owner's calls, and what few inquiries are (on legal hold, asked by a helper, taken by
phone) have indexes in the order in which they are listed. A flag that many have is met soon in any order.
Where several choices together leave next to nothing, the database reads on through one of them.
"""

from datetime import datetime, time, timedelta
from typing import Any, Final

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from contact import workflow
from contact.models import Inquiry
from contact.row_number import read_row_number
from procedures.models import Revision

Choices = list[tuple[str, str]]


def end_of_today(now: datetime) -> datetime:
    """Midnight, in the practice's time."""
    tomorrow = timezone.localdate(now) + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time.min))


class QueueFilter(admin.SimpleListFilter):
    everything = "All"

    def choices(self, changelist: Any) -> Any:
        """The first choice in this filter's own words."""
        first, *others = super().choices(changelist)
        yield {**first, "display": self.everything}
        yield from others


class StatusFilter(QueueFilter):
    title = "status"
    parameter_name = "status"
    everything = "To call"
    ANY: Final = "any"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        """Opens on what waits; a search looks through everything."""
        super().__init__(request, params, model, model_admin)
        if request.GET.get("q"):
            self.used_parameters.setdefault(self.parameter_name, self.ANY)

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [*Inquiry.Status.choices, (self.ANY, "All requests")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if value == self.ANY:
            return queryset
        if not value or value in workflow.TO_CALL:
            queryset = queryset.to_call()
        return queryset.filter(status=value) if value else queryset


class DueFilter(QueueFilter):
    title = "due"
    parameter_name = "due"
    everything = "Any time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("overdue", "Overdue"), ("today", "Later today")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        now = timezone.now()
        if self.value() == "overdue":
            return queryset.overdue(now)
        return queryset.due_between(now, end_of_today(now)) if self.value() == "today" else queryset


class OwnerFilter(QueueFilter):
    title = "owner"
    parameter_name = "owner"
    everything = "Anyone"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        staff = User.objects.filter(is_active=True, is_staff=True).exclude(
            username=request.user.get_username()
        )
        others = [(str(pk), name) for pk, name in staff.order_by("username").values_list("pk", "username")]
        return [("me", "Mine"), ("nobody", "Nobody’s"), *others]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "me":
            return queryset.owned_by(request.user)
        if self.value() == "nobody":
            return queryset.filter(owner=None)
        owner = read_row_number(self.value())
        return queryset if owner is None else queryset.filter(owner_id=owner)


class SentFilter(QueueFilter):
    title = "sent"
    parameter_name = "sent"
    everything = "Any time"
    DAYS: Final = {"today": 0, "7": 7, "30": 30, "90": 90}

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("today", "Today"), ("7", "Last 7 days"), ("30", "Last 30 days"), ("90", "Last 90 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
        if self.value() not in self.DAYS:
            return queryset
        start = end_of_today(timezone.now()) - timedelta(days=1 + self.DAYS[self.value() or ""])
        return queryset.filter(sent_at__gte=start)


class PageFilter(QueueFilter):
    """The pages that patients came from, by the titles they had then, and those they have now."""

    title = "page"
    parameter_name = "about"
    everything = "Any page"
    MOST: Final = 50

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        titles = {*Inquiry.objects.all().pages(self.MOST), *Revision.objects.public_titles()}
        return [(title, title) for title in sorted(titles)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
        return queryset.filter(about=self.value()) if self.value() else queryset


class FlagFilter(QueueFilter):
    title = "flag"
    parameter_name = "flag"
    everything = "Any"
    FLAGS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
        "message_ok": ("May leave a message", {"voicemail_ok": True}),
        "helper": ("Asked by a helper", {"asking_for": Inquiry.AskingFor.SOMEONE_ELSE}),
        "by_phone": ("Taken by phone", {"source": Inquiry.Source.PHONE}),
        "morning": ("Best in the morning", {"best_time": Inquiry.BestTime.MORNING}),
        "afternoon": ("Best in the afternoon", {"best_time": Inquiry.BestTime.AFTERNOON}),
        "hold": ("On legal hold", {"legal_hold": True}),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(name, label) for name, (label, _) in self.FLAGS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Inquiry]) -> QuerySet[Inquiry]:
        flag = self.FLAGS.get(self.value() or "")
        return queryset.filter(**flag[1]) if flag else queryset


FILTERS: Final = (StatusFilter, DueFilter, OwnerFilter, SentFilter, PageFilter, FlagFilter)
