"""Signs that a request may be spam.

A suspect is held for staff to look at; it is never refused or dropped.
"""

import re
from collections.abc import Callable
from typing import Final

from django.db.models import TextChoices

from contact.request_token import RequestToken

# A field that people do not see. Whoever fills it in, or leaves it out, did not use the form.
DECOY: Final = "website"

FASTEST: Final = 2  # seconds in which a person may send the form
OLDEST: Final = 24 * 3600  # seconds for which a form may lie open
SAME_TEXT_LIMIT: Final = 3  # requests with one text, in SAME_TEXT_DAYS, after which the next is suspect
SAME_TEXT_DAYS: Final = 7
SHORTEST_TEXT: Final = 20  # characters; shorter ones ("back pain") are alike by chance
LINK: Final = re.compile(
    r"://|\bwww\.|<a\b|\[url|\b[\w-]+\.(?:com|net|org|info|biz|co|io|ru|cn|xyz|top|site|online|shop|club|link)\b",
    re.IGNORECASE,
)


class Suspicion(TextChoices):
    TOO_FAST = "too_fast", "sent faster than a person can write"
    TOO_OLD = "too_old", "the form was open for more than a day"
    NOT_OUR_FORM = "not_our_form", "not sent with the form of this site"
    DECOY = "decoy", "a field that people do not see was filled in or left out"
    LINK_IN_NAME = "link_in_name", "a link in a name"
    SAME_TEXT = "same_text", "the same text came several times"


def suspicions(
    token: RequestToken, decoy: str | None, names: list[str], count_same_text: Callable[[], int]
) -> list[Suspicion]:
    """Every reason to hold the request, none for most.

    `count_same_text` is asked last, since it may cost a query: how many earlier requests have this text.
    """
    age = token.age
    signs = {
        Suspicion.NOT_OUR_FORM: age is None,
        Suspicion.TOO_FAST: age is not None and 0 <= age < FASTEST,
        Suspicion.TOO_OLD: age is not None and age > OLDEST,
        Suspicion.DECOY: decoy != "",
        Suspicion.LINK_IN_NAME: any(map(LINK.search, names)),
        Suspicion.SAME_TEXT: count_same_text() >= SAME_TEXT_LIMIT,
    }
    return [reason for reason, holds in signs.items() if holds]


def text_to_compare(text: str) -> str:
    """The same for texts that differ in case or spaces only; "" for a short text."""
    plain = " ".join(text.casefold().split())
    return plain if len(plain) >= SHORTEST_TEXT else ""
