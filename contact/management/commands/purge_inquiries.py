from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from contact import retention
from contact.models import Practice


class Command(BaseCommand):
    help = (
        "Delete the inquiries that are older than the practice's details say: closed ones by their last "
        "change, held ones by when they were sent. Nothing goes that is on legal hold, or where no time is "
        "entered. "
        "Each deletion is in the access log. Afterwards the files are cleaned of what was deleted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be deleted, and delete nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        practice, deleted = Practice.objects.get(), 0
        for rule in retention.rules(practice):
            count = 0
            for reference in retention.references(rule) if dry_run else retention.purge(rule):
                self.stdout.write(f"{reference}: {'would be ' if dry_run else ''}deleted ({rule.words})")
                count += 1
            self.stdout.write(f"{rule.words}: {count}")
            deleted += count
        if not retention.rules(practice):
            self.stdout.write("Nothing is deleted: the practice's details name no time.")
        if held := retention.on_hold():
            self.stdout.write(f"On legal hold, kept whatever their age: {held}")
        if deleted and not dry_run:
            retention.clean_files()
            self.stdout.write("The files are cleaned of what was deleted.")
