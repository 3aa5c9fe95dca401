"""Everything the site needs before it can serve."""

import hashlib
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, connection, transaction

from ascentpain import content_version
from ascentpain.models import EncryptionKey


class Command(BaseCommand):
    help = (
        "Migrate the database, make the cache table, load the content that is missing, collect the static "
        "files if they changed, and make a first staff account if there is none. Safe to run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Data is kept in {settings.DATA_DIR}")
        self.refuse_unreachable_database()
        self.migrate()
        EncryptionKey.objects.refuse_missing()
        call_command("createcachetable", verbosity=0, stdout=self.stdout)
        call_command("load_content", stdout=self.stdout)
        self.collect_static_files()
        self.make_first_account()

    def refuse_unreachable_database(self) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(
                "The database does not answer. Start it, or check DATABASE_URL: its host, port and name."
            ) from error

    def migrate(self) -> None:
        """Where it fails, workers that still run go on noticing what staff change."""
        try:
            call_command("migrate", verbosity=0, stdout=self.stdout)
        except BaseException:
            with suppress(DatabaseError), transaction.atomic():
                content_version.watch(connection)
            raise

    def collect_static_files(self) -> None:
        stamp = Path(settings.DATA_DIR) / "static.fingerprint"
        fingerprint = _fingerprint()
        if Path(settings.STATIC_ROOT).exists() and stamp.exists() and stamp.read_text() == fingerprint:
            return
        self.stdout.write("Collecting the static files")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(fingerprint)

    def make_first_account(self) -> None:
        users = get_user_model().objects
        if users.exists():
            return
        password = secrets.token_urlsafe(15)
        users.create_superuser("staff", password=password)
        self.stdout.write(
            f"Staff account made. Name: staff  Password: {password}\n"
            "This is the only time the password is shown; change it after the first sign-in."
        )


def _fingerprint() -> str:
    """Changes when a static file, or the Django that collects them, does."""
    seen = hashlib.sha256(django.__version__.encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            seen.update(f"{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return seen.hexdigest()
