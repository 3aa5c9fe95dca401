"""Static files as patients get them: hashed, compressed, each stylesheet in one piece."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

COMMENT = re.compile(r"/\*.*?\*/\n*", re.DOTALL)
INDENT = re.compile(r"\n\s*")
IMPORT = re.compile(r'^@import "(?P<path>[^"]+)";\n', re.MULTILINE)


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Put what a stylesheet imports in the import's place, so that one request fetches it all, less comments.

    Only the collected copy is changed: the files under static/ stay plain CSS that a browser reads as it is.
    """

    bundles = ("css/site.css", "css/admin.css")

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str, bool]]:
        if not dry_run:
            paths = paths | {name: (self, name) for name in self.bundles}
            for name in self.bundles:
                self._save_bundle(name)
        yield from super().post_process(paths, dry_run, **options)

    def _save_bundle(self, name: str) -> None:
        """Made from the source, not the collected copy, which an earlier run may have bundled."""
        source = finders.find(name)
        if not source:
            raise FileNotFoundError(f"{name} is named as a bundle, but there is no such static file.")
        self.delete(name)
        self.save(name, ContentFile(INDENT.sub("\n", COMMENT.sub("", _bundle(Path(source)))).encode()))


def _bundle(stylesheet: Path) -> str:
    return IMPORT.sub(
        lambda match: _bundle(stylesheet.parent / match["path"]), stylesheet.read_text(encoding="utf-8")
    )
