"""A QR code as the path of an SVG, drawn on the server: nothing is asked of another site."""

from dataclasses import dataclass

import segno


@dataclass(frozen=True)
class Squares:
    """The dark squares as SVG path data, on a ground of `size` by `size` that holds the quiet zone."""

    path: str
    size: int


def squares(text: str) -> Squares:
    """`text` in a code that a phone still reads with a tenth of it smudged (ISO/IEC 18004, level M)."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    dark = [(x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark]
    return Squares(path="".join(f"M{x} {y}h1v1h-1z" for x, y in dark), size=len(rows))
