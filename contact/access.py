"""The access log: who looked at what patients wrote, or did something with it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from contact.models import AccessEvent, Inquiry

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
    return AccessEvent.objects.create(
        kind=kind,
        screen=screen,
        by_id=by.pk if by else None,
        count=count,
        listed=list(listed),
        filters=dict(filters or {}),
        reason=reason,
    )


def record_unreadable(screen: str, by: AbstractBaseUser | AnonymousUser | None, inquiry: Inquiry) -> None:
    """Once for each inquiry and the same fields: whoever opens it again learns nothing new."""
    fields = inquiry.unreadable_fields
    known = AccessEvent.objects.about(inquiry.pk).filter(kind=Kind.UNREADABLE)
    if fields and fields not in [event.fields for event in known]:
        record(Kind.UNREADABLE, screen, by, inquiry, fields)


def about(inquiry: Inquiry, limit: int) -> list[AccessEvent]:
    """The newest entries about one inquiry, with who made them."""
    return list(AccessEvent.objects.about(inquiry.pk).newest_first().select_related("by")[:limit])
