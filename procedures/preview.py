"""Links to a draft for a clinician who has no account."""

from datetime import timedelta
from typing import Final

from django.core import signing
from django.urls import reverse

from procedures.models import Page

LASTS: Final = timedelta(days=7)
SALT: Final = "procedures.preview"


def link(page: Page) -> str:
    """The path of a page that shows the draft as it is when it is opened, to whoever has the link."""
    return reverse("procedures:preview", args=[signing.dumps(page.pk, salt=SALT)])


def page_of(token: str) -> int | None:
    """The key of the page that a link leads to.

    None when it is too old. Raises signing.BadSignature when it is none of ours.
    """
    try:
        return int(signing.loads(token, salt=SALT, max_age=LASTS))
    except signing.SignatureExpired:
        return None
