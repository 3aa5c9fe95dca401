"""Drawings: each is one template that holds the drawing, its text alternative and its caption."""

from functools import cache
from pathlib import Path

from django.conf import settings

FOLDER = "procedures/illustrations"


@cache
def choices() -> list[tuple[str, str]]:
    """The drawings there are, by name. A file that starts with _ is a part of others."""
    files = Path(settings.BASE_DIR, "templates", FOLDER).glob("[!_]*.html")
    return [(path.stem, path.stem.replace("-", " ").capitalize()) for path in sorted(files)]


def template_name(illustration: str) -> str:
    return f"{FOLDER}/{illustration}.html"
