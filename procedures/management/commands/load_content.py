from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procedures import content_files

SHIPPED = Path(content_files.__file__).parent / "content"


class Command(BaseCommand):
    help = (
        "Without a folder: create the pages that the site ships with and does not have; on an empty database "
        "they are published, later only a notice that every page links to. A page that exists is left as "
        "staff have it, wherever they moved it. With a folder: make the drafts what its TOML files say, "
        "never what patients read; a draft that was nowhere else is kept in the page's history. A bad file "
        "changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="Where the files are.")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["folder"]
        try:
            loaded = content_files.load_drafts(folder) if folder else content_files.load_missing(SHIPPED)
        except content_files.BadContent as error:
            raise CommandError(f"Nothing was changed.\n{error}") from error
        for page in loaded.created:
            is_live = page in loaded.published
            done = "Published" if is_live else "Draft made, to be published in the admin:"
            self.stdout.write(f"{done} {page.get_absolute_url()} ({page.title})")
        for page in loaded.changed:
            self.stdout.write(f"Draft changed: {page.get_absolute_url()} ({page.title})")
        if loaded.kept:
            self.stdout.write(f"Pages left as they are: {len(loaded.kept)}")
