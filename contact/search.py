"""Finding an inquiry by what it says, though the database cannot read it.

Each inquiry has blind indexes: of every word of its names, of its telephone numbers, of their last four
digits and of its e-mail address. A search makes the same of what staff type.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from ascentpain import encryption
from ascentpain.encrypted_fields import is_readable
from contact import phone, spam
from contact.models import Inquiry, SearchTerm
from contact.paging import count_up_to
from contact.reference import read_reference

NAME, PHONE, PHONE_ENDING, EMAIL, TEXT = "name", "phone", "phone_ending", "email", "text"
MOST_WORDS: Final = 6  # of one search
RARE: Final = 30_000  # of inquiries with a term: up to so many, the rarer of two terms is told from the other
# Letters that Unicode does not take apart into a plain one and an accent.
PLAIN: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
APOSTROPHES: Final = re.compile(r"['’ʼ`´]")

Term = tuple[str, str]  # its kind, and what it says


def index(inquiry: Inquiry, found_by: Iterable[Term]) -> None:
    """Have the inquiry be found by these, too. In the transaction that stores what they say."""
    wanted = {encryption.blind_index(*term) for term in found_by}
    SearchTerm.objects.bulk_create(
        [SearchTerm(inquiry=inquiry, index=index) for index in sorted(wanted)], ignore_conflicts=True
    )


def renew_indexes(inquiry: Inquiry) -> None:
    """Write all its indexes under the current key.

    By what it says and cannot be read, it is still found while the older key is there.
    """
    is_whole = not inquiry.unreadable_fields
    if is_whole and all(is_readable(event.phone_uri) for event in inquiry.corrections):
        inquiry.search_terms.all().delete()
    index(inquiry, terms(inquiry))
    if is_whole:
        digest = text_index(spam.text_to_compare(inquiry.message))
        Inquiry.objects.filter(pk=inquiry.pk).update(message_digest=digest)


def terms(inquiry: Inquiry) -> Iterator[Term]:
    """All that it says by now, as far as it can be read."""
    yield from terms_of_request(inquiry)
    for correction in inquiry.corrections:
        yield from phone_terms(correction.phone_uri)


def terms_of_request(inquiry: Inquiry) -> Iterator[Term]:
    for name in (inquiry.name, inquiry.helper_name):
        yield from ((NAME, word) for word in words(name) if is_readable(name))
    if inquiry.email and is_readable(inquiry.email):
        yield EMAIL, inquiry.email.casefold()
    yield from phone_terms(inquiry.phone_uri)


def phone_terms(uri: str) -> Iterator[Term]:
    """A number is found without its extension, as a caller's display shows it."""
    if not is_readable(uri):
        return
    number = uri.partition(";ext=")[0]
    yield PHONE, number
    yield PHONE_ENDING, "".join(filter(str.isdigit, number))[-4:]


def words(name: str) -> list[str]:
    """Its words without accents, in lower case: those of O’Brien-Núñez are obrien and nunez."""
    apart = unicodedata.normalize("NFKD", APOSTROPHES.sub("", name).casefold().translate(PLAIN))
    letters = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return list(dict.fromkeys(re.findall(r"\w+", letters)))


def find(inquiries: QuerySet[Inquiry], typed: str) -> QuerySet[Inquiry]:
    """Those that are found by a reference, an e-mail address, a telephone number, its last four digits, or by
    every word of a name. Newest first, straight from the index of the rarest term."""
    reference = read_reference(typed)
    if reference and inquiries.filter(reference=reference).exists():
        return inquiries.filter(reference=reference)
    wanted = [encryption.blind_indexes(*term) for term in _read(typed)]
    if not wanted:
        return inquiries.none()
    if len(encryption.key_ring()) > 1:
        # While keys are exchanged, one row may be found under two: slower, and for a while.
        for indexes in wanted:
            inquiries = inquiries.filter(search_terms__index__in=indexes)
        return inquiries.order_by("-pk").distinct()
    for index in sorted((index for [index] in wanted), key=_frequency, reverse=True):
        inquiries = inquiries.filter(search_terms__index=index)
    return inquiries.order_by("-search_terms__inquiry_id")


def _frequency(index: str) -> int:
    return count_up_to(SearchTerm.objects.filter(index=index), RARE)


def _read(typed: str) -> Iterator[Term]:
    typed = typed.strip()
    if "@" in typed:
        yield EMAIL, typed.casefold()
        return
    if re.fullmatch(r"\d{4}", typed):
        yield PHONE_ENDING, typed
        return
    with suppress(ValidationError):
        yield PHONE, phone.normalise(typed).partition(";ext=")[0]
        return
    yield from ((NAME, word) for word in words(typed)[:MOST_WORDS])


def others_from_the_same_person(inquiry: Inquiry) -> QuerySet[Inquiry]:
    """Other inquiries with one of its telephone numbers or its e-mail address, newest first."""
    own = [term for term in terms(inquiry) if term[0] in {PHONE, EMAIL}]
    indexes = [index for term in own for index in encryption.blind_indexes(*term)]
    same = SearchTerm.objects.filter(index__in=indexes).exclude(inquiry=inquiry.pk)
    return Inquiry.objects.filter(pk__in=same.values("inquiry")).newest_first()


def text_index(text: str) -> str:
    """By which texts that differ in case or spaces only are the same; "" for nothing."""
    return encryption.blind_index(TEXT, text) if text else ""
