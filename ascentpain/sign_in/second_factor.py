"""The second factor: an authenticator app or a passkey, and recovery codes for when neither is at hand.

The session remembers when one was last used in it. Secrets are sealed for the account that they belong to.
"""

import logging
import time
from typing import Any, Final

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_used
from django.contrib.auth.models import AbstractBaseUser, User
from django.core.cache import cache
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from ascentpain import encryption, sessions

logger = logging.getLogger(__name__)

SESSION_KEY: Final = "second_factor"
FRESH_SECONDS: Final = 5 * 60  # for so long a used factor allows changes to the account's factors
SEALED: Final = ("secret", "seed")  # of an app, and of recovery codes
TYPES: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_set_up(user: Any) -> bool:
    """Recovery codes alone are none: they are for the day on which the factor is away."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=TYPES).exists()


def is_done(request: HttpRequest) -> bool:
    """Whether this person has a second factor and used it in this session. One query for each request."""
    if _used_at(request) is None:
        return False
    if not hasattr(request, "_second_factor_is_set_up"):
        request._second_factor_is_set_up = is_set_up(request.user)  # type: ignore[attr-defined]
    return bool(request._second_factor_is_set_up)  # type: ignore[attr-defined]


def is_fresh(request: HttpRequest) -> bool:
    """Whether it was used in the last few minutes, so that it need not be asked for again."""
    used_at = _used_at(request)
    return used_at is not None and time.time() - used_at < FRESH_SECONDS


def _used_at(request: HttpRequest) -> float | None:
    used = request.session.get(SESSION_KEY)
    return used["at"] if used and used["user"] == request.user.pk else None


def remember(request: HttpRequest, user: Any) -> None:
    """The session has seen the second factor of this person, who may still be signing in."""
    request.session[SESSION_KEY] = {"user": user.pk, "at": time.time()}


@receiver(authenticator_used)
def _remember_use(request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> None:
    remember(request, user)


def use_once(user: AbstractBaseUser, code: str) -> bool:
    """False for a code that this person has used while it was valid (RFC 6238, 5.2)."""
    name = salted_hmac(
        "ascentpain.code", f"{user.pk}:{''.join(code.split())}", algorithm="sha256"
    ).hexdigest()
    seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    return cache.add(f"code:{name}", True, seconds)


def seal(text: str, user_pk: int) -> str:
    return encryption.seal(text, _context(user_pk))


def unseal(token: str, user_pk: int) -> str:
    """Raises encryption.Unreadable."""
    return encryption.unseal(token, _context(user_pk))


def _context(user_pk: int) -> str:
    return f"mfa_authenticator.data.{user_pk}"


def seal_anew() -> tuple[str, int, int]:
    """Seal all secrets under the current key (rotate_keys).

    Returns what they are, how many rows were sealed, and how many had to be left.
    """
    done = left = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        try:
            done += _seal_row_anew(pk)
        except encryption.Unreadable:
            left += 1
    return "Second factors", done, left


@transaction.atomic
def _seal_row_anew(pk: int) -> bool:
    """Raises encryption.Unreadable."""
    factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if factor is None:
        return False
    current, owner = encryption.current_key().id, factor.user_id
    secrets = {name: factor.data[name] for name in SEALED if name in factor.data}
    old = {name: token for name, token in secrets.items() if encryption.key_id_of(token) != current}
    anew = {name: seal(unseal(token, owner), owner) for name, token in old.items()}
    Authenticator.objects.filter(pk=pk).update(data=factor.data | anew)
    return bool(anew)


def reset(user: User) -> int:
    """Take all factors and codes away, and end all sessions: the next sign-in sets up a new one.

    Returns how many sessions ended.
    """
    Authenticator.objects.filter(user=user).delete()
    ended = sessions.end_all(user)
    logger.warning("the second factor of account %s was reset", user.pk)
    return ended
