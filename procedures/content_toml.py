"""A page in the words of its content file: keys as in the models, links written as "kind/slug"."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from procedures.models import Item, Page, Section

Data = dict[str, Any]

# In the order in which they stand in a file.
PAGE_KEYS: Final = (
    "kind",
    "slug",
    "order",
    "title",
    "summary",
    "introduction",
    "body_location",
    "effective_on",
    "is_placeholder",
    "sections",
)
SECTION_KEYS: Final = (
    "heading",
    "slug",
    "kind",
    "meaning",
    "awaits_review",
    "illustration",
    "intro",
    "link",
    "link_text",
    "items",
)
ITEM_KEYS: Final = ("term", "urgency", "illustration", "text", "link")


def data_of(page: Page) -> Data:
    """What the file of this draft says; what is empty is left out."""
    sections = [
        _data(section, SECTION_KEYS, items=[_data(item, ITEM_KEYS) for item in section.items.all()])
        for section in page.sections.all()
    ]
    return _data(page, PAGE_KEYS, sections=sections)


def _data(row: Page | Section | Item, keys: Iterable[str], **parts: list[Data]) -> Data:
    return tidied({key: parts[key] if key in parts else _value(row, key) for key in keys})


def _value(row: Page | Section | Item, key: str) -> Any:
    linked = None if isinstance(row, Page) else row.linked_page
    if key == "link_text" and linked is None:
        return ""
    if key != "link":
        return getattr(row, key)
    return f"{linked.kind}/{linked.slug}" if linked else ""


def tidied(data: Data) -> Data:
    """The same, with texts as they are stored and without what says nothing."""
    result: Data = {}
    for key, value in data.items():
        if isinstance(value, list):
            value = [tidied(entry) for entry in value]
        elif isinstance(value, str):
            value = value.replace("\r\n", "\n").replace("\r", "\n").strip()
        if value:
            result[key] = value
    return result


def written(data: Data) -> str:
    """The file. Reading it with tomllib gives the same data again; the same data gives the same bytes."""
    blocks = ["\n".join(_lines(data, PAGE_KEYS))]
    for section in data.get("sections", []):
        blocks.append("\n".join(["[[sections]]", *_lines(section, SECTION_KEYS)]))
        for item in section.get("items", []):
            blocks.append("\n".join(["[[sections.items]]", *_lines(item, ITEM_KEYS)]))
    return "\n\n".join(blocks) + "\n"


def _lines(data: Data, keys: Iterable[str]) -> Iterable[str]:
    return [f"{key} = {_toml(data[key])}" for key in keys if key in data and not isinstance(data[key], list)]


def _toml(value: str | int | date) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"""\n{_escaped(value)}\n"""' if "\n" in value else f'"{_escaped(value)}"'
    return value.isoformat() if isinstance(value, date) else str(value)


def _escaped(text: str) -> str:
    """As TOML's basic strings ask (toml.io, v1.0.0, String); line ends stay in texts of several lines."""
    lines = (json.dumps(line, ensure_ascii=False)[1:-1] for line in text.split("\n"))
    return "\n".join(lines).replace("\x7f", "\\u007f")
