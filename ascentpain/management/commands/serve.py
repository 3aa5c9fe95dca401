"""What `make run` runs."""

import os
import socket
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Prepare the site and serve it with gunicorn on BIND:PORT, in the production configuration, with "
        "`send_alerts --watch` beside it, which is started again should it end. Refuses when the port is "
        "taken. Becomes gunicorn itself, so that one Ctrl-C stops everything."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.refuse_taken_port()
        call_command("prepare", stdout=self.stdout)
        if settings.MAIL_IS_PRINTED:
            what = "waits" if settings.SITE_IS_HTTPS else "is printed here"
            self.stdout.write(f"Mail about new requests {what} until EMAIL_URL names a mail server.")
        self.stdout.flush()
        os.chdir(settings.BASE_DIR)
        self.keep_sending_alerts()
        os.execv(  # noqa: S606 (no shell, no argument from outside)
            sys.executable,
            [
                sys.executable,
                "-m",
                "gunicorn",
                "--config",
                "python:ascentpain.gunicorn_config",
                "ascentpain.wsgi",
            ],
        )

    def keep_sending_alerts(self) -> None:
        """A child of this process, and so of gunicorn, which it outlives by less than a second."""
        command = [sys.executable, "manage.py", "send_alerts", "--watch"]
        subprocess.Popen([sys.executable, "-m", "ascentpain.keep_running", *command])  # noqa: S603 (as above)

    def refuse_taken_port(self) -> None:
        family = socket.AF_INET6 if ":" in settings.BIND else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.BIND, settings.PORT))
            except OSError as error:
                raise CommandError(
                    f"{settings.BIND}:{settings.PORT} cannot be opened ({error.strerror}). "
                    f"Choose another with PORT, like PORT={settings.PORT + 1}."
                ) from error
