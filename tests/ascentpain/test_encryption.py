import secrets

import pytest

from ascentpain import encryption

PLACE = "contact_inquiry.name.K7"


@pytest.fixture
def new_key(settings):
    """Put a new key in front, as an owner does before `rotate_keys`."""

    def put_in_front():
        settings.DATA_KEYS = [secrets.token_bytes(32), *settings.DATA_KEYS]

    return put_in_front


@pytest.mark.parametrize("text", ["Ana Núñez", "é", "🦴\n" * 1000, "\0"])
def test_what_is_sealed_is_read_again_and_shows_nothing_before(text):
    token = encryption.seal(text, PLACE)
    assert encryption.unseal(token, PLACE) == text
    assert text not in token


def test_the_same_text_is_sealed_differently_each_time():
    assert len({encryption.seal("Ana", PLACE) for _ in range(100)}) == 100


def tampered():
    token = encryption.seal("Ana", PLACE)
    key_id, _, sealed = token.partition(".")
    for position in range(0, len(sealed), 5):
        other = "A" if sealed[position] != "A" else "B"
        yield f"{key_id}.{sealed[:position]}{other}{sealed[position + 1 :]}"
    yield from ("", ".", f"{key_id}.", f"{key_id}.x", f"{key_id}.{sealed[:-4]}", f"{key_id}.{sealed}AAAA")
    yield from (f"00000000.{sealed}", sealed, "Ana", f"{key_id}.é", f"{key_id}.{sealed[:8]}\n{sealed[8:]}")


def test_what_was_changed_is_not_read():
    for token in tampered():
        with pytest.raises(encryption.Unreadable):
            encryption.unseal(token, PLACE)


@pytest.mark.parametrize(
    "place", ["contact_inquiry.email.K7", "contact_note.name.K7", "contact_inquiry.name.K8", ""]
)
def test_what_was_moved_from_elsewhere_is_not_read(place):
    with pytest.raises(encryption.Unreadable):
        encryption.unseal(encryption.seal("Ana", place), PLACE)


def test_an_older_key_reads_and_the_first_one_writes(new_key, settings):
    old = encryption.seal("Ana", PLACE)
    new_key()
    new = encryption.seal("Ana", PLACE)
    assert encryption.key_id_of(old) != encryption.key_id_of(new)
    assert encryption.unseal(old, PLACE) == encryption.unseal(new, PLACE) == "Ana"
    settings.DATA_KEYS = settings.DATA_KEYS[:1]
    with pytest.raises(encryption.Unreadable):
        encryption.unseal(old, PLACE)


def test_an_index_is_the_same_for_the_same_term_of_a_kind_under_a_key(new_key):
    index = encryption.blind_index("name", "ana")
    assert index == encryption.blind_index("name", "ana") != encryption.blind_index("email", "ana")
    assert len(index) == 22 and "ana" not in index
    new_key()
    assert encryption.blind_index("name", "ana") != index
    assert index in encryption.blind_indexes("name", "ana")


def test_the_key_is_in_no_representation_of_what_is_sealed():
    key = encryption.current_key()
    assert key.secret.hex() not in encryption.seal("Ana", PLACE) + key.id
