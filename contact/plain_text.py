"""What people type and paste, made clean: a character that nobody can see is never a reason to refuse."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django import forms

# Letters and signs by their category that look like nothing: Hangul fillers, Khmer inherent vowels, an
# empty Braille cell.
BLANK: Final = dict.fromkeys(map(ord, "\u115f\u1160\u3164\uffa0\u17b4\u17b5\u2800"), " ")
# They shape Persian, Hindi and emoji, but only between two visible characters.
JOINERS: Final = "\u200c\u200d"
# They choose a form of the character before them, and are nothing without one.
SELECTORS: Final = {0x034F, 0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
ATTACHED: Final = frozenset(JOINERS) | frozenset(map(chr, SELECTORS))
LOOSE_END: Final = re.compile(rf"[{JOINERS}]+(?=\s|$)")
# Control, format, surrogate, private use. Not "unassigned": to an old Python, new characters are.
INVISIBLE: Final = {"Cc", "Cf", "Cs", "Co"}
LINE_END: Final = re.compile(r"\r\n?|[\u0085\u2028\u2029\v\f]")


def clean_lines(text: str) -> str:
    """The text in Unicode's composed form (NFC), with `\\n` line ends and without invisible characters."""
    text = LINE_END.sub("\n", text.translate(BLANK)).replace("\t", " ")
    seen = "".join(_attached(filter(_is_seen, text)))
    return unicodedata.normalize("NFC", LOOSE_END.sub("", seen)).strip()


def _is_seen(character: str) -> bool:
    if character == "\n" or character in ATTACHED:
        return True
    is_noncharacter = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
    return not is_noncharacter and unicodedata.category(character) not in INVISIBLE


def _attached(text: Iterable[str]) -> Iterator[str]:
    """Joiners and selectors only where they hang on a visible character."""
    has_one = False
    for character in text:
        if character not in ATTACHED:
            has_one = not character.isspace()
        elif not has_one:
            continue
        yield character


def clean_line(text: str) -> str:
    """The same in one line: every run of white space becomes one space."""
    return " ".join(clean_lines(text).split())


class LineField(forms.CharField):
    def to_python(self, value: Any) -> Any:
        return super().to_python(clean_line(value) if isinstance(value, str) else value)


class LineEmailField(forms.EmailField):
    def to_python(self, value: Any) -> Any:
        return super().to_python(clean_line(value) if isinstance(value, str) else value)


class LinesField(forms.CharField):
    """Text of several lines, whose line breaks, two characters as browsers send them, count as one."""

    widget = forms.Textarea(attrs={"rows": 5})

    def to_python(self, value: Any) -> Any:
        return super().to_python(clean_lines(value) if isinstance(value, str) else value)
