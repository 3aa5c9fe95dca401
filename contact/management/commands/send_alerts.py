import logging
import signal
import time
from argparse import ArgumentParser
from contextlib import suppress
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections

from ascentpain.models import EncryptionKey
from contact import alerts

logger = logging.getLogger(__name__)

PAUSE = 2.0  # seconds between two looks at the outbox
LOOK = 0.1  # seconds between two looks whether a signal came


class Command(BaseCommand):
    help = (
        "Send the mails about inquiries whose time has come. A mail that cannot be sent is tried again "
        "later, for ever. On a site with https they wait until EMAIL_URL names a mail "
        "server. Several may run at once: each mail is sent by one of them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--watch", action="store_true", help="keep going until SIGTERM or Ctrl-C")

    def handle(self, *args: Any, watch: bool, **options: Any) -> None:
        with suppress(DatabaseError, InterfaceError):  # it may come back
            EncryptionKey.objects.refuse_missing()
        if watch:
            self.watch()
        else:
            sent, put_off = alerts.send_due()
            self.stdout.write(f"{sent} done, {put_off} to be tried again")

    def watch(self) -> None:
        """The mail that is being sent when the signal comes is finished first, and then no other is begun."""
        stopping = False

        def stop(number: int, frame: FrameType | None) -> None:
            # A plain variable: threading.Event's lock meets itself when a second signal interrupts the first.
            nonlocal stopping
            stopping = True

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        while not stopping:
            close_old_connections()
            try:
                alerts.send_due(lambda: stopping)
            except (DatabaseError, InterfaceError):
                logger.exception("send_alerts: the database does not answer; trying again")
            wake = time.monotonic() + PAUSE
            while not stopping and time.monotonic() < wake:
                time.sleep(LOOK)
