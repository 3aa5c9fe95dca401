"""Pages written as TOML files: one file a page, keys as in models.py, links written as "kind/slug".

Everything is read and checked before anything is stored; what is wrong is told by file, key and fix.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction

from procedures import publishing
from procedures.models import Item, Page, Section

Row = TypeVar("Row", Page, Section, Item)

PAGE_KEYS = {
    "kind",
    "slug",
    "title",
    "summary",
    "introduction",
    "order",
    "is_placeholder",
    "sections",
}
SECTION_KEYS = {"heading", "slug", "kind", "intro", "illustration", "link", "link_text", "items"}
ITEM_KEYS = {"term", "text", "illustration", "link"}


class BadContent(Exception):  # noqa: N818 (reads as what happened)
    """Content files that cannot be used. `problems`: a line each with file, key, what is wrong, the fix."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class ContentFile:
    path: Path
    data: dict[str, Any]

    @property
    def address(self) -> str:
        return f"{self.data['kind']}/{self.data['slug']}"


@transaction.atomic
def load(folder: Path) -> tuple[list[Page], list[Page]]:
    """Create and publish the pages of `folder` that do not exist yet; leave the others as staff have them.

    Returns the created and the kept pages. Raises BadContent, having changed nothing, when a file is not fit.
    """
    files = _read(folder)
    existing = {f"{page.kind}/{page.slug}": page for page in Page.objects.all()}
    missing = [file for file in files if file.address not in existing]
    _check_links(files, {file.address for file in files} | set(existing))
    created = {file.address: _save_page(file) for file in missing}
    for file in missing:
        _save_sections(file, created[file.address], existing | created)
    _publish({file.path: created[file.address] for file in missing})
    return list(created.values()), [existing[f.address] for f in files if f.address in existing]


def _read(folder: Path) -> list[ContentFile]:
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise BadContent([f"{folder}: there is no .toml file in this folder."])
    files, problems = [], []
    for path in paths:
        try:
            file = ContentFile(path, tomllib.loads(path.read_text(encoding="utf-8-sig")))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            problems.append(f"{path}: not readable as TOML: {error}.")
            continue
        if not (found := [f"{path}: {problem}" for problem in _shape_problems(file.data)]):
            files.append(file)
        problems += found
    if problems or (problems := [*_repeated(files), *(p for file in files for p in _field_problems(file))]):
        raise BadContent(problems)
    return files


def _shape_problems(page: dict[str, Any]) -> Iterator[str]:
    yield from _key_problems("", page, PAGE_KEYS, required={"kind", "slug", "title", "summary"})
    for number, section in enumerate(_tables(page.get("sections")), start=1):
        place = f"sections[{number}]."
        yield from _key_problems(place, section, SECTION_KEYS, required={"heading", "slug", "kind"})
        for item_number, item in enumerate(_tables(section.get("items")), start=1):
            yield from _key_problems(f"{place}items[{item_number}].", item, ITEM_KEYS, required=set())


def _field_problems(file: ContentFile) -> Iterator[str]:
    """What the models themselves say of the values, row by row; nothing is stored yet."""
    yield from _row_problems(Page(**_fields(file.data)), file.path, "")
    for number, section in enumerate(file.data.get("sections", []), start=1):
        place = f"sections[{number}]."
        yield from _row_problems(Section(**_fields(section)), file.path, place)
        for item_number, item in enumerate(section.get("items", []), start=1):
            yield from _row_problems(Item(**_fields(item)), file.path, f"{place}items[{item_number}].")


def _row_problems(row: Row, path: Path, place: str) -> Iterator[str]:
    try:
        row.clean_fields(exclude={"page", "section"})
    except ValidationError as error:
        yield from _told(error, row, path, place)


def _fields(table: dict[str, Any]) -> dict[str, Any]:
    """The values of the row's own columns."""
    return {
        key: value.strip() if isinstance(value, str) else value
        for key, value in table.items()
        if key not in {"link", "items", "sections"}
    }


def _told(error: ValidationError, row: Row, path: Path, place: str) -> Iterator[str]:
    for key, messages in error.message_dict.items():
        where = (place if key == NON_FIELD_ERRORS else place + key).rstrip(".")
        for message in messages:
            yield f"{path}: {where}: {message}{_choices(row, key)}"


def _tables(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _key_problems(place: str, table: dict[str, Any], allowed: set[str], required: set[str]) -> Iterator[str]:
    for key in sorted(required - table.keys()):
        yield f"{place}{key}: missing. Add it."
    for key, value in table.items():
        if key not in allowed:
            yield f"{place}{key}: not known here. Use one of: {', '.join(sorted(allowed))}."
        elif not isinstance(value, _type_of(key)) or (key == "order" and isinstance(value, bool)):
            yield f"{place}{key}: {_WORDS[_type_of(key)]} is needed, not {value!r}."
        elif isinstance(value, str) and "\x00" in value:
            yield f"{place}{key}: it holds a null character. Take it out."
        elif isinstance(value, list) and len(_tables(value)) != len(value):
            yield f"{place}{key}: {_WORDS[list]} is needed, not {value!r}."


_WORDS = {str: "text", int: "a whole number", bool: "true or false", list: "a list of tables"}


def _type_of(key: str) -> type:
    return {"order": int, "is_placeholder": bool, "sections": list, "items": list}.get(key, str)


def _repeated(files: list[ContentFile]) -> Iterator[str]:
    seen: dict[str, Path] = {}
    for file in files:
        if file.address in seen:
            yield f"{file.path}: slug: {seen[file.address].name} has the same kind and slug. Change one."
        seen[file.address] = file.path


def _check_links(files: list[ContentFile], known: set[str]) -> None:
    problems = [
        f"{file.path}: {place}link: there is no page {link!r}. Use one of: {', '.join(sorted(known))}."
        for file in files
        for place, link in _links(file)
        if link not in known
    ]
    if problems:
        raise BadContent(problems)


def _links(file: ContentFile) -> Iterator[tuple[str, str]]:
    for number, section in enumerate(file.data.get("sections", []), start=1):
        if "link" in section:
            yield f"sections[{number}].", section["link"]
        for item_number, item in enumerate(section.get("items", []), start=1):
            if "link" in item:
                yield f"sections[{number}].items[{item_number}].", item["link"]


def _save_page(file: ContentFile) -> Page:
    return _saved(Page(**_fields(file.data)), file.path, place="")


def _save_sections(file: ContentFile, page: Page, pages: dict[str, Page]) -> None:
    for number, data in enumerate(file.data.get("sections", []), start=1):
        place = f"sections[{number}]."
        linked = pages.get(data.get("link", ""))
        section = Section(page=page, order=number, linked_page=linked, **_fields(data))
        _saved(section, file.path, place)
        for item_number, item in enumerate(data.get("items", []), start=1):
            linked = pages.get(item.get("link", ""))
            new = Item(section=section, order=item_number, linked_page=linked, **_fields(item))
            _saved(new, file.path, f"{place}items[{item_number}].")


def _saved(row: Row, path: Path, place: str) -> Row:
    try:
        row.full_clean()
    except ValidationError as error:
        raise BadContent(list(_told(error, row, path, place))) from error
    row.save()
    return row


def _choices(row: Row, key: str) -> str:
    choices = {field.name: field.choices for field in row._meta.fields}.get(key)
    return f" Use one of: {', '.join(str(value) for value, _ in choices)}." if choices else ""


def _publish(created: dict[Path, Page]) -> None:
    paths = {page.pk: path for path, page in created.items()}
    try:
        publishing.publish(*created.values(), note="Loaded from the site's content files")
    except publishing.CannotPublish as error:
        raise BadContent([f"{paths[pk]}: {words}" for pk, words in error.problems]) from error
