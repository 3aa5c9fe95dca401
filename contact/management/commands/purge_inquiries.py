from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contact import retention
from contact.models import Practice, RequestDraft


class Command(BaseCommand):
    help = (
        "Delete the inquiries that are older than the practice's details say: closed ones by their last "
        "change, held ones by when they were sent. Nothing goes that is on legal hold, or where no time is "
        "entered. Each deletion is in the access log. Afterwards the files are cleaned of what was deleted, "
        "this time or before: where that cannot be done, the command fails, and the next run does it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be deleted, and delete nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        practice = Practice.objects.get()
        for rule in retention.rules(practice):
            count = 0
            for reference in retention.references(rule) if dry_run else retention.purge(rule):
                self.stdout.write(f"{reference}: {'would be ' if dry_run else ''}deleted ({rule.words})")
                count += 1
            self.stdout.write(f"{rule.words}: {count}")
        if not retention.rules(practice):
            self.stdout.write("Nothing is deleted: the practice's details name no time.")
        if held := retention.on_hold():
            self.stdout.write(f"On legal hold, kept whatever their age: {held}")
        if not dry_run:
            RequestDraft.objects.expired().delete()
            self._clean_files()

    def _clean_files(self) -> None:
        """Also where nothing was deleted: an earlier run may have been killed before it came to this."""
        if not retention.clean_files():
            raise CommandError(
                "The database's files still hold what was deleted, encrypted: something was reading the "
                "database all the while. Run this again when less is going on, or when the site is stopped."
            )
        self.stdout.write("The files are cleaned of what was deleted.")
