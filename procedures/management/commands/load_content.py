from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procedures import content_files

SHIPPED = Path(content_files.__file__).parent / "content"


class Command(BaseCommand):
    help = (
        "Create and publish the pages of a folder of TOML files that the site does not have yet. "
        "A page that exists is left as staff have it. A bad file changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=SHIPPED, help="Where the files are.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            created, kept = content_files.load(options["folder"])
        except content_files.BadContent as error:
            raise CommandError(f"Nothing was changed.\n{error}") from error
        for page in created:
            self.stdout.write(f"Published {page.get_absolute_url()} ({page.title})")
        if kept:
            self.stdout.write(f"Pages left as they are: {len(kept)}")
