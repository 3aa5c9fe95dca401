from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from procedures import content_toml, snapshots


class Command(BaseCommand):
    help = (
        "Write each page's draft as a TOML file into a folder, which is made; files of the same name are "
        "written anew. load_content reads them. Nothing of the site changes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="Where the files are put.")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        pages = list(snapshots.drafts())
        slugs = Counter(page.slug for page in pages)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for page in pages:
                name = page.slug if slugs[page.slug] == 1 else f"{page.kind}-{page.slug}"
                text = content_toml.written(content_toml.data_of(page))
                (folder / f"{name}.toml").write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"Pages written to {folder}: {len(pages)}")
