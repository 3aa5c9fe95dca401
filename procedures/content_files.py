"""Pages written as TOML files, one file a page (content_toml says how).

Everything is read and checked before anything is stored; what is wrong is told by file, key and fix.
"""

import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction

from procedures import content_toml, drafts, publishing, snapshots
from procedures.content_toml import ITEM_KEYS, PAGE_KEYS, SECTION_KEYS
from procedures.models import Item, Page, Section, Snapshot

Row = TypeVar("Row", Page, Section, Item)


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


@dataclass
class Loaded:
    """What became of each file's page."""

    created: list[Page]
    changed: list[Page]
    kept: list[Page]
    published: list[Page] = field(default_factory=list)  # of those that were created


@transaction.atomic
def load_missing(folder: Path) -> Loaded:
    """Create the pages of `folder` that do not exist yet; leave the others as staff have them.

    For the content that the site ships with. At the first start the site publishes it itself; what a later
    release adds is a draft, but for a notice that every page links to. Raises BadContent, having changed
    nothing, if a file is not fit.
    """
    is_first_start = not Page.objects.exists()
    loaded = _store(_read(folder), change=False)
    if is_first_start:
        loaded.published = _publish(loaded.created)
    else:
        loaded.published = [page for page in loaded.created if page.is_linked_notice and _was_fit(page)]
    return loaded


@transaction.atomic
def load_drafts(folder: Path) -> Loaded:
    """Make the drafts what the files of `folder` say; patients get nothing of it until it is published.

    A draft that was nowhere else is kept in the page's history. Raises BadContent as above.
    """
    return _store(_read(folder), change=True)


def _store(files: list[ContentFile], change: bool) -> Loaded:
    pages = Page.objects.by_address()
    _check_links(files, {file.address for file in files} | set(pages))
    loaded = Loaded([], [], [])
    for file in files:
        if file.address not in pages:
            pages[file.address] = _saved(Page(**_fields(file.data)), file.path, place="")
            loaded.created.append(pages[file.address])
        elif change and _draft_of(pages[file.address]) != _data_for(pages[file.address], file):
            loaded.changed.append(pages[file.address])
        else:
            loaded.kept.append(pages[file.address])
    for file in files:
        page = pages[file.address]
        if page in loaded.changed:
            drafts.keep(page, None, "The draft before content files were loaded")
        if page not in loaded.kept:
            drafts.write(page, _snapshot(file, pages))
            drafts.changed(page, None)
    return loaded


def _draft_of(page: Page) -> dict[str, Any]:
    return content_toml.data_of(snapshots.drafts().get(pk=page.pk))


def _data_for(page: Page, file: ContentFile) -> dict[str, Any]:
    """The file, under the address that the page has now."""
    return content_toml.tidied(file.data) | {"slug": page.slug}


def _snapshot(file: ContentFile, pages: dict[str, Page]) -> Snapshot:
    """The file as procedures.snapshots has it, as far as a draft is written from it."""
    blank = {
        "introduction": "",
        "body_location": "",
        "effective_on": None,
        "order": 0,
        "is_placeholder": False,
    }
    page = blank | _fields(file.data)
    page["sections"] = [
        {"intro": "", "illustration": "", "meaning": ""}
        | _fields(section)
        | {"link": _link(section, pages), "items": [_item(item, pages) for item in section.get("items", [])]}
        for section in file.data.get("sections", [])
    ]
    return page


def _item(item: dict[str, Any], pages: dict[str, Page]) -> dict[str, Any]:
    blank = {"term": "", "text": "", "urgency": "", "illustration": ""}
    return blank | _fields(item) | {"link": _link(item, pages)}


def _link(table: dict[str, Any], pages: dict[str, Page]) -> dict[str, Any] | None:
    if "link" not in table:
        return None
    return {"page": pages[table["link"]].pk, "text": table.get("link_text", "").strip()}


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
    slugs: set[str] = set()
    for number, section in enumerate(file.data.get("sections", []), start=1):
        place = f"sections[{number}]."
        if section["slug"] in slugs:
            yield f"{file.path}: {place}slug: Another section of this page has this slug. Choose another."
        slugs.add(section["slug"])
        linked = Page() if "link" in section else None  # whether there is such a page is asked later
        yield from _row_problems(Section(**_fields(section), linked_page=linked), file.path, place)
        for item_number, item in enumerate(section.get("items", []), start=1):
            yield from _row_problems(Item(**_fields(item)), file.path, f"{place}items[{item_number}].")


def _row_problems(row: Row, path: Path, place: str) -> Iterator[str]:
    try:
        row.clean_fields(exclude={"page", "section"})
        if isinstance(row, Section):
            row.clean()
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


def _key_problems(
    place: str, table: dict[str, Any], allowed: tuple[str, ...], required: set[str]
) -> Iterator[str]:
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


_WORDS = {
    str: "text",
    int: "a whole number",
    bool: "true or false",
    list: "a list of tables",
    date: "a day like 2026-11-24, without quotes,",
}
_TYPES: dict[str, type] = {
    "order": int,
    "is_placeholder": bool,
    "awaits_review": bool,
    "effective_on": date,
    "sections": list,
    "items": list,
}


def _type_of(key: str) -> type:
    return _TYPES.get(key, str)


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


def _publish(created: list[Page]) -> list[Page]:
    try:
        publishing.publish(*created, note="Loaded from the site's content files")
    except publishing.CannotPublish as error:
        raise BadContent([words for _, words in error.problems]) from error
    return created


def _was_fit(notice: Page) -> bool:
    """Publish it; it stays a draft, which the deployment check names, where it links to what is withdrawn."""
    with suppress(BadContent):
        return bool(_publish([notice]))
    return False
