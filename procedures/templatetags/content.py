"""Turning a snapshot's plain text into a page."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django import template
from django.utils.safestring import SafeString, mark_safe

from procedures import illustrations

register = template.Library()

DEFINED = re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)")
# What procedures.citations makes of a pointer to a reference.
POINTER = re.compile(r"\s*\[(\d+):(\d+)\]")
# What could end a <script> element or open a comment in it, as JSON escapes of the same characters.
JSON_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.filter
def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text in which an empty line starts a new one."""
    return [part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if part.strip()]


class Piece(NamedTuple):
    text: str
    is_defined_here: bool = False
    pointer: str = ""  # which of the pointers to the reference it is


@register.filter
def pieces(text: str) -> list[Piece]:
    """The text cut at its marks: a _word_ between underscores is one that the text around it explains.

    [2:3] is the third pointer to the second reference.
    """
    parts = POINTER.split(text)
    result = list(_words(parts[0]))
    for number, pointer, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        result += [Piece(number, pointer=pointer), *_words(rest)]
    return result


def _words(text: str) -> Iterator[Piece]:
    for index, part in enumerate(DEFINED.split(text)):
        if part:
            yield Piece(part, bool(index % 2))


@register.filter
def plain(text: str) -> str:
    """The text without its marks, for where there is no markup."""
    return DEFINED.sub(r"\1", text)


@register.filter
def as_date(text: str) -> date:
    """A date of a snapshot."""
    return date.fromisoformat(text)


@register.filter
def sections_of_kind(sections: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [section for section in sections if section["kind"] == kind]


@register.filter
def sections_but_kind(sections: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [section for section in sections if section["kind"] != kind]


@register.filter
def section_template(kind: str) -> str:
    return f"procedures/sections/_{kind}.html"


@register.filter
def illustration_template(name: str) -> list[str]:
    """The drawing's template, or an empty one where an old revision names a drawing that is gone."""
    return [illustrations.template_name(name), illustrations.template_name("_none")]


@register.filter
def json_for_script(data: object) -> SafeString:
    """JSON that can stand inside a <script> element: a data block, which the CSP does not run."""
    text = json.dumps(data, ensure_ascii=False).translate(JSON_ESCAPES)
    return mark_safe(text)  # noqa: S308 (no character is left that HTML reads as markup)
