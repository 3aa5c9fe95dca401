"""The access log: who looked at what patients wrote, or did something with it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction

from contact.models import AccessEvent, Inquiry, ListedInquiry

Kind, Screen = AccessEvent.Kind, AccessEvent.Screen


def record(
    kind: str,
    screen: str,
    by: AbstractBaseUser | AnonymousUser | None,
    inquiry: Inquiry | None = None,
    fields: Iterable[str] = (),
) -> AccessEvent:
    """Add an entry about one inquiry, or about none.

    Raises DatabaseError: what is not logged, is not shown.
    """
    return AccessEvent.objects.create(
        kind=kind,
        screen=screen,
        by_id=by.pk if by else None,
        inquiry_pk=inquiry.pk if inquiry else None,
        reference=inquiry.reference if inquiry else "",
        fields=list(fields),
    )


@transaction.atomic
def record_several(
    kind: str,
    screen: str,
    by: AbstractBaseUser | AnonymousUser | None,
    count: int,
    listed: Iterable[int] = (),
    filters: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AccessEvent:
    """Add an entry about several.

    How many, their numbers where they were listed, and by what they were chosen.
    """
    event = AccessEvent.objects.create(
        kind=kind,
        screen=screen,
        by_id=by.pk if by else None,
        count=count,
        filters=dict(filters or {}),
        reason=reason,
    )
    add_listed(event, listed)
    return event


def add_listed(event: AccessEvent, inquiry_pks: Iterable[int]) -> None:
    """To an entry about several, these: all at once, or as they are read."""
    ListedInquiry.objects.bulk_create(ListedInquiry(event=event, inquiry_pk=pk) for pk in inquiry_pks)


def record_unreadable(screen: str, by: AbstractBaseUser | AnonymousUser | None, inquiry: Inquiry) -> None:
    """Once for each inquiry and the same fields: whoever opens it again learns nothing new."""
    fields = inquiry.unreadable_fields
    known = AccessEvent.objects.about(inquiry.pk).filter(kind=Kind.UNREADABLE)
    if fields and fields not in [event.fields for event in known]:
        record(Kind.UNREADABLE, screen, by, inquiry, fields)


def about(inquiry: Inquiry, limit: int) -> list[AccessEvent]:
    """The newest entries about one inquiry and its exports, with who made them."""
    own = AccessEvent.objects.about(inquiry.pk).newest_first().select_related("by")[:limit]
    exported = ListedInquiry.objects.about(inquiry.pk, Kind.EXPORTED)[:limit]
    every = [*own, *(row.event for row in exported)]
    return sorted(every, key=lambda event: (event.at, event.pk), reverse=True)[:limit]


def seen_in_queue(inquiry: Inquiry, limit: int) -> list[AccessEvent]:
    """The newest entries about lists that it was in: so many that they would hide the others."""
    return [row.event for row in ListedInquiry.objects.about(inquiry.pk, Kind.VIEWED)[:limit]]
