import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ascentpain import env, key_rotation
from ascentpain.models import EncryptionKey


class Command(BaseCommand):
    help = (
        "Seal everything anew under the first of DATA_KEYS, while the site runs. First put the new key in "
        "front (--new-key does so in var/data_keys), and restart the site, so that all of it reads both. "
        "May be stopped and run again. Says when the old key is no longer needed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--new-key",
            action="store_true",
            help="make a key, put it in front of the others, and do nothing else",
        )

    def handle(self, *args: Any, new_key: bool, **options: Any) -> None:
        if new_key:
            self.make_key()
            return
        EncryptionKey.objects.refuse_missing()
        done: dict[str, key_rotation.Progress] = {}
        for progress in key_rotation.rotate():
            done[progress.label] = progress
            if progress.done and progress.done % 1000 == 0:
                self.stdout.write(f"{progress.label}: {progress.done} rows sealed anew")
        for progress in done.values():
            self.stdout.write(f"{progress.label}: {progress.done} rows sealed anew")
            for row in progress.unreadable:
                self.stdout.write(f"{row} cannot be read and is left as it is")
        left = key_rotation.left()
        for other in key_rotation.others:
            label, count, unreadable = other()
            self.stdout.write(f"{label}: {count} rows sealed anew")
            left += unreadable
        self.stdout.write(f"Left under an older key: {left}")
        if left:
            self.stdout.write("Keep the older keys. Run rotate_keys again when these can be read.")
            return
        for key_id in key_rotation.finish():
            self.stdout.write(f"Key {key_id} is no longer needed here. Backups made until now still need it.")

    def make_key(self) -> None:
        if os.environ.get("DATA_KEYS", "").strip():
            raise CommandError(
                "DATA_KEYS is set: make a key with `openssl rand -hex 32`, and put it in front there."
            )
        place = settings.DATA_DIR / "data_keys"
        env.add_data_key(place)
        self.stdout.write(f"A new key stands first in {place}.")
        self.stdout.write("Back it up, restart the site, then run rotate_keys.")
