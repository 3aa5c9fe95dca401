"""Names, numbers and messages as people type and paste them: what nobody sees is cleaned, never refused."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contact import phone
from contact.forms import InquiryForm
from contact.plain_text import INVISIBLE, JOINERS, clean_line, clean_lines


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ana \t Núñez\r\n", "Ana Núñez"),
        ("Ana\u200bNúñez\ufeff", "AnaNúñez"),
        ("\u202a(504) 249-7576\u202c", "(504) 249-7576"),  # as copied from a phone's contacts
        ("Ana\x00\x07\x1b Núñez", "Ana Núñez"),
        ("Nu\u0301n\u0303ez", "Núñez"),  # composed
        ("\u200b\u3164\u2800", ""),
        ("\ufe0f\u034f \ufe0f", ""),
        ("❤\ufe0f", "❤\ufe0f"),
        ("❤\ufe0f\u200d\U0001f525", "❤\ufe0f\u200d\U0001f525"),
        ("\U00031350", "\U00031350"),  # newer than Python 3.11's tables
        ("Ana\ufdd0\uffff", "Ana"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian needs its joiner
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("\u200dAna\u200c ", "Ana"),
        ("O’Brien-Smith", "O’Brien-Smith"),
        ("Đặng Thị Ánh", "Đặng Thị Ánh"),
        ("李", "李"),
    ],
)
def test_a_line_is_kept_but_for_what_nobody_sees(typed, kept):
    assert clean_line(typed) == kept


def test_lines_stay_lines():
    assert clean_lines("One\r\ntwo\rthree\u2028four\n\n five ") == "One\ntwo\nthree\nfour\n\n five"


@given(st.text())
@example("\u200d \u200d")
@example("a\u200d\u200b\u200d")
def test_cleaned_text_shows_all_it_holds(text):
    cleaned = clean_lines(text)
    hidden = {c for c in cleaned if unicodedata.category(c) in INVISIBLE} - set(JOINERS) - {"\n"}
    assert not hidden
    assert clean_lines(cleaned) == cleaned
    assert not cleaned or cleaned.strip(JOINERS + "\n ") != ""


@given(st.text())
def test_a_cleaned_line_is_one_line_without_edges(text):
    line = clean_line(text)
    assert line == line.strip() and "\n" not in line and "  " not in line
    assert clean_line(line) == line


visible = st.characters(codec="utf-8", categories=["L"])


@settings(max_examples=60)
@given(st.text(visible, min_size=1, max_size=200).filter(clean_line))
def test_any_name_of_letters_is_accepted_and_kept(name):
    field = InquiryForm.base_fields["name"]
    assert field.clean(name) == clean_line(name)


@settings(max_examples=200)
@given(
    st.one_of(st.text(), st.from_regex(r"[+(]?[0-9 ().\-/]{3,25}( ?(x|ext\.?) ?[0-9]{1,6})?", fullmatch=True))
)
def test_a_number_can_be_dialled_or_is_refused_in_words(typed):
    field = InquiryForm.base_fields["phone"]
    try:
        uri = phone.normalise(field.clean(typed))
    except ValidationError as refusal:
        told = refusal.messages
    else:
        told = []
        assert uri.startswith("tel:+")
        assert phone.normalise(phone.display(uri)) == uri
    assert all(message.endswith(".") and len(message) > 20 for message in told)


digits = st.integers(2, 9).map(str)
ten_digits = st.builds(
    lambda area, a, exchange, rest: f"{area}{a:02}{exchange}{rest:06}",
    digits,
    st.integers(0, 99).filter(lambda rest: rest != 11),  # no area code ends in 11
    digits,
    st.integers(0, 999999),
)


@settings(max_examples=100)
@given(
    ten_digits,
    st.sampled_from(["{0}{1}{2}", "({0}) {1}-{2}", "{0}.{1}.{2}", "+1 {0} {1} {2}", "1-{0}-{1}-{2}"]),
)
def test_every_way_to_write_a_number_is_the_same_number(number, written):
    typed = written.format(number[:3], number[3:6], number[6:])
    assert phone.normalise(typed) == f"tel:+1-{number[:3]}-{number[3:6]}-{number[6:]}"


@settings(max_examples=100)
@given(st.text(max_size=300))
def test_any_message_is_kept_as_it_can_be_seen(message):
    assert InquiryForm.base_fields["message"].clean(message) == clean_lines(message)
