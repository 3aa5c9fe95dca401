"""References of a page: a [2] in a text points to the second one, and that one back to each place."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from procedures.models import Snapshot

MARK: Final = re.compile(r"\[(\d{1,3})\]")


def number_of_references(snapshot: Snapshot) -> int:
    return sum(len(section["items"]) for section in snapshot["sections"] if _holds_references(section))


def cited(snapshot: Snapshot) -> Iterator[int]:
    """The numbers that texts point to, in their order, as often as they do."""
    for text in _texts(snapshot):
        yield from (int(number) for number in MARK.findall(text))


def without_reference(snapshot: Snapshot) -> list[int]:
    """The numbers that texts point to and no reference has: patients would read them as they are written."""
    return sorted(set(cited(snapshot)) - set(range(1, number_of_references(snapshot) + 1)))


def without_marks(text: str) -> str:
    return re.sub(rf"\s*{MARK.pattern}", "", text)


def numbered(snapshot: Snapshot) -> Snapshot:
    """A copy whose marks say which of its pointers each is ([2:3], the third to the second reference).

    Each reference gets its number, and the list of its pointers' (`cited`). A mark without its reference
    stays as it is written, as a draft may have it; without references the snapshot is given back itself.
    """
    number = number_of_references(snapshot)
    if not number:
        return snapshot
    seen: Counter[int] = Counter()

    def count(match: re.Match[str]) -> str:
        pointed = int(match[1])
        if not 1 <= pointed <= number:
            return match[0]
        seen[pointed] += 1
        return f"[{pointed}:{seen[pointed]}]"

    # The introduction first, then the sections in their order, wherever the references stand among them.
    result = snapshot | {"introduction": MARK.sub(count, snapshot["introduction"])}
    result["sections"] = [_section(section, count) for section in snapshot["sections"]]
    place = 0
    for section in filter(_holds_references, result["sections"]):
        for item in section["items"]:
            place += 1
            item |= {"number": place, "cited": range(1, seen[place] + 1)}
    return result


def _section(section: Snapshot, count: Callable[[re.Match[str]], str]) -> Snapshot:
    if _holds_references(section):
        return section | {"items": [dict(item) for item in section["items"]]}
    items = [item | {"text": MARK.sub(count, item["text"])} for item in section["items"]]
    return section | {"intro": MARK.sub(count, section["intro"]), "items": items}


def _holds_references(section: Snapshot) -> bool:
    return bool(section["kind"] == "references")


def _texts(snapshot: Snapshot) -> Iterator[str]:
    yield snapshot["introduction"]
    for section in snapshot["sections"]:
        if not _holds_references(section):
            yield section["intro"]
            yield from (item["text"] for item in section["items"])
