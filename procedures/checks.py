"""What `manage.py check --deploy` asks of the published content."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, InterfaceError

from procedures.models import Page, Revision
from procedures.notices import LINKED


@register(Tags.security, deploy=True)
def notices_are_filled_in(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Patients must not be met by a notice that is still to be written."""
    try:
        live = {r.page.slug: r for r in Revision.objects.live().of_kinds(Page.Kind.NOTICE)}
    except (DatabaseError, InterfaceError):
        return [
            Error(
                "The notices cannot be checked: the database does not answer.",
                hint="Run `manage.py prepare`, and check DATABASE_URL.",
                id="procedures.E001",
            )
        ]
    missing = [slug for slug in LINKED if slug not in live]
    placeholders = [slug for slug, r in live.items() if r.snapshot["is_placeholder"]]
    return [
        *(_error(slug, "is not published", "Publish it", "procedures.E002") for slug in missing),
        *(
            _error(
                slug,
                "is a placeholder",
                "Write it, untick “placeholder”, and publish it",
                "procedures.E003",
            )
            for slug in placeholders
        ),
    ]


def _error(slug: str, problem: str, fix: str, code: str) -> Error:
    return Error(f"The notice /{slug}/ {problem}.", hint=f"{fix} in the admin, under Pages.", id=code)
