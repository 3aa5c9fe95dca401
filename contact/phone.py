"""Telephone numbers, as people type them and as machines dial them.

A number is kept in the form of RFC 3966 (`tel:+1-504-249-7576;ext=12`), which holds its extension.
Numbers without a country code are read as numbers of the United States.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from phonenumbers import (
    Leniency,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    ValidationResult,
)

REGION: Final = "US"
# A letter at the start of a word, unless the word announces an extension.
LOOSE_LETTERS: Final = re.compile(r"(?:^|\s)(?!(?:x|ext|extn|extension)\b|x\d)[^\W\d_]", re.IGNORECASE)
# How phones write an extension that they dial after a pause: 5042497576,,12
AFTER_PAUSE: Final = re.compile(r"\s*,+\s*(\d{1,6})#?\s*$")
# How calls abroad are dialled elsewhere: 00 44 20 7946 0000. phonenumbers knows 011.
OUTSIDE_PREFIX: Final = re.compile(r"^\s*00[\s.-]*(?=[1-9])")
EMERGENCY_NUMBERS: Final = {"911", "988"}
NORTH_AMERICAN: Final = re.compile(r"[2-9](?!11)\d\d[2-9]\d{6}")

# A word after the area code of free calls stands for seven digits: 1 800 FLOWERS.
TOLL_FREE_WORD: Final = re.compile(r"\+?1?[\s.(-]*8(?:00|33|44|55|66|77|88)[\s.)-]*[a-z]{7}", re.IGNORECASE)

LETTERS_AND_DIGITS = "We cannot read this number. Write it in digits, like (504) 555-0123."
NOT_A_NUMBER = "We cannot read a phone number here. Enter it with its area code, like (504) 555-0123."
NO_SUCH_NUMBER = "There is no such number. Check its digits."
PROBLEMS: Final = {
    ValidationResult.IS_POSSIBLE: NO_SUCH_NUMBER,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: ("This number has no area code. Add it, like (504) 555-0123."),
    ValidationResult.TOO_SHORT: "This number is too short. Check it, and include the area code.",
    ValidationResult.TOO_LONG: (
        "This number is too long. Enter one number with its area code, like (504) 555-0123."
    ),
}


def parse(text: str) -> PhoneNumber:
    """The number in what a person typed: any punctuation, letters for digits, an extension, words around it.

    Raises ValidationError, in words for the person, when no number that could be dialled is there.
    """
    text = AFTER_PAUSE.sub(r" x\1", OUTSIDE_PREFIX.sub("+", text))
    if "".join(filter(str.isdigit, text)) in EMERGENCY_NUMBERS:
        raise ValidationError(
            "This is an emergency number. If you need help now, call it. "
            "Here, enter the number on which we can reach you."
        )
    reasons = []
    for number in _candidates(text):
        reason = phonenumbers.is_possible_number_with_reason(number)
        if reason == ValidationResult.IS_POSSIBLE and _can_exist(number):
            return number
        reasons.append(reason)
    if reasons:
        raise ValidationError(PROBLEMS.get(reasons[0], NOT_A_NUMBER))
    has_digits = any(character.isdigit() for character in text)
    raise ValidationError(LETTERS_AND_DIGITS if has_digits else NOT_A_NUMBER)


def _candidates(text: str) -> Iterator[PhoneNumber]:
    """Each number found among the words; where none is found, the whole text read as one.

    A letter counts as a digit only where it hangs on one, as in 504-249-PAIN: in "249-7576 mom" it is a word,
    and reading it as a digit would have the desk call a stranger.
    """
    found = [match.number for match in PhoneNumberMatcher(text, REGION, leniency=Leniency.POSSIBLE)]
    yield from found
    if not found and (TOLL_FREE_WORD.fullmatch(text) or not LOOSE_LETTERS.search(text)):
        with suppress(NumberParseException):
            yield phonenumbers.parse(text, REGION)


def _can_exist(number: PhoneNumber) -> bool:
    """In North America neither area code nor exchange starts with 0 or 1, and no area code ends in 11.

    Whether a number is given out is not asked: the lists are never new enough to turn a patient away.
    """
    digits = str(number.national_number)
    return number.country_code != 1 or NORTH_AMERICAN.fullmatch(digits) is not None


def normalise(text: str) -> str:
    """What a person typed, in the form of RFC 3966. Raises ValidationError as `parse` does."""
    return phonenumbers.format_number(parse(text), PhoneNumberFormat.RFC3966)


def display(uri: str) -> str:
    """A number in the form of RFC 3966, written for people: (504) 249-7576, or +44 20 7946 0000."""
    number = phonenumbers.parse(uri, REGION)
    home = number.country_code == 1
    return phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    )


def ending(uri: str) -> str:
    """The last four digits of a number in the form of RFC 3966, and its extension, like: 7576 ext. 12."""
    number, _, extension = uri.partition(";ext=")
    digits = "".join(filter(str.isdigit, number))[-4:]
    return f"{digits} ext. {extension}" if extension else digits


class TelephoneField(forms.CharField):
    """A form field for a number of the practice's own: shown for people, kept in the form of RFC 3966."""

    def clean(self, value: str | None) -> str:
        text = super().clean(value)
        if text and not phonenumbers.is_valid_number(parse(text)):
            raise ValidationError(NO_SUCH_NUMBER)
        return normalise(text) if text else ""

    def prepare_value(self, value: str | None) -> str | None:
        return display(value) if value and value.startswith("tel:") else value
