"""Two versions of a page side by side, in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final

from procedures.models import Section, Snapshot

# Words, and what stands between them.
TOKEN: Final = re.compile(r"\s+|[\w’'-]+|[^\w\s]")
PAGE_LABELS: Final = {
    "title": "Title",
    "summary": "Summary",
    "introduction": "Introduction",
    "body_location": "Part of the body",
    "effective_on": "In effect since",
    "is_placeholder": "Placeholder",
    "order": "Place in lists",
}


@dataclass(frozen=True)
class Piece:
    text: str
    is_changed: bool = False


@dataclass(frozen=True)
class Line:
    """One text of a page in both versions; what is not in a version is empty there."""

    label: str
    before: list[Piece]
    after: list[Piece]

    @property
    def is_changed(self) -> bool:
        return any(piece.is_changed for piece in (*self.before, *self.after))


@dataclass
class Part:
    """The page's head, or a section of it."""

    heading: str
    state: str  # "", "changed", "added" or "removed"
    lines: list[Line] = field(default_factory=list)
    has_moved: bool = False

    @property
    def is_changed(self) -> bool:
        return bool(self.state) or self.has_moved


def compare(before: Snapshot, after: Snapshot) -> list[Part]:
    """Every part of both versions, in the order of the later one; the removed ones where they stood."""
    head = _part("The page itself", _head(before), _head(after))
    old = {section["slug"]: section for section in before.get("sections", [])}
    new = {section["slug"]: section for section in after.get("sections", [])}
    stayed = _stayed(list(old), list(new))
    parts = [head]
    for slug in _merged(list(old), list(new)):
        section = new.get(slug) or old[slug]
        part = _part(section["heading"], _lines(old.get(slug)), _lines(new.get(slug)))
        if slug not in old or slug not in new:
            part.state = "added" if slug in new else "removed"
        part.has_moved = slug in old and slug in new and slug not in stayed
        parts.append(part)
    return parts


def _stayed(old: list[str], new: list[str]) -> set[str]:
    """Those that kept their order among themselves."""
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {slug for block in blocks for slug in old[block.a : block.a + block.size]}


def _merged(old: list[str], new: list[str]) -> list[str]:
    result = list(new)
    for place, slug in enumerate(old):
        if slug not in result:
            before = next((result.index(other) + 1 for other in reversed(old[:place]) if other in result), 0)
            result.insert(before, slug)
    return result


def _head(snapshot: Snapshot) -> list[tuple[str, str]]:
    values = ((label, snapshot.get(key)) for key, label in PAGE_LABELS.items())
    return [(label, "Yes" if value is True else str(value)) for label, value in values if value]


def _lines(section: dict[str, Any] | None) -> list[tuple[str, str]]:
    """Each text of a section with what it is, as staff know it from the form."""
    if section is None:
        return []
    lines = [
        ("Heading", section["heading"]),
        ("Kind", str(Section.Kind(section["kind"]).label)),
        ("Intro", section["intro"]),
        ("Illustration", section["illustration"]),
        ("Link", _link(section["link"])),
        ("What it tells", str(Section.Meaning(section["meaning"]).label) if section["meaning"] else ""),
        ("Awaits a clinician", "Yes" if section.get("awaits_review") else ""),
    ]
    lines += [("Item", _item(item)) for item in section["items"]]
    return [(label, text) for label, text in lines if text]


def _item(item: dict[str, Any]) -> str:
    """Its text, and all else by its name: words that move from one to the other are a change."""
    lines = [
        item["term"] and f"Term: {item['term']}",
        item["text"],
        item["urgency"] and f"Urgency: {item['urgency']}",
        item["illustration"] and f"Illustration: {item['illustration']}",
        item["link"] and f"Link: {_link(item['link'])}",
    ]
    return "\n".join(line for line in lines if line)


def _link(link: dict[str, Any] | None) -> str:
    return f"{link['title']} ({link['path']})" if link else ""


def _part(heading: str, before: list[tuple[str, str]], after: list[tuple[str, str]]) -> Part:
    lines = list(_aligned(before, after))
    return Part(heading, "changed" if any(line.is_changed for line in lines) else "", lines)


def _aligned(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> Iterator[Line]:
    """Lines of the same label face each other; of items, those that stayed face themselves."""
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Line(label, [Piece(text)], [Piece(text)]) for label, text in before[a:b])
        else:
            yield from _changed(before[a:b], after[c:d])


def _changed(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> Iterator[Line]:
    left = list(before)
    for label, text in after:
        other = next((line for line in left if line[0] == label), None)
        if other:
            left.remove(other)
        yield _line(label, other[1] if other else "", text)
    yield from (_line(label, text, "") for label, text in left)


def _line(label: str, before: str, after: str) -> Line:
    """Word by word, where enough of the words stayed; else the whole of it."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if SequenceMatcher(None, before.split(), after.split(), autojunk=False).ratio() < 0.4:
        return Line(label, [Piece(before, True)] if before else [], [Piece(after, True)] if after else [])
    line = Line(label, [], [])
    for kind, a, b, c, d in matcher.get_opcodes():
        if b > a:
            line.before.append(Piece("".join(old[a:b]), kind != "equal"))
        if d > c:
            line.after.append(Piece("".join(new[c:d]), kind != "equal"))
    return line
