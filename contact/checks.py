"""What `manage.py check --deploy` asks of the way staff learn of new requests."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError, InterfaceError

from contact.models import Practice


@register(Tags.security, deploy=True)
def staff_are_told_of_requests(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A request that nobody is told of waits until somebody happens to look."""
    problems: list[CheckMessage] = []
    if settings.MAIL_IS_PRINTED:
        problems.append(
            Warning(
                "Mail about new requests is not sent.",
                hint="Set EMAIL_URL, like submission://user:password@mail.example.com",
                id="contact.W001",
            )
        )
    try:
        told = Practice.objects.get().alert_address_list
    except (Practice.DoesNotExist, DatabaseError, InterfaceError):
        told = []
    if not told:
        problems.append(
            Warning(
                "Nobody gets a mail about new requests.",
                hint="Enter addresses in the admin, under Practice details.",
                id="contact.W002",
            )
        )
    return problems
