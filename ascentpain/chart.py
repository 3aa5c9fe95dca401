"""Bar charts drawn on the server, as inline SVG whose shapes are styled by what they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 300
TOP: Final = 16  # where the number of the tallest bar stands
HEIGHT: Final = 96  # of the tallest bar
BOTTOM: Final = 18  # where the bars' names stand
SHARE: Final = 0.7  # of its place that a bar takes
DIGIT: Final = 6.5  # the width of a character, by which numbers may meet their neighbours


@dataclass(frozen=True)
class Bar:
    label: str
    number: str
    x: float
    y: float
    width: float
    height: float
    centre: float
    is_named: bool  # whether its label stands under it; the table has all of them
    is_open: bool  # not over yet

    @property
    def number_y(self) -> float:
        return self.y - 4


@dataclass(frozen=True)
class Chart:
    name: str  # unique on the page
    title: str  # what it shows, in a sentence
    columns: tuple[str, str]  # the headings of its table
    bars: list[Bar]

    width = WIDTH
    height = TOP + HEIGHT + BOTTOM
    base = TOP + HEIGHT
    names_y = TOP + HEIGHT + BOTTOM - 4

    @property
    def has_numbers(self) -> bool:
        """Whether there is room for a number over each bar."""
        place = WIDTH / len(self.bars)
        return all(len(bar.number) * DIGIT <= place for bar in self.bars)


def draw(
    name: str,
    title: str,
    columns: tuple[str, str],
    values: Sequence[tuple[str, int, str]],
    every: int = 1,
    is_last_open: bool = False,
) -> Chart:
    """A bar for each value: its label, its number and how that is written.

    From the last one back, each `every`-th is named under its bar.
    """
    most = max([1, *(number for _, number, _ in values)])
    place = WIDTH / len(values)
    bars = []
    for index, (label, number, words) in enumerate(values):
        height = round(HEIGHT * number / most, 1)
        is_last = index == len(values) - 1
        bars.append(
            Bar(
                label=label,
                number=words,
                x=round(place * (index + (1 - SHARE) / 2), 1),
                y=round(TOP + HEIGHT - height, 1),
                width=round(place * SHARE, 1),
                height=height,
                centre=round(place * (index + 0.5), 1),
                is_named=(len(values) - 1 - index) % every == 0,
                is_open=is_last and is_last_open,
            )
        )
    return Chart(name, title, columns, bars)
