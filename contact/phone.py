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
EMERGENCY_NUMBERS: Final = {"911", "988"}

NOT_A_NUMBER = "We cannot read a phone number here. Enter it with its area code, like (504) 555-0123."
PROBLEMS: Final = {
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
    if "".join(filter(str.isdigit, text)) in EMERGENCY_NUMBERS:
        raise ValidationError(
            "This is an emergency number. If you need help now, call it. "
            "Here, enter the number on which we can reach you."
        )
    reasons = []
    for number in _candidates(text):
        reason = phonenumbers.is_possible_number_with_reason(number)
        if reason == ValidationResult.IS_POSSIBLE:
            return number
        reasons.append(reason)
    raise ValidationError(PROBLEMS.get(reasons[0], NOT_A_NUMBER) if reasons else NOT_A_NUMBER)


def _candidates(text: str) -> Iterator[PhoneNumber]:
    """Each number found among the words; where none is found, the whole text read as one.

    A letter counts as a digit only where it hangs on one, as in 504-249-PAIN: in "249-7576 mom" it is a word,
    and reading it as a digit would have the desk call a stranger.
    """
    found = [match.number for match in PhoneNumberMatcher(text, REGION, leniency=Leniency.POSSIBLE)]
    yield from found
    if not found and not LOOSE_LETTERS.search(text):
        with suppress(NumberParseException):
            yield phonenumbers.parse(text, REGION)


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


class TelephoneField(forms.CharField):
    """A form field for a number of the practice's own: shown for people, kept in the form of RFC 3966."""

    def clean(self, value: str | None) -> str:
        text = super().clean(value)
        if text and not phonenumbers.is_valid_number(parse(text)):
            raise ValidationError("There is no such number. Check its digits.")
        return normalise(text) if text else ""

    def prepare_value(self, value: str | None) -> str | None:
        return display(value) if value and value.startswith("tel:") else value
