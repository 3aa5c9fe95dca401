"""The number of a row, as an address or a form names it."""

from typing import Final

MOST_DIGITS: Final = 18  # for more, SQLite has no room, and of thousands Python makes no number


def read_row_number(text: str | None) -> int | None:
    """None for anything else."""
    return int(text) if text and text.isdecimal() and len(text) <= MOST_DIGITS else None
