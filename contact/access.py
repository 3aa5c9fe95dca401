"""The access log: who looked at what patients wrote, or did something with it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.utils import timezone

from contact.models import AccessEvent, Inquiry, ListedInquiry

Kind, Screen = AccessEvent.Kind, AccessEvent.Screen
SAID_AGAIN_AFTER: Final = timedelta(days=1)  # that a part cannot be read


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


def record_unreadable(
    screen: str, by: AbstractBaseUser | AnonymousUser | None, inquiry: Inquiry, parts: Iterable[str]
) -> None:
    """That these parts of an inquiry cannot be read, each once a day: who looks again learns nothing new."""
    if not parts:
        return
    lately = AccessEvent.objects.about(inquiry.pk).unreadable_since(timezone.now() - SAID_AGAIN_AFTER)
    known = {part for event in lately for part in event.fields}
    if new := [part for part in parts if part not in known]:
        record(Kind.UNREADABLE, screen, by, inquiry, new)


def about(inquiry: Inquiry, limit: int) -> list[AccessEvent]:
    """The newest entries about one inquiry and its exports, with who made them."""
    own = AccessEvent.objects.about(inquiry.pk).newest_first().select_related("by")[:limit]
    exported = ListedInquiry.objects.about(inquiry.pk, Kind.EXPORTED)[:limit]
    every = [*own, *(row.event for row in exported)]
    return sorted(every, key=lambda event: (event.at, event.pk), reverse=True)[:limit]


def seen_in_queue(inquiry: Inquiry, limit: int) -> list[AccessEvent]:
    """The newest entries about lists that it was in: so many that they would hide the others."""
    return [row.event for row in ListedInquiry.objects.about(inquiry.pk, Kind.VIEWED)[:limit]]
