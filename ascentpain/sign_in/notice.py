"""Mails to a member of staff about their own account. Nobody waits for them, and one that fails is logged."""

import logging
import threading
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from contact.opening_hours import moment_in_words

logger = logging.getLogger(__name__)


def send(user: User, subject: str, template: str, to: str = "", **context: Any) -> threading.Thread | None:
    """To the address of the account, or the one it had (`to`); to nobody where there is none.

    In a thread of its own, so that a slow mail server holds up nobody.
    """
    if not (address := to or user.email):
        return None
    context |= {
        "name": user.get_short_name() or user.get_username(),
        "when": moment_in_words(timezone.now()),
        "password_address": settings.SITE_URL + reverse("account_change_password"),
    }
    mail = EmailMessage(subject, render_to_string(f"account/mail/{template}.txt", context), to=[address])
    thread = threading.Thread(target=_send, args=(mail, user.pk), daemon=True, name="staff-notice")
    thread.start()
    return thread


def _send(mail: EmailMessage, user_pk: int) -> None:
    try:
        mail.send()
    except Exception:  # whatever a mail server can do to us
        logger.exception("account %s was not told what happened to it", user_pk)
