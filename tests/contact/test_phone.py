import pytest
from django.core.exceptions import ValidationError

from contact import phone


@pytest.mark.parametrize(
    ("typed", "uri"),
    [
        ("5042497576", "tel:+1-504-249-7576"),
        ("(504) 249-7576", "tel:+1-504-249-7576"),
        ("504.249.7576", "tel:+1-504-249-7576"),
        ("  +1 504 249 7576 ", "tel:+1-504-249-7576"),
        ("504-249-PAIN", "tel:+1-504-249-7246"),
        ("1-800-FLOWERS", "tel:+1-800-356-9377"),
        ("5042497576,,12", "tel:+1-504-249-7576;ext=12"),
        ("(504) 249-7576, 12#", "tel:+1-504-249-7576;ext=12"),
        ("1 800 FLOWERS", "tel:+1-800-356-9377"),
        ("(888) flowers", "tel:+1-888-356-9377"),
        ("504 249 7576 x12", "tel:+1-504-249-7576;ext=12"),
        ("(504) 249-7576 ext. 0345", "tel:+1-504-249-7576;ext=0345"),
        ("+44 20 7946 0000", "tel:+44-20-7946-0000"),
        ("011 44 20 7946 0000", "tel:+44-20-7946-0000"),
        ("0044 20 7946 0000", "tel:+44-20-7946-0000"),
        ("00 33 1 42 68 53 00", "tel:+33-1-42-68-53-00"),
        ("00-1-504-249-7576", "tel:+1-504-249-7576"),
        ("+504 2232-1234", "tel:+504-2232-1234"),
        ("504.249.7576 ask for Mary", "tel:+1-504-249-7576"),
        ("call 504 555 0100 or 504 555 0101", "tel:+1-504-555-0100"),
        ("mobile: 5042497576 (after 5pm)", "tel:+1-504-249-7576"),
    ],
)
def test_a_number_is_read_however_it_is_typed(typed, uri):
    assert phone.normalise(typed) == uri


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("249-7576 mom", "no area code"),
        ("249-7576 (Ana)", "no area code"),
        ("249-757 mary", "Write it in digits"),
        ("504 249 PAIN", "Write it in digits"),
        ("504 Michael", "Write it in digits"),
        ("911", "emergency number"),
        ("9-1-1", "emergency number"),
        ("call 911", "emergency number"),
        ("+1 (911) 249-7576", "There is no such number"),
        ("911 911 9111", "There is no such number"),
        ("411-249-7576", "There is no such number"),
        ("249-7576", "no area code"),
        ("50424", "too short"),
        ("50424975761234", "too long"),
        ("my daughter's phone", "cannot read a phone number"),
        ("+999 123456", "Write it in digits"),
    ],
)
def test_what_cannot_be_dialled_is_refused_in_words_that_help(typed, message):
    with pytest.raises(ValidationError, match=message):
        phone.normalise(typed)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("tel:+1-504-249-7576", "(504) 249-7576"),
        ("tel:+1-504-249-7576;ext=12", "(504) 249-7576 ext. 12"),
        ("tel:+44-20-7946-0000", "+44 20 7946 0000"),
    ],
)
def test_a_number_is_shown_as_people_write_it(uri, shown):
    assert phone.display(uri) == shown


def test_a_number_is_known_again_by_its_end():
    assert phone.ending("tel:+1-504-249-7576") == "7576"
    assert phone.ending("tel:+1-504-249-7576;ext=12") == "7576 ext. 12"
