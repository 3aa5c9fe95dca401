"""The search of the desk.

What is typed is posted, and stands in the address only sealed, for whoever typed it.
"""

import time
from typing import Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet

from ascentpain import encryption
from contact import search
from contact.models import Inquiry

FIELD: Final = "q"
LONGEST: Final = 200  # characters
AGE: Final = 10 * 3600  # seconds for which an address with a search works: a working day


def seal(typed: str, user: AbstractBaseUser | AnonymousUser) -> str:
    return encryption.seal(f"{int(time.time())} {typed.strip()[:LONGEST]}", _context(user))


def unseal(token: str, user: AbstractBaseUser | AnonymousUser) -> str | None:
    """What this person searched for; None for anything that is not a search of theirs today."""
    try:
        sealed_at, _, typed = encryption.unseal(token, _context(user)).partition(" ")
    except encryption.Unreadable:
        return None
    return typed if time.time() - int(sealed_at) < AGE else None


def find(inquiries: QuerySet[Inquiry], typed: str | None) -> QuerySet[Inquiry]:
    return search.find(inquiries, typed) if typed else inquiries.none()


def _context(user: AbstractBaseUser | AnonymousUser) -> str:
    return f"search.{user.pk}"
